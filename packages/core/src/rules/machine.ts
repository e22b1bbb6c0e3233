import type { FailureFacts, FailureKind } from './failure.ts';

/**
 * Kind `local` (field note 20): what is wrong is this machine, not the model. Some evidence stands in one error (`transport.data.ts`); this is
 * the rest of it: what two hosts have in common, and what happened to the time.
 */
export type Doubt = 'name' | 'certificate';

const NAMES: ReadonlySet<string> = new Set(['ENOTFOUND', 'EAI_AGAIN']);
const TIMES: ReadonlySet<string> = new Set(['CERT_HAS_EXPIRED', 'CERT_NOT_YET_VALID']);

/** Ms within which a second host with the same trouble blames this machine: a resolver comes back soon, a wrong clock stays wrong. */
const WITHIN: Readonly<Record<Doubt, number>> = { name: 10_000, certificate: 10 * 60_000 };

export const LOCAL_WORDS: Readonly<Record<Doubt | 'proxy' | 'slept', string>> = {
  name: 'this machine is offline: the names of two hosts could not be looked up',
  certificate: 'the clock of this machine may be wrong: the certificates of two hosts are out of date',
  proxy: 'the proxy of this machine cannot be reached',
  slept: 'this machine slept meanwhile, or its clock was set',
};

/** A failure that may be this machine's, if another host meets it too. */
export function doubtOf(kind: FailureKind, { code }: FailureFacts): Doubt | undefined {
  if (kind !== 'network' || code === undefined) return undefined;
  const upper = code.toUpperCase();
  return NAMES.has(upper) ? 'name' : TIMES.has(upper) ? 'certificate' : undefined;
}

/** The last such failure of each host; epoch ms. */
export type Doubted = ReadonlyMap<string, number>;

export function confirms(doubt: Doubt, before: Doubted, host: string, now: number): boolean {
  for (const [other, at] of before) if (other !== host && Math.abs(now - at) <= WITHIN[doubt]) return true;
  return false;
}

/** What a connection that died while the machine slept looks like afterwards. */
const DIED_ASLEEP: ReadonlySet<FailureKind> = new Set<FailureKind>(['timeout', 'network', 'truncated']);

/** Ms by which wall and monotonic time may drift apart before we hold that the machine slept, or that its clock was set. */
const DRIFT = 5_000;

export const drifted = (wallMs: number, monoMs: number): boolean => Math.abs(wallMs - monoMs) > DRIFT;

export const sleptThrough = (kind: FailureKind, wallMs: number, monoMs: number): boolean =>
  DIED_ASLEEP.has(kind) && drifted(wallMs, monoMs);

/** Ms by which a timer may be late before we hold that this process did not run. */
const LAG = 1_000;

export const lagged = (lateMs: number): boolean => lateMs > LAG;

/** What is to be said of a limit of `ms` that fired so late that it is not the model's; undefined while it is in time. */
export const firedLate = (lateMs: number, ms: number): string | undefined =>
  lateMs > Math.max(LAG, ms / 10) ? `this machine slept or was too busy: a timer fired ${Math.round(lateMs)} ms late` : undefined;
