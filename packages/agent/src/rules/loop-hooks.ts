import type { RunScope } from './agent-rules.ts';
import { UNHOOKED, type HookEvent, type HookInput, type HookOutcome } from './hook-types.ts';
import { ask, flush } from './teller.ts';
import type { Loop } from './world.ts';

/**
 * Runs the hooks of one event, if there are any; without one it costs nothing. What they want the user to know is told. `agent`: whose
 * hooks; absent: of who speaks.
 */
export function* hook(
  run: RunScope,
  event: HookEvent,
  input: HookInput | (() => HookInput),
  agent = run.teller.state().agent,
): Loop<HookOutcome> {
  if (!run.options.rules(agent).hooks(event)) return UNHOOKED;
  yield* flush(run.teller);
  const outcome = yield* ask({
    do: 'hook',
    event,
    input: { agent_name: agent, ...(typeof input === 'function' ? input() : input) },
  });
  run.teller.tell(...outcome.warnings.map((text) => ({ type: 'notice', text }) as const));
  return outcome;
}

/** Told to the hooks of the agent that is left. */
export function* switched(run: RunScope, from: string, to: string, kind: 'handoff' | 'force_handoff' | 'user'): Loop<void> {
  yield* hook(run, 'on_agent_switch', { from_agent: from, to_agent: to, agent_switch_kind: kind }, from);
}

/** What the user said last, for hooks. */
export function lastUserText({ teller }: RunScope): string {
  const last = teller.state().transcript.findLast((message) => message.role === 'user' && !message.hidden && !message.summary);
  return last?.role === 'user' ? last.text : '';
}
