import { answerOf, type RunState } from './rules/fold.ts';
import type { RunResult } from './runtime.ts';

/** What the last run of a state came to. */
export function resultOf(state: RunState): RunResult {
  const { why = 'failed', failure } = state.ended ?? {};
  return { why, ...(failure && { failure }), answer: answerOf(state) };
}
