import type { HookEvent } from './hook-types.ts';
import { isToolHookEvent, type Hook, type HooksConfig, type ToolHooks } from './hooks-config.ts';

/**
 * Which hooks of a config an event runs.
 *
 * M1. A matcher stands for the whole name of a tool, case counts; one that is no regular expression matches nothing and is said.
 * M2. The same hook listed twice runs once, in its first place.
 */
export interface Matched {
  readonly hooks: readonly MatchedHook[];
  readonly warnings: readonly string[];
}

export interface MatchedHook {
  readonly hook: Hook;
  /** `preempt_yolo` of any entry that lists it. */
  readonly preempts: boolean;
}

const NONE: Matched = { hooks: [], warnings: [] };

export const hasHooks = (config: HooksConfig, event: HookEvent): boolean =>
  isToolHookEvent(event) ? (config[event] ?? []).some(({ hooks }) => hooks.length > 0) : (config[event] ?? []).length > 0;

/** `tool`: the name, for events of one. */
export function hooksOf(config: HooksConfig, event: HookEvent, tool = ''): Matched {
  if (!isToolHookEvent(event)) {
    const hooks = config[event];
    return hooks ? { hooks: once(hooks.map((hook) => ({ hook, preempts: false }))), warnings: [] } : NONE;
  }
  const entries = config[event];
  if (!entries) return NONE;
  const found: MatchedHook[] = [];
  const warnings: string[] = [];
  for (const { matcher = '', hooks, preempt_yolo } of entries) {
    const fault = matcherFault(matcher);
    if (fault !== undefined) warnings.push(`${event}: ${fault}; its ${hooks.length === 1 ? 'hook does' : 'hooks do'} not run`);
    else if (matchesTool(matcher, tool)) found.push(...hooks.map((hook) => ({ hook, preempts: preempt_yolo === true })));
  }
  return { hooks: once(found), warnings };
}

/** What is wrong with a matcher; undefined: nothing. */
export function matcherFault(matcher: string): string | undefined {
  try {
    expressionOf(matcher);
    return undefined;
  } catch {
    return `the matcher ${JSON.stringify(matcher)} is not a regular expression`;
  }
}

export function matchesTool(matcher: ToolHooks['matcher'], tool: string): boolean {
  if (matcher === undefined || matcher === '' || matcher === '*') return true;
  return expressionOf(matcher).test(tool);
}

function expressionOf(matcher: string): RegExp {
  if (matcher === '*') return /^/;
  // Go's `(?i)` at the very beginning is the one flag seen in the wild, and JavaScript has no such form.
  const insensitive = matcher.startsWith('(?i)');
  return new RegExp(`^(?:${insensitive ? matcher.slice(4) : matcher})$`, insensitive ? 'i' : '');
}

/** Docker tells hooks apart by type, command and arguments; the same line in another place or with other variables is another one here. */
const keyOf = ({ type, command, args = [], env = {}, working_dir }: Hook): string =>
  JSON.stringify([type, command, args, Object.entries(env).toSorted(), working_dir]);

function once(hooks: readonly MatchedHook[]): readonly MatchedHook[] {
  const found = new Map<string, MatchedHook>();
  for (const one of hooks) {
    const key = keyOf(one.hook);
    const before = found.get(key);
    found.set(key, before ? { hook: before.hook, preempts: before.preempts || one.preempts } : one);
  }
  return [...found.values()];
}

/** Seconds, when a hook does not say. */
const DEFAULT_TIMEOUT = 60;

export const timeoutOf = ({ timeout }: Hook): number => (timeout !== undefined && timeout > 0 ? timeout : DEFAULT_TIMEOUT) * 1000;

/** How messages call a hook: by its name, or by what it runs. */
export function titleOf({ name, type, command = '' }: Hook): string {
  const line = command.trim().split('\n', 1)[0]!;
  return `"${name ?? (line === '' ? type : line.length > 60 ? `${line.slice(0, 59)}…` : line)}"`;
}
