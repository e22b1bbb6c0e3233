import type { MaybePromise } from './ports.ts';
import type { Origin } from './rules/transcript/origin.ts';

/**
 * What is remembered of conversations that move between models: who made an opaque value (a signature, encrypted reasoning) that was handed
 * out, and which repairs a model needs. Disposable: losing it costs a refusal that is mended again. Values are known by their hash only.
 * Passes `movingStoreContract`. One that throws, hangs or is gone stops no call.
 */
export interface MovingStore {
  /** Repairs that worked at `scope` (`ENTRY/MODEL`) and were made not before `since` (epoch ms). */
  repairs(scope: string, since: number): MaybePromise<readonly string[]>;
  learn(scope: string, repair: string, now: number): MaybePromise<void>;
  /** Who made the values of these hashes; the unknown, and those handed out before `since`, are left out. */
  makers(hashes: readonly string[], since: number): MaybePromise<ReadonlyMap<string, Origin>>;
  /** One write for an answer. */
  handedOut(hashes: readonly string[], origin: Origin, now: number): MaybePromise<void>;
  close(): MaybePromise<void>;
}
