import { KNOWN_PROVIDERS } from '@holdfast/core/engine';
import type { Effort, Price, ProviderEntry } from '@holdfast/core/engine';
import type { ModelSettings, ModelSpec, ProviderSpec } from './file.ts';
import { given } from './given.ts';
import type { Mark } from './problem.ts';
import type { RawCost, RawModel, RawProvider, RawSettings } from './raw.ts';

export interface Written {
  readonly at: Mark;
  readonly file: string;
  /** Where its fields stand. */
  readonly marks: Readonly<Record<string, Mark>>;
}

/** What an entry leaves out is its vendor's: the one it names with `provider`, else the one it is called after. */
export function providerOf(name: string, raw: RawProvider, where: Written): ProviderSpec {
  const { settings, effort } = settingsOf(raw);
  const { api, api_type, base_url, token_key, token_keys, token_file, token_command, token_env, headers, account, groups } = raw;
  const writtenIn = token_file === undefined && token_command === undefined ? undefined : where.file;
  const entry: ProviderEntry = {
    name,
    ...given({
      api: api ?? api_type,
      base_url,
      token_key,
      token_keys,
      token_file,
      token_command,
      token_env,
      writtenIn,
      headers,
      account,
      groups,
    }),
  };
  return {
    ...where,
    ...(raw.provider === undefined ? {} : { vendor: raw.provider }),
    entry: raw.provider === undefined || raw.provider === name ? entry : afterVendor(entry, raw.provider),
    settings,
    ...(effort === undefined ? {} : { effort }),
  };
}

function afterVendor(entry: ProviderEntry, vendor: string): ProviderEntry {
  const known = Object.hasOwn(KNOWN_PROVIDERS, vendor) ? KNOWN_PROVIDERS[vendor] : undefined;
  if (known === undefined) return entry;
  const { token_keys, token_key, token_file, token_command } = entry;
  const unnamed = [token_keys, token_key, token_file, token_command].every((one) => one === undefined);
  const implied = unnamed && known.keyVariable !== undefined;
  return {
    ...given({
      api: entry.base_url === undefined ? known.protocol : (known.elsewhere ?? known.protocol),
      base_url: known.baseUrl,
    }),
    ...(implied && { token_key: known.keyVariable, impliedKey: true }),
    ...entry,
  };
}

export function modelOf(
  name: string,
  raw: RawModel,
  where: Written,
  providers: ReadonlyMap<string, ProviderSpec>,
  ruleAt: (index: number) => Mark,
): ModelSpec {
  const { settings, effort } = settingsOf(raw);
  const provider = raw.provider ?? '';
  const routing = raw.routing?.map(({ model, examples }, index) => ({ ref: model, at: ruleAt(index), examples }));
  const spec: ModelSpec = {
    name,
    ...where,
    provider,
    model: raw.model ?? '',
    settings,
    ...given({ effort, routing, titleModel: raw.title_model }),
    ...given({ compactionModel: raw.compaction_model, compactionThreshold: raw.compaction_threshold }),
  };
  if (raw.first_available !== undefined) return { ...spec, firstAvailable: raw.first_available };
  if (raw.base_url === undefined && raw.token_key === undefined) return spec;
  const base = providers.get(provider)?.entry ?? { name: provider };
  const {
    token_keys,
    token_key,
    token_file,
    token_command,
    token_env,
    writtenIn,
    impliedKey,
    account: _account,
    groups: _groups,
    ...rest
  } = base;
  const keys =
    raw.token_key === undefined
      ? given({ token_keys, token_key, token_file, token_command, token_env, writtenIn, impliedKey })
      : { token_key: raw.token_key };
  const own: ProviderEntry = { ...rest, ...keys, ...given({ base_url: raw.base_url }), name: `${provider}@${name}` };
  return { ...spec, entry: afterVendor(own, provider) };
}

export function settingsOf(raw: RawSettings): { readonly settings: ModelSettings; readonly effort?: Effort } {
  const size = raw.provider_opts?.['context_size'];
  const settings = given({
    maxTokens: raw.max_tokens,
    temperature: raw.temperature,
    topP: raw.top_p,
    frequencyPenalty: raw.frequency_penalty,
    presencePenalty: raw.presence_penalty,
    parallelToolCalls: raw.parallel_tool_calls,
    thinkingTokens: typeof raw.thinking_budget === 'number' ? raw.thinking_budget : undefined,
    window: raw.context ?? (typeof size === 'number' ? size : undefined),
    images: raw.capabilities?.image,
    price: raw.cost && priceOf(raw.cost),
    options: raw.provider_opts,
  });
  const effort = effortOf(raw.thinking_budget);
  return effort === undefined ? { settings } : { settings, effort };
}

const priceOf = ({ longer, ...rates }: RawCost): Price => ({
  ...rateOf(rates),
  ...(longer && { longer: { ...rateOf(longer), above: longer.above } }),
});

const rateOf = ({ input, output, cache_read: cacheRead, cache_write: cacheWrite }: RawCost) => ({
  input,
  output,
  ...given({ cacheRead, cacheWrite }),
});

/** `adaptive/high` is an effort too; `adaptive` alone leaves it to the model. */
function effortOf(budget: string | number | undefined): Effort | undefined {
  if (typeof budget !== 'string') return budget === 0 ? 'none' : undefined;
  const word = budget.replace(/^adaptive\/?/, '');
  return word === '' ? undefined : (word as Effort);
}
