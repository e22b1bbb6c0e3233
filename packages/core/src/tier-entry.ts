import type { ModelEntry, ModelSettings } from './library.ts';
import type { ModelOptions } from './model.ts';
import type { AnyModel } from './model-versions.ts';
import { refuse } from './option-checks.ts';
import type { TiersOptions } from './tier-options.ts';
import type { TierTarget } from './rules/tier-table.ts';

/** One target of a tier as a model of a chain. Throws a `ModelFailure` (`bad-request`) where `resolve` knows no model for it. */
export function entryOf({ ref, effort, settings }: TierTarget, resolve: TiersOptions['resolve']): ModelEntry {
  const given = resolve(ref);
  if (typeof given !== 'object' || given === null) return nothingFor(ref, given);
  const written = 'doStream' in given ? { model: given } : given;
  if (typeof written.model !== 'function' && (typeof written.model !== 'object' || written.model === null))
    return nothingFor(ref, written.model);
  const provider = ref.includes('/') ? ref.slice(0, ref.indexOf('/')) : ref;
  const own = settingsFor(ref, written, settings);
  return {
    name: ref,
    endpoint: provider,
    account: `${provider}#key`,
    ...written,
    settings: { ...written.settings, ...own, ...(effort !== undefined && { effort }) },
  };
}

const nothingFor = (ref: string, answered: unknown): never =>
  refuse(
    'tiers({ resolve })',
    `answered ${typeof answered === 'string' ? 'a text' : String(answered)} for "${ref}": it must answer a model object, such as openai('gpt-5') of @ai-sdk/openai`,
  );

/** A target's own settings in the AI SDK's words; those of its vendor under the vendor's name. */
function settingsFor(ref: string, { model }: Exclude<ModelEntry, AnyModel>, settings: TierTarget['settings'] = {}): ModelSettings {
  const { maxTokens, options, temperature, topP, frequencyPenalty, presencePenalty } = settings;
  const vendor = typeof model === 'function' ? ref.split('/', 1)[0]! : model.provider.split('.', 1)[0]!;
  const named = { maxOutputTokens: maxTokens, temperature, topP, frequencyPenalty, presencePenalty };
  return {
    ...Object.fromEntries(Object.entries(named).filter(([, value]) => value !== undefined)),
    ...(options && { providerOptions: { [vendor]: options } as NonNullable<ModelOptions['providerOptions']> }),
  };
}
