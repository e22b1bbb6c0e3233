import type { HookEvent } from './hook-types.ts';

/** Hooks of an agent, checked, by the names of the agent file. */
export type HooksConfig = { readonly [E in ToolHookEvent]?: readonly ToolHooks[] } & {
  readonly [E in Exclude<HookEvent, ToolHookEvent>]?: readonly Hook[];
};

/** Events of one tool: their hooks stand under a matcher. */
export type ToolHookEvent = (typeof TOOL_HOOK_EVENTS)[number];

export const TOOL_HOOK_EVENTS = ['pre_tool_use', 'post_tool_use', 'permission_request', 'tool_response_transform'] as const;

export const isToolHookEvent = (event: HookEvent): event is ToolHookEvent => (TOOL_HOOK_EVENTS as readonly string[]).includes(event);

export interface ToolHooks {
  /** A regular expression for the whole name of a tool; absent, empty or `*`: every tool. */
  readonly matcher?: string;
  readonly hooks: readonly Hook[];
  /** What these say of a call is not answered by `--yolo`, nor by what the user allowed for the whole session. */
  readonly preempt_yolo?: boolean;
}

export interface Hook {
  /** For messages. */
  readonly name?: string;
  /** `command`: a line for the shell. `builtin`: one of ours, by name. */
  readonly type: string;
  readonly command?: string;
  /** Of a command `$1`, `$2` … */
  readonly args?: readonly string[];
  /** Seconds; absent: 60. */
  readonly timeout?: number;
  /** Added to the environment. Values are literal: variables were filled in when the file was read. */
  readonly env?: Readonly<Record<string, string>>;
  /** Where it runs; relative to the agent's working directory. */
  readonly working_dir?: string;
  /** What its failure does, where the event is not one that fails closed; absent: `warn`. */
  readonly on_error?: 'warn' | 'ignore' | 'block';
}

/** Agent settings that stand for a built-in hook. */
export interface HookFlags {
  readonly promptFiles?: readonly string[];
  /** A shell toolset of the agent has `safer: true`. */
  readonly saferShell?: boolean;
}

/**
 * What the flags of an agent add. The date and the environment are not among them: the head of the prompt holds them, made once a run, and
 * a hook that told them again each turn would only break the vendor's cache. A hook that is written out is never doubled.
 */
export function withFlags(config: HooksConfig, { promptFiles = [], saferShell = false }: HookFlags): HooksConfig {
  const turnStart = config.turn_start ?? [];
  const guards = config.pre_tool_use ?? [];
  const told = new Set(turnStart.filter((hook) => isBuiltin(hook, 'add_prompt_files')).flatMap(({ args = [] }) => args));
  const files = [...new Set(promptFiles)].filter((file) => !told.has(file));
  const guarded = guards.some(({ hooks, preempt_yolo }) => preempt_yolo === true && hooks.some((hook) => isBuiltin(hook, 'safer_shell')));
  return {
    ...config,
    ...(files.length > 0 && { turn_start: [{ type: 'builtin', command: 'add_prompt_files', args: files }, ...turnStart] }),
    ...(saferShell && !guarded && { pre_tool_use: [SAFER_SHELL, ...guards] }),
  };
}

const SAFER_SHELL: ToolHooks = {
  matcher: 'shell|run_background_job|run_shell_background',
  preempt_yolo: true,
  hooks: [{ type: 'builtin', command: 'safer_shell' }],
};

const isBuiltin = (hook: Hook, name: string): boolean => hook.type === 'builtin' && hook.command === name;
