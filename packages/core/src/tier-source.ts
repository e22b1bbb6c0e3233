import type { Clock, MaybePromise } from './ports.ts';
import { isRecord } from './rules/tier-settings.ts';
import { namesIn, readTable, type TableNames, type Tier, type TierFlaw } from './rules/tier-table.ts';

/** What a host says of its tiers: by name, a specification as in a file. Blank is not set. */
export type TierSpecs = Readonly<Record<string, unknown>>;

/** What is wrong with the config, told once for each change. `source`: it could not be read; what it said last still holds. */
export interface TierProblem {
  readonly kind: 'source' | 'invalid';
  readonly tier?: string;
  readonly message: string;
}

export interface TierSourceOptions {
  readonly source: (() => MaybePromise<TierSpecs>) | undefined;
  /** Ms for which what was read holds; 0 and below: every call reads. */
  readonly ttl: number;
  readonly clock: Clock;
  readonly names: () => TableNames;
  readonly report: (problem: TierProblem) => void;
}

/** Ms for which the source is waited for. */
const LIMIT = 5_000;
/** Ms for which it is waited for once it has failed: a source that hangs must not hold up every call. */
const GLANCE = 250;
/** Ms for which it is believed that a tier which is not there is not there. */
const ABSENT = 1_000;

export interface LiveTier {
  readonly tier: Tier;
  readonly stale: boolean;
}

/**
 * The host's config of tiers, read when it is needed.
 *
 * Z1. All who need it at once wait for one reading.
 * Z2. A source that fails or hangs changes nothing: what it said last holds, marked stale. It is asked again by the next call,
 *     which waits for it no longer than a glance.
 * Z3. A specification that is invalid keeps its last good one, and is told once.
 */
export class TierSource {
  readonly #options: TierSourceOptions;
  #tiers = new Map<string, LiveTier>();
  #readAt: number | undefined;
  #failed = false;
  /** Why the last reading failed. */
  #why: string | undefined;
  #reading: Promise<void> | undefined;
  #told = new Map<string, string>();

  constructor(options: TierSourceOptions) {
    this.#options = options;
  }

  get names(): readonly string[] {
    return [...this.#tiers.keys()];
  }

  get(name: string): LiveTier | undefined {
    const live = this.#tiers.get(name);
    return live && this.#failed ? { ...live, stale: true } : live;
  }

  /** Resolves when what is known is fresh enough. `absent`: a tier was looked for in vain. */
  fresh(absent = false): Promise<void> | undefined {
    const { source, ttl, clock } = this.#options;
    if (!source) return undefined;
    const age = this.#readAt === undefined ? Infinity : clock.mono() - this.#readAt;
    if (age < (absent ? Math.min(ttl, ABSENT) : ttl)) return undefined;
    this.#reading ??= this.#read(source).finally(() => (this.#reading = undefined));
    return this.#failed ? this.#glance(this.#reading) : this.#reading;
  }

  #glance(reading: Promise<void>): Promise<void> {
    return new Promise((resolve) => {
      const stop = this.#options.clock.after(GLANCE, resolve);
      void reading.then(() => {
        stop();
        resolve();
      });
    });
  }

  /** What the config has to do with it that nobody knows the tier, to be said behind that; empty: nothing. */
  whyNot(name: string): string {
    if (this.#why !== undefined) return `; the source failed: ${this.#why}`;
    const flaw = this.#told.get(name.trim().toLowerCase());
    return flaw === undefined ? '' : `; the source says it wrong: ${flaw}`;
  }

  invalidate(): void {
    this.#readAt = undefined;
  }

  async #read(source: () => MaybePromise<TierSpecs>): Promise<void> {
    try {
      const specs: unknown = await this.#limited(source);
      if (!isRecord(specs)) throw new Error('it answered no table of tiers');
      this.#readAt = this.#options.clock.mono();
      this.#failed = false;
      this.#why = undefined;
      this.#told.delete('');
      this.#take(specs);
    } catch (error) {
      this.#failed = true;
      this.#why = error instanceof Error ? error.message : String(error);
      this.#tell('', { kind: 'source', message: `the tiers could not be read: ${this.#why}` });
    }
  }

  #take(specs: TierSpecs): void {
    const { good, flaws } = readTable(specs, this.#options.names());
    const set = new Set(namesIn(specs));
    const next = new Map<string, LiveTier>();
    for (const name of set) {
      const tier = good.get(name);
      const before = this.#tiers.get(name);
      if (tier) next.set(name, { tier, stale: false });
      else if (before) next.set(name, { tier: before.tier, stale: true });
    }
    this.#tiers = next;
    const bad = new Set(flaws.map(({ tier }) => tier));
    for (const name of this.#told.keys()) if (!bad.has(name)) this.#told.delete(name);
    for (const flaw of flaws) this.#tell(flaw.tier, { kind: 'invalid', tier: flaw.tier, message: said(flaw) });
  }

  /** Once for each change of what is wrong. */
  #tell(name: string, problem: TierProblem): void {
    if (this.#told.get(name) === problem.message) return;
    this.#told.set(name, problem.message);
    this.#options.report(problem);
  }

  #limited<T>(ask: () => MaybePromise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const stop = this.#options.clock.after(LIMIT, () => reject(new Error(`nothing came for ${LIMIT / 1000} s`)));
      const end =
        <V>(then: (value: V) => void) =>
        (value: V): void => {
          stop();
          then(value);
        };
      Promise.resolve().then(ask).then(end(resolve), end(reject));
    });
  }
}

export const said = ({ tier, message }: TierFlaw): string => `tier "${tier}": ${message}`;
