import type { Commit } from './reader.ts';

/** `again`: nothing was committed, the next attempt opens its own blocks. `close-turn`, `restart`, `fail`: see C5 and C7. */
export type Mend = 'again' | 'close-turn' | 'restart' | 'fail';

/**
 * What becomes of an answer that broke.
 *
 * C1. What is not hard is an ordinary failure.
 * C7. After a completed tool call nobody is asked: the turn ends with what the model has decided. So `restart` never follows one.
 * C5. Otherwise the consumer's way: what was shown is withdrawn and the answer begins again, or it fails with what was shown.
 */
export const mendOf = (shown: Commit, calls: number, onPartial: 'restart' | 'fail'): Mend =>
  shown !== 'hard' ? 'again' : calls > 0 ? 'close-turn' : onPartial;
