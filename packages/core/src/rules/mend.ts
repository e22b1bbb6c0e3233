import type { Commit, Reading } from './reader.ts';

/** What becomes of an answer that broke after somebody saw some of it (C5). */
export type OnPartial = 'continue' | 'restart' | 'fail';

/** `again`: nothing was committed, the next attempt opens its own blocks. `close-turn`: see C7. */
export type Mend = 'again' | 'close-turn' | OnPartial;

/**
 * What becomes of an answer that broke.
 *
 * C1. What is not hard is an ordinary failure.
 * C7. After a completed tool call nobody is asked: the turn ends with what the model has decided. So `restart` never follows one. A call of
 *     which pieces were shown is none that another target could finish.
 * C5. Otherwise the consumer's way: another target goes on from what was shown, or it is withdrawn and the answer begins again, or it
 *     fails with what was shown.
 */
export function mendOf(shown: Commit, { calls, cutCall }: Pick<Reading<unknown>, 'calls' | 'cutCall'>, onPartial: OnPartial): Mend {
  if (shown !== 'hard') return 'again';
  if (calls > 0) return 'close-turn';
  return cutCall && onPartial === 'continue' ? 'fail' : onPartial;
}
