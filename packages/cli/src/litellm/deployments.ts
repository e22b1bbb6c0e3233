import type { Mark, TreeNode } from '@holdfast/agent/engine';
import { LEFT, READ_PARAMS, SETTINGS, VENDORS, type Vendor } from './litellm.data.ts';
import { entriesOf, field, itemsOf, numberOf, textOf, type Notes } from './look.ts';
import { costOf, headersOf, secretOf, settingsOf, type Secret } from './params.ts';

/** One element of `model_list` that can be asked. */
export interface Deployment {
  readonly at: Mark;
  /** `model_name`: what clients ask for. */
  readonly group: string;
  /** The word before the model's first `/`, or what stands for it. */
  readonly prefix: string;
  readonly vendor: Vendor;
  /** What the provider is asked for. */
  readonly model: string;
  readonly base?: string;
  readonly key?: Secret;
  readonly headers: Readonly<Record<string, Secret | string>>;
  /** As a tier's target spells them. */
  readonly settings: Readonly<Record<string, number | string | boolean>>;
  readonly limits: { readonly rpm?: number; readonly tpm?: number; readonly concurrency?: number };
  readonly order: number;
  /** US dollars per million tokens. */
  readonly cost?: { readonly input: number; readonly output: number };
  readonly context?: number;
}

/** What clients are given that no chain of chat models gives. */
const OTHER_MODES = new Set(['embedding', 'image_generation', 'audio_transcription', 'audio_speech', 'rerank', 'moderation', 'completion']);
/** What LiteLLM takes a model without a provider for. */
const guessed = (model: string): string | undefined =>
  /^(gpt-|o\d|chatgpt-)/.test(model)
    ? 'openai'
    : model.startsWith('claude-')
      ? 'anthropic'
      : model.startsWith('gemini-')
        ? 'gemini'
        : undefined;

function providerOf(written: string, own: string | undefined, base: string | undefined) {
  const slash = written.indexOf('/');
  const before = slash < 0 ? '' : written.slice(0, slash);
  if (own !== undefined) return { prefix: own, model: before === own ? written.slice(slash + 1) : written };
  if (Object.hasOwn(VENDORS, before)) return { prefix: before, model: written.slice(slash + 1) };
  const guess = guessed(written) ?? (base === undefined ? before : 'openai');
  return { prefix: guess, model: written };
}

const READ_INFO = new Set([
  'id',
  'mode',
  'input_cost_per_token',
  'output_cost_per_token',
  'max_input_tokens',
  'max_tokens',
  'max_output_tokens',
]);

function tellRest(item: TreeNode, path: string, notes: Notes): void {
  const params = field(item, 'litellm_params');
  for (const { key, at } of entriesOf(item))
    if (!['model_name', 'litellm_params', 'model_info'].includes(key)) notes.unknown(at, `${path}.${key}`, 'unknown key');
  for (const { key, at } of entriesOf(params)) {
    if (READ_PARAMS.includes(key) || Object.hasOwn(SETTINGS, key)) continue;
    const why = LEFT['litellm_params']![key];
    if (why === undefined) notes.unknown(at, `${path}.litellm_params.${key}`, 'unknown key');
    else notes.left(at, `${path}.litellm_params.${key}`, why);
  }
  for (const { key, at } of entriesOf(field(item, 'model_info')))
    if (!READ_INFO.has(key)) notes.left(at, `${path}.model_info.${key}`, LEFT['model_info']!['*']!);
}

type Credentials = ReadonlyMap<string, TreeNode>;

function deploymentOf(item: TreeNode, path: string, credentials: Credentials, notes: Notes): Deployment | undefined {
  const [params, info] = [field(item, 'litellm_params'), field(item, 'model_info')];
  const [group, written] = [textOf(field(item, 'model_name')), textOf(field(params, 'model'))];
  const skip = (why: string) => void notes.left(item.at, path, why);
  if (params === undefined || group === undefined || written === undefined) return skip('without model_name or litellm_params.model');
  if (written.includes('*') || group.includes('*')) return skip('a pattern: ask for PROVIDER/MODEL as it is, or write server.aliases');
  const mode = textOf(field(info, 'mode'));
  if (mode !== undefined && OTHER_MODES.has(mode)) return skip(`mode ${mode}: only chat models are served`);
  const shared = credentials.get(textOf(field(params, 'litellm_credential_name')) ?? '');
  const value = (key: string) => field(params, key) ?? field(shared, key);
  const base = textOf(value('api_base') ?? value('base_url'));
  const { prefix, model } = providerOf(written, textOf(field(params, 'custom_llm_provider')), base);
  const vendor = Object.hasOwn(VENDORS, prefix) ? VENDORS[prefix] : base === undefined ? undefined : {};
  if (vendor === undefined) return skip(`a provider that is not known here, and no api_base`);
  if (vendor.not !== undefined) return skip(`${prefix}: ${vendor.not}`);
  const key = value('api_key');
  const [cost, context] = [costOf(params, info), numberOf(field(info, 'max_input_tokens'))];
  const limit = (name: string) => numberOf(field(params, name));
  const [rpm, tpm, concurrency] = [limit('rpm'), limit('tpm'), limit('max_parallel_requests')];
  tellRest(item, path, notes);
  return {
    at: item.at,
    group,
    prefix,
    vendor,
    model,
    ...(base !== undefined && { base }),
    ...(key && { key: secretOf(key) }),
    headers: headersOf(field(params, 'extra_headers')),
    settings: settingsOf(params),
    limits: { ...(rpm && { rpm }), ...(tpm && { tpm }), ...(concurrency && { concurrency }) },
    order: limit('order') ?? 0,
    ...(cost && { cost }),
    ...(context && { context }),
  };
}

/** The deployments in the order in which they are asked; what cannot be asked is noted. */
export function deploymentsOf(root: TreeNode, notes: Notes): readonly Deployment[] {
  const credentials = new Map(
    itemsOf(field(root, 'credential_list')).map((one) => [
      textOf(field(one, 'credential_name')) ?? '',
      field(one, 'credential_values') ?? one,
    ]),
  );
  return itemsOf(field(root, 'model_list'))
    .flatMap((item, n) => deploymentOf(item, `model_list[${n}]`, credentials, notes) ?? [])
    .toSorted((a, b) => a.order - b.order);
}
