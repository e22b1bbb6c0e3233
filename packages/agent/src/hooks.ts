import { follow, nearest, type Clock } from '@holdfast/core/engine';
import { runHookCommand } from './io/hook-command.ts';
import { BUILTINS } from './io/hook-builtins.ts';
import type { Hooks } from './ports.ts';
import { argumentsOf } from './rules/arguments.ts';
import type { HookEnd } from './rules/hook-output.ts';
import { joined, resultOf, type HookResult } from './rules/hook-result.ts';
import { UNHOOKED, type HookEvent, type HookInput } from './rules/hook-types.ts';
import type { Hook, HooksConfig } from './rules/hooks-config.ts';
import { hasHooks, hooksOf, timeoutOf, type MatchedHook } from './rules/hooks-match.ts';
import { folderOf } from './rules/hook-folder.ts';

/** What the hooks of one agent work with. */
export interface HookPorts {
  readonly agent: string;
  /** Real path of the agent's working directory. */
  readonly cwd: string;
  readonly home: string;
  readonly clock: Clock;
  /** The environment for child processes, without secrets but for the variables named. */
  readonly childEnvironment: (allow: readonly string[]) => Readonly<Record<string, string>>;
  /** Takes secrets out of what hooks are told and say. */
  readonly scrub?: (text: string) => string;
}

/**
 * H1. All hooks of an event run at once; their results are joined in the order of the file.
 * H2. Nothing a hook does rejects: a failure is read by the rules of its event. Only a stop rejects, when everything is ended.
 * H3. A failure is told once a session, however often it comes.
 */
export function hooksFor(config: HooksConfig, ports: HookPorts): Hooks {
  const told = new Told();
  return {
    has: (event) => hasHooks(config, event),
    async run(event, input, signal) {
      signal.throwIfAborted();
      const tool = typeof input['tool_name'] === 'string' ? input['tool_name'] : '';
      const { hooks, warnings } = hooksOf(config, event, tool);
      if (hooks.length === 0 && warnings.length === 0) return UNHOOKED;
      const facts = factsOf(event, input, ports);
      const settled = await Promise.allSettled(hooks.map((one) => runOne(event, one, facts, ports, signal)));
      signal.throwIfAborted();
      const results = settled.map((one) => {
        if (one.status === 'rejected') throw one.reason;
        return one.value;
      });
      const failures = [...warnings, ...results.flatMap(({ failure }) => failure ?? [])];
      return joined(
        results,
        failures.filter((text) => told.isNew(String(facts['session_id'] ?? ''), text)),
      );
    },
  };
}

const factsOf = (event: HookEvent, input: HookInput, { agent, cwd }: HookPorts): HookInput => ({
  cwd,
  agent_name: agent,
  ...input,
  ...(typeof input['tool_input'] === 'string' && { tool_input: argumentsRead(input['tool_input']) }),
  hook_event_name: event,
});

/** Hooks read arguments as an object; what the model sent may be none. */
function argumentsRead(text: string): unknown {
  const parsed = argumentsOf({ id: '', name: '', input: text });
  return 'input' in parsed ? parsed.input : text;
}

async function runOne(
  event: HookEvent,
  { hook, preempts }: MatchedHook,
  input: HookInput,
  ports: HookPorts,
  signal: AbortSignal,
): Promise<HookResult> {
  const result = resultOf(event, hook, await endOf(event, hook, input, ports, signal));
  return preempts ? { ...result, preempts } : result;
}

async function endOf(event: HookEvent, hook: Hook, input: HookInput, ports: HookPorts, signal: AbortSignal): Promise<HookEnd> {
  if (hook.type === 'builtin') return builtin(event, hook, input, ports, signal);
  if (hook.type !== 'command') return { end: 'failed', why: `has the type "${hook.type}"; there are "command" and "builtin"` };
  if (!hook.command?.trim()) return { end: 'failed', why: 'has no command' };
  const scrub = ports.scrub ?? same;
  const env = { ...ports.childEnvironment(Object.keys(hook.env ?? {})), ...hook.env };
  const command = {
    line: hook.command,
    args: hook.args ?? [],
    cwd: folderOf(hook.working_dir, { cwd: ports.cwd, home: ports.home, env }),
    env,
    stdin: `${scrub(JSON.stringify(input))}\n`,
    timeoutMs: timeoutOf(hook),
  };
  const end = await runHookCommand(command, ports.clock, signal).catch(failed(signal));
  return end.end === 'exited' ? { ...end, stdout: scrub(end.stdout), stderr: scrub(end.stderr) } : end;
}

async function builtin(event: HookEvent, hook: Hook, input: HookInput, ports: HookPorts, signal: AbortSignal): Promise<HookEnd> {
  const name = hook.command ?? '';
  const work = BUILTINS.get(name);
  if (!work) {
    const near = nearest(name, [...BUILTINS.keys()]);
    return { end: 'failed', why: `is no built-in hook${near === undefined ? '' : `; did you mean "${near}"?`}` };
  }
  using limited = follow(signal);
  const limit = timeoutOf(hook);
  const late: HookEnd = { end: 'failed', why: `took longer than ${limit / 1000} s` };
  const letGo = ports.clock.after(limit, () => limited.abort(late));
  const call = {
    event,
    input,
    args: hook.args ?? [],
    ...ports,
    scrub: ports.scrub ?? same,
    env: ports.childEnvironment([]),
    signal: limited.signal,
  };
  try {
    return { end: 'said', said: await work(call) };
  } catch (error) {
    return limited.signal.aborted && !signal.aborted ? late : failed(signal)(error);
  } finally {
    letGo();
  }
}

/** A stop goes on; everything else is what the hook came to. */
const failed =
  (signal: AbortSignal) =>
  (error: unknown): HookEnd => {
    if (signal.aborted) throw error;
    return { end: 'failed', why: `failed: ${error instanceof Error ? error.message : String(error)}` };
  };

const same = (text: string): string => text;

/** So many texts are remembered; then it begins anew. */
const MOST_TOLD = 1000;

class Told {
  readonly #texts = new Set<string>();

  isNew(session: string, text: string): boolean {
    const key = `${session}\n${text}`;
    if (this.#texts.has(key)) return false;
    if (this.#texts.size >= MOST_TOLD) this.#texts.clear();
    this.#texts.add(key);
    return true;
  }
}
