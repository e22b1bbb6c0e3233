import type { Accumulator } from './accumulator.ts';
import { STEP } from './fold-steps.ts';
import { NOTHING_SPENT, START, type Fold, type Message, type OwedCall, type RunState, type Spent } from './run-state.ts';

export { callsOf } from './fold-steps.ts';
export { NOTHING_SPENT, START, type Fold, type Message, type OwedCall, type RunState, type Spent };

const OWNED = new WeakSet<object>();

/**
 * F1. `START`, and any state this function did not make, is copied first and never changed; a state it made is used up by the next
 * fold: keep the answer, not the argument. No event but a compaction copies the transcript.
 * F2. Folding all events at once or some now and the rest later comes to the same.
 */
export const fold: Fold = (state, event) => {
  const own = OWNED.has(state) ? (state as Accumulator) : adopt(state);
  STEP[event.type](own, event as never);
  return own as RunState;
};

/** A state of one's own with the same content, which no fold of the other changes. */
export const snapshot = (state: RunState): RunState => adopt(state) as RunState;

function adopt(state: RunState): Accumulator {
  const { transcript, called, allowed, consumed, models, added, ...rest } = state;
  const own: Accumulator = {
    ...rest,
    transcript: [...transcript],
    called: new Set(called),
    allowed: new Set(allowed),
    consumed: new Set(consumed),
    models: new Map(models),
    added: new Set(added),
  };
  OWNED.add(own);
  return own;
}

/** The text of the last reply: what a run answers with. */
export function answerOf(state: RunState): string {
  return (state.reply ?? []).map((block) => (block.type === 'text' ? block.text : '')).join('');
}
