/** What is known when a worker has died. */
export interface Deaths {
  /** Workers that died before they could answer, since one last could. */
  readonly failed: number;
  /** One could answer, ever. */
  readonly everReady: boolean;
  /** Others still live. */
  readonly alive: number;
}

export type Restart = { readonly after: number } | 'give-up';

const FIRST = 100;
const LONGEST = 10_000;
/** Starts in a row that nobody need see again. */
const AT_START = 3;
const LATER = 10;

/**
 * W1. What never worked is given up soon; what did work is tried for long, and for ever while others answer.
 * W2. One that died in the middle of its work is replaced at once; one that cannot start, ever later: after 100 ms, 200 ms … 10 s.
 */
export function restart({ failed, everReady, alive }: Deaths): Restart {
  if (!everReady && failed >= AT_START) return 'give-up';
  if (failed >= LATER && alive === 0) return 'give-up';
  return { after: failed === 0 ? 0 : Math.min(FIRST * 2 ** (failed - 1), LONGEST) };
}
