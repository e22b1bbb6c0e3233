import { finishFailure } from './classify/finish.ts';
import { EMPTY_TURN, emptyVerdict, isEmptyTurn, LOWER_EFFORT } from './empty.ts';
import { ModelFailure } from './failure.ts';
import type { PastAttempt } from './plan-types.ts';
import { isVisible } from './commit.ts';
import type { Reading } from './reader.ts';
import type { RequestFacts, Target } from './target.ts';

/** What a finished answer is: whole, perhaps with a mark for the record, or an attempt that failed after all (C2, E4). */
export type Judged = { readonly mark?: string } | ModelFailure;

/** Judges a reading that has finished. Its finish reason ended the answer; whether there is one is another question. */
export function judgeAnswer(reading: Reading<unknown>, request: RequestFacts, target: Target, past: readonly PastAttempt[]): Judged {
  const broken = finishFailure(target.protocol, reading.finish?.raw, { sawText: isVisible(reading.text) });
  if (broken) return broken;
  switch (emptyVerdict(reading, request, past, target.place)) {
    case 'refusal':
      return new ModelFailure('refusal', 'refused to answer', code(reading));
    case 'empty':
      return new ModelFailure('empty', 'answered with nothing', code(reading));
    case 'length-once':
      return new ModelFailure('empty', 'used up its tokens before it said anything', { ...code(reading), repair: LOWER_EFFORT });
    case 'whole':
      return nothing(reading) && isEmptyTurn(reading.finish?.reason ?? '', request, past, target.place) ? { mark: EMPTY_TURN } : {};
  }
}

const nothing = (reading: Reading<unknown>): boolean => reading.calls === 0 && reading.files === 0 && !isVisible(reading.text);

const code = ({ finish }: Reading<unknown>) => (finish?.raw === undefined ? {} : { code: finish.raw });
