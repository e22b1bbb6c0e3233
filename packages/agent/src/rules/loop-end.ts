import type { RunScope } from './agent-rules.ts';
import type { EndFailure, Ending } from './events.ts';
import { notification } from './hook-facts.ts';
import { hook, lastUserText, switched } from './loop-hooks.ts';
import type { Message, RunState } from './run-state.ts';
import { flush } from './teller.ts';
import type { Loop } from './world.ts';

/** How often hooks and forced handoffs may keep one run from ending. */
const HELD = 5;

/** What happens when an agent has answered: a hook may hold it, another agent may go on. */
export function* goesOn(run: RunScope): Loop<boolean> {
  const { teller } = run;
  if (teller.state().transcript.at(-1)?.role !== 'assistant') return false;
  const stop = yield* hook(run, 'stop', () => ({
    stop_response: textOf(teller.state().transcript.at(-1)),
    last_user_message: lastUserText(run),
  }));
  if (!stop.allowed && run.held < HELD) {
    run.held++;
    teller.tell({ type: 'input', text: stop.message ?? 'A hook wants you to go on.', hidden: true });
    return true;
  }
  const { forceHandoff } = run.rules();
  const from = teller.state().agent;
  if (forceHandoff === undefined || forceHandoff === from || run.held >= HELD) return false;
  run.held++;
  yield* switched(run, from, forceHandoff, 'force_handoff');
  teller.tell(
    { type: 'agent-switch', from, to: forceHandoff, how: 'handoff' },
    { type: 'input', text: `${from} has finished; go on from here with your part of the work.`, hidden: true },
  );
  return true;
}

/** The last word is the model's: nothing is due. */
export const answered = ({ transcript }: RunState): boolean => {
  const last = transcript.at(-1);
  return !last || last.role === 'assistant' || (last.role === 'user' && (last.answered ?? false));
};

export const textOf = (message: Message | undefined): string =>
  message?.role === 'assistant' ? message.blocks.map((block) => (block.type === 'text' ? block.text : '')).join('') : '';

/** Docker's names for how a turn ended badly. */
const TURN_ENDS: Readonly<Record<string, string>> = {
  'tool-loop': 'loop_detected',
  'hook-blocked': 'hook_blocked',
  'hook-stopped': 'hook_blocked',
};

export function* fail(run: RunScope, kind: string, message: string, failure: EndFailure = { kind, message }): Loop<Ending> {
  const facts = notification('error', message);
  yield* hook(run, 'notification', facts);
  yield* hook(run, 'on_error', { ...facts, reason: kind, error: message });
  yield* hook(run, 'turn_end', { reason: TURN_ENDS[kind] ?? 'error' });
  return yield* end(run, 'failed', failure);
}

/** A run that somebody stops ends at once: nothing is asked of hooks then. */
export function* end(run: RunScope, why: Ending, failure?: EndFailure): Loop<Ending> {
  if (why !== 'stopped') yield* hook(run, 'session_end', { reason: why });
  return yield* ended(run, why, failure);
}

/** The end itself. */
export function* ended({ teller }: RunScope, why: Ending, failure?: EndFailure): Loop<Ending> {
  teller.tell({ type: 'run-end', why, ...(failure && { failure }) });
  yield* flush(teller);
  return why;
}
