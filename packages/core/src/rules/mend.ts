import type { Commit } from './reader.ts';

/** What becomes of an answer that broke after somebody saw some of it (C5). */
export type OnPartial = 'continue' | 'restart' | 'fail';

/** `again`: nothing was committed, the next attempt opens its own blocks. `close-turn`: see C7. */
export type Mend = 'again' | 'close-turn' | OnPartial;

/**
 * What becomes of an answer that broke.
 *
 * C1. What is not hard is an ordinary failure.
 * C7. After a completed tool call nobody is asked: the turn ends with what the model has decided. So `restart` never follows one.
 * C5. Otherwise the consumer's way: another target goes on from what was shown, or it is withdrawn and the answer begins again, or it
 *     fails with what was shown.
 */
export const mendOf = (shown: Commit, calls: number, onPartial: OnPartial): Mend =>
  shown !== 'hard' ? 'again' : calls > 0 ? 'close-turn' : onPartial;
