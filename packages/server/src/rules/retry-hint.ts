/** Whole seconds of `retry-after`: clients sleep as long as they are told, and some give up at a minute (H2). */
const LONGEST = 59;
/** Seconds before the first retry where nothing is known of how long it will last; doubled with each. */
const FIRST = 2;
/** Seconds before the one retry of a request that two providers broke on. */
const SUSPECT = 15;

export interface RetryCase {
  /** Epoch ms after which trying again makes sense; absent: not known. */
  readonly retryAt?: number | undefined;
  /** Trying again changes nothing until somebody mends something, or before a time that is not known. */
  readonly useless?: boolean;
  /** Two providers broke on this very request (H5). */
  readonly suspect?: boolean;
}

export interface RetryMoment {
  readonly now: number;
  /** How often the client has sent this request again. */
  readonly retries: number;
  /** In [0, 1). */
  readonly chance: number;
}

/** What the client is told of trying again: after so many seconds, or at a time, or nothing. */
export interface RetryHint {
  readonly retryAfter?: number;
  readonly retryAt?: number;
}

/** Those that failed together come back one by one: a tenth of the wait apart, at least 2 s and at most 5 s. */
const spread = (seconds: number, chance: number): number => seconds + Math.floor(chance * (Math.min(5, Math.max(2, seconds / 10)) + 1));

/**
 * H2. `retryAfter` says when a retry has a fair chance, never before what rests is awake; beyond a minute there is only the time, and the client
 * had better not wait for it.
 */
export function retryHint({ retryAt, useless, suspect }: RetryCase, { now, retries, chance }: RetryMoment): RetryHint {
  if (useless) return {};
  if (suspect) return retries > 0 ? {} : { retryAfter: spread(SUSPECT, chance) };
  if (retryAt === undefined || retryAt <= now)
    return { retryAfter: Math.min(LONGEST, spread(Math.min(FIRST * 2 ** retries, LONGEST), chance)) };
  const seconds = Math.ceil((retryAt - now) / 1000);
  return seconds > LONGEST ? { retryAt } : { retryAt, retryAfter: Math.min(LONGEST, spread(seconds, chance)) };
}
