import { MemoryAffinity } from './io/affinity-memory.ts';
import { systemClock } from './io/clock-system.ts';
import { MemoryHealth } from './io/health-memory.ts';
import { checkOptions, holdfast, type HoldfastOptions } from './library.ts';
import type { Model } from './model.ts';
import { duration, refuse, type TimeoutOptions } from './option-checks.ts';
import type { Clock } from './ports.ts';
import { ModelFailure } from './rules/failure.ts';
import {
  readSpec,
  readTable,
  tierName,
  unknownTier,
  withEffort,
  type TableNames,
  type TierFlaw,
  type TierOrigin,
  type TierTable,
} from './rules/tier-table.ts';
import { lanesOf } from './lane-library.ts';
import { openSinks } from './sinks/open-sinks.ts';
import { entryOf } from './tier-entry.ts';
import type { ResolvedTier, TierConfig, TiersOptions } from './tier-options.ts';
import { said, TierSource, type TierSpecs } from './tier-source.ts';

const TTL = 60_000;
/** As many composed models as are kept: a host that invents tiers keeps none of them for ever. */
const MOST_MODELS = 200;
const OWN: readonly string[] = ['resolve', 'models', 'providers', 'overrides', 'onProblem', 'source', 'fallbacks', 'ttl'];

export const where = (option: string): string => `tiers({ ${option} })`;

const failed = ({ tier, code, message }: TierFlaw): never => {
  throw new ModelFailure('bad-request', said({ tier, code, message }), { code });
};

/** What all views share: the config, the fallbacks, and the models that were composed. */
export class TierShelf {
  readonly #options: TiersOptions;
  readonly #clock: Clock;
  readonly #composed = new Map<string, Model>();
  readonly #shared: Omit<HoldfastOptions, 'models'>;
  #fallbacks: TierTable = new Map();
  #source!: TierSource;

  constructor(options: TiersOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    checkOptions(options, OWN, where);
    const rest = Object.fromEntries(Object.entries(options).filter(([name]) => !OWN.includes(name))) as Omit<HoldfastOptions, 'models'>;
    const { sinks } = rest;
    this.#shared = {
      health: new MemoryHealth(),
      affinity: new MemoryAffinity(),
      ...rest,
      ...(rest.lanes && { lanes: lanesOf(rest.lanes, this.#clock)! }),
      ...(sinks && { sinks: 'emit' in sinks ? sinks : openSinks(sinks, this.#clock) }),
    };
    this.configure(options);
  }

  get names(): readonly string[] {
    return [...this.#fallbacks.keys(), ...this.#source.names];
  }

  readonly known = (): TableNames => {
    const { models = [], providers } = this.#options;
    return { models, providers, tiers: this.names };
  };

  configure({ source, fallbacks, ttl }: TierConfig): void {
    if (source !== undefined && typeof source !== 'function') refuse(where('source'), 'must be a function that answers the table of tiers');
    const held = duration(where('ttl'), typeof ttl === 'number' ? Math.max(0, ttl) : ttl) ?? TTL;
    const { models = [], providers, onProblem } = this.#options;
    const { good, flaws } = readTable(fallbacks ?? {}, { models, providers, tiers: [] });
    flaws.forEach(failed);
    this.#fallbacks = good;
    // One that is being read for the table before this one is read in vain: it belongs to that one alone.
    this.#source = new TierSource({
      source,
      ttl: held,
      clock: this.#clock,
      names: this.known,
      report: (problem) => {
        try {
          onProblem?.(problem);
        } catch {
          // Those who watch cannot stop what they watch.
        }
      },
    });
  }

  register(written: string, spec: unknown): void {
    const { good, flaws } = readTable({ [written]: spec }, this.known());
    flaws.forEach(failed);
    for (const [name, tier] of good) {
      const holder = [...this.#fallbacks].find(([, { targets }]) => targets.some(({ ref }) => ref.toLowerCase() === name));
      if (holder) failed({ tier: holder[0], code: 'nested-tier', message: `"${name}" is a tier, and a tier cannot hold another` });
      this.#fallbacks = new Map(this.#fallbacks).set(name, tier);
    }
    this.invalidate();
  }

  invalidate(): void {
    this.#source.invalidate();
  }

  table(specs: unknown, option: string): TierTable {
    if (typeof specs !== 'object' || specs === null || Array.isArray(specs)) return refuse(option, 'must be a table of tiers by name');
    const { good, flaws } = readTable(specs as TierSpecs, this.known());
    flaws.forEach(failed);
    return good;
  }

  /** `layers`: overrides, the strongest first. */
  async resolve(written: string, layers: readonly TierTable[]): Promise<ResolvedTier> {
    const source = this.#source;
    await source.fresh();
    if (written.includes('/')) return this.#literal(written);
    const found = this.#find(written, layers, source);
    if (found) return found;
    await source.fresh(true);
    const names = [...layers.flatMap((layer) => [...layer.keys()]), ...this.names];
    return this.#find(written, layers, source) ?? refuseTier(`${unknownTier(written.trim(), names)}${source.whyNot(written)}`);
  }

  #find(written: string, layers: readonly TierTable[], source: TierSource): ResolvedTier | undefined {
    const known = new Set([...layers.flatMap((layer) => [...layer.keys()]), ...source.names, ...this.#fallbacks.keys()]);
    const { name, effort } = tierName(written, known);
    const over = layers.find((layer) => layer.has(name))?.get(name);
    const live = source.get(name);
    const tier = over ?? live?.tier ?? this.#fallbacks.get(name);
    const origin: TierOrigin = over ? 'override' : live ? (live.stale ? 'stale' : 'config') : 'fallback';
    return tier && { name, origin, ...withEffort(tier, effort) };
  }

  #literal(written: string): ResolvedTier {
    const read = readSpec(written, written, this.known());
    return 'flaw' in read ? failed(read.flaw) : { name: written, origin: 'override', ...read.tier };
  }

  async list(layers: readonly TierTable[]): Promise<readonly ResolvedTier[]> {
    await this.#source.fresh();
    const names = new Set([...layers.flatMap((layer) => [...layer.keys()]), ...this.names]);
    return [...names].toSorted().flatMap((name) => this.#find(name, layers, this.#source) ?? []);
  }

  /** Composed once for what it says: a config that is read again and says the same changes nothing. */
  model({ name, targets, settings }: ResolvedTier): Model {
    const key = JSON.stringify([name, targets, settings]);
    const known = this.#composed.get(key);
    if (known) return known;
    const { timeouts, ...own } = settings;
    const model = holdfast({
      ...this.#shared,
      ...own,
      ...(timeouts && { timeouts: { ...this.#shared.timeouts, ...timeouts } as TimeoutOptions }),
      name,
      models: targets.map((target) => entryOf(target, this.#options.resolve)),
    });
    this.#composed.set(key, model);
    const [oldest] = this.#composed.size > MOST_MODELS ? this.#composed.keys() : [];
    if (oldest !== undefined) this.#composed.delete(oldest);
    return model;
  }
}

const refuseTier = (message: string): never => {
  throw new ModelFailure('bad-request', message, { code: 'unknown-tier' });
};
