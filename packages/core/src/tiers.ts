import { orAbort } from './abort.ts';
import { checkRequest, given } from './call-wiring.ts';
import type { Model, ModelOptions } from './model.ts';
import { quote, quoted } from './quotes.ts';
import { refuse } from './option-checks.ts';
import type { TierTable } from './rules/tier-table.ts';
import type { Tiers, TiersOptions } from './tier-options.ts';
import { TierShelf, where } from './tier-shelf.ts';

export type { ResolvedTier, TierConfig, Tiers, TiersOptions } from './tier-options.ts';
export type { TierProblem, TierSpecs } from './tier-source.ts';

/**
 * Models by the names of tiers, from a config that may change while the program runs. Throws a `ModelFailure` (`bad-request`) for an option
 * or a fallback that cannot be meant.
 */
export function tiers(options: TiersOptions): Tiers {
  given(options, 'tiers()', "tiers({ resolve: (ref) => model, fallbacks: { smart: 'openai/gpt-5' } })");
  if (typeof options.resolve !== 'function') return refuse(where('resolve'), 'must be a function: (ref) => a model');
  const shelf = new TierShelf(options);
  return view(shelf, [shelf.table(options.overrides ?? {}, where('overrides'))]);
}

/** One set of overrides over the shelf; the strongest layer first. */
function view(shelf: TierShelf, layers: readonly TierTable[]): Tiers {
  const forCall = async (tier: string, options: ModelOptions): Promise<Model> => {
    checkRequest(options, `tiers().model('${tier}')`);
    const { providerOptions, abortSignal } = options;
    const own: unknown = providerOptions?.['holdfast']?.['tiers'];
    const all = own === undefined ? layers : [shelf.table(own, 'providerOptions.holdfast.tiers'), ...layers];
    const resolved = shelf.resolve(tier, all);
    return shelf.model(await (abortSignal ? orAbort(resolved, abortSignal) : resolved));
  };
  return {
    model: (tier) => {
      const model: Model = {
        specificationVersion: 'v4',
        provider: 'holdfast',
        modelId: tier,
        supportedUrls: {},
        doGenerate: async (options) => (await forCall(tier, options)).doGenerate(options),
        doStream: async (options) => (await forCall(tier, options)).doStream(options),
      };
      return quoted(model, async (options) => quote(await forCall(tier, options), options));
    },
    with: (overrides) => view(shelf, [shelf.table(overrides, 'tiers.with'), ...layers]),
    resolve: (tier) => shelf.resolve(tier, layers),
    list: () => shelf.list(layers),
    register: (name, spec) => shelf.register(name, spec),
    configure: (config) => shelf.configure(config),
    invalidate: () => shelf.invalidate(),
  };
}
