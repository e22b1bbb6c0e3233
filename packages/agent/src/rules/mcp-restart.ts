/**
 * When a server is started again that died, or did not start. Times in ms.
 *
 * M1. A server that dies is started again after 1, 2, 4, 8, 16 s; then it is down, and only tried when somebody wants it.
 * M2. A start that failed at once may be tried at the next turn; after that it rests as a dead server does.
 * M3. What took long to fail rests at least twice as long: turns do not spend their time waiting for a server that hangs.
 * M4. A server that stayed up is forgiven: its next death is its first.
 */
export interface RestartPolicy {
  /** Restarts in a row after a death; 0: none, -1: no end. */
  readonly attempts: number;
  readonly initialMs: number;
  readonly maxMs: number;
  readonly multiplier: number;
}

export const RESTARTS: RestartPolicy = { attempts: 5, initialMs: 1000, maxMs: 16_000, multiplier: 2 };

/** A server that was up for so long was well. */
const STEADY = 60_000;
/** A start that fails within it costs a turn nothing. */
const QUICK = 1000;

/** The wait after the n-th failure in a row; n counts from 1. */
const delayAfter = (failures: number, { initialMs, maxMs, multiplier }: RestartPolicy): number =>
  Math.min(maxMs, initialMs * multiplier ** Math.max(0, failures - 1));

export type Restart = { readonly do: 'restart'; readonly ms: number } | { readonly do: 'down'; readonly ms: number };

/** What follows on the n-th failure in a row of a server that had been up. */
export function restartAfter(failures: number, policy: RestartPolicy): Restart {
  const ms = delayAfter(failures, policy);
  return policy.attempts < 0 || failures <= policy.attempts ? { do: 'restart', ms } : { do: 'down', ms };
}

/** How long a server is left alone whose n-th start in a row failed after `tookMs`. */
export function restAfterStart(failures: number, tookMs: number, policy: RestartPolicy): number {
  if (failures <= 1 && tookMs < QUICK) return 0;
  return Math.max(delayAfter(failures - 1, policy), tookMs < QUICK ? 0 : 2 * tookMs);
}

/** Failures that still count for a server that died after `upMs`. */
export const countedAfter = (failures: number, upMs: number): number => (upMs >= STEADY ? 0 : failures);
