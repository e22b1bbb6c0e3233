import type { Labels } from './rules/labels.ts';
import type { Kept } from './rules/affinity.ts';
import type { Hold, Paid, Reserved, Spent } from './rules/budget/reserve.ts';
import type { Belief, Beliefs, Lease, Report, ReportTarget, ScopeBelief, Why } from './rules/belief.ts';
import type { CallEvent, Payload } from './events.ts';
import type { Draw, Drawn } from './rules/retry-bucket.ts';

export type MaybePromise<T> = T | PromiseLike<T>;

/** Time: reading, measuring and waiting. All three, or none of it can be rehearsed. */
export interface Clock {
  /** Epoch ms, for stamps. */
  now(): number;
  /** Ms that only go forward, for durations. */
  mono(): number;
  /** Resolves after `ms`; rejects with the signal's reason the moment it fires. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
  /** Calls `wake` once after `ms`; the returned function lets go and may be called at any time. */
  after(ms: number, wake: () => void): () => void;
}

/** In [0, 1). */
export type Random = () => number;

/** A new id, unique across processes. */
export type NewId = () => string;

/** The caller's environment, read by name; adapters hand it in, the core never looks for itself. */
export type Environment = (name: string) => string | undefined;

/** A key, and the epoch ms at which it expires when that is known: it is renewed a minute before. */
export type IssuedKey = string | { readonly key: string; readonly expiresAt?: number };

/**
 * Where a key comes from that may change while the process runs. What it throws is told as a word (`http_401`, `auth_invalid_grant`,
 * `network`, `timeout`), never in its own words. It is waited for 30 s at most.
 */
export interface Credential {
  /** The key as it is now. Asked when it is first needed; without `refresh` again whenever the key was refused: it must be cheap then. */
  get(signal: AbortSignal): MaybePromise<IssuedKey>;
  /**
   * A new key instead of one that was refused or expires: asked once at a time, and after a failure not before 60 s have passed, then
   * 2 min, 4 min, at most 10 min.
   */
  refresh?(signal: AbortSignal): MaybePromise<IssuedKey>;
}

/** Facts about calls for those who watch. It must not throw; composition wraps each sink so that it cannot. */
export type Emit = (event: CallEvent, payload?: Payload) => void;

/** Whose work is going on: asked once when a call begins. What a call says of itself wins. */
export interface Attribution {
  current(): Labels;
}

/**
 * Where conversations were last answered (P8), by keyed hashes of what they are known by. Only a preference: what is lost costs a
 * warm cache. Adapters: memory, SQLite; both pass `affinityStoreContract`.
 */
export interface AffinityStore {
  /** True when nothing is kept: no key need be computed. */
  empty?(): boolean;
  read(key: string): MaybePromise<Kept | undefined>;
  /** What was answered later wins, in whatever order it is told. */
  write(key: string, kept: Kept): MaybePromise<void>;
  /** Forgets what was answered up to `at`. */
  forget(key: string, at: number): MaybePromise<void>;
  close(): MaybePromise<void>;
}

export type Claim =
  /** `ramp`: no lease was needed, the call is one of those let in after a probe's success (H6). */
  | { readonly ok: true; readonly ramp?: true }
  /** Somebody else holds a lease until then, or the rest does not allow a probe before then (epoch ms). */
  | { readonly ok: false; readonly until: number; readonly held: boolean };

/**
 * Beliefs about scopes, shared by every process of a state folder (H9). Every verb is atomic: two workers reporting at once
 * both count. Adapters: memory, SQLite; both pass `healthStoreContract`. A slow or dead store never stops a call: composition wraps it
 * to fail open.
 */
export interface HealthStore {
  /** Unknown scopes are left out of the answer: cool. `now`, where it is given, shows a clock that was set back since a rest was written. */
  read(scopes: readonly string[], now?: number): MaybePromise<Beliefs>;
  /**
   * Claims the probe lease of every resting scope among `scopes`, all or none. Each needs `probeAt` ≤ now and no live lease;
   * `early` admits guessed rests before their end (P3). The same lease id again renews. Nothing resting: ok, no lease needed. Where
   * a scope ramps after a probe's success, the call is counted and let in, or refused until there is room; with `lease.width` it holds a
   * place until a report of phase `end` under the lease's id.
   */
  claim(scopes: readonly string[], lease: Lease, now: number, early?: boolean): MaybePromise<Claim>;
  /** Folds one outcome into the scopes it belongs to and answers what is believed of them now. */
  report(target: ReportTarget, report: Report, now: number): MaybePromise<Beliefs>;
  /** P6: takes one retry out of an endpoint's bucket, if there is one. Without this verb each process has buckets of its own. */
  draw?(endpoint: string, draw: Draw, now: number): MaybePromise<Drawn>;
  /** H8: a rest by hand, which no fold overwrites. */
  set(scope: string, rest: { readonly until: number; readonly why: Why }, now: number): MaybePromise<Belief>;
  /** Clears `scope` and everything below it, by whole segments; answers how many were cleared. */
  clear(scope: string): MaybePromise<number>;
  list(): MaybePromise<readonly ScopeBelief[]>;
  close(): MaybePromise<void>;
  /** How this process is named in leases, where the store can tell whether such an owner still lives. */
  readonly owner?: string;
}

/**
 * What was spent and what is held, shared by every process of a state folder. Every verb is atomic: two calls that reserve at once never hold more
 * than a limit together. Adapters: memory, SQLite; both pass `budgetStoreContract`. Composition wraps it to fail open.
 */
export interface BudgetStore {
  /** Holds all parts or none (B1, B2). The same id again replaces its hold, or keeps it where the new one does not fit. */
  reserve(hold: Hold, now: number): MaybePromise<Reserved>;
  /** Counts what was paid and frees what `id` held; with nothing paid it only frees. */
  settle(id: string, paid: readonly Paid[], now: number): MaybePromise<void>;
  /** Every window in which something is used or held. */
  list(now: number): MaybePromise<readonly Spent[]>;
  close(): MaybePromise<void>;
}
