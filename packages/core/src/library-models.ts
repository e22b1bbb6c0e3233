import { checkSettings } from './call-wiring.ts';
import type { Reachable } from './compose.ts';
import { openedWith } from './keyed-chain.ts';
import { libraryOutput, libraryPrice } from './library-prices.ts';
import type { LiveKey, LiveKeyPorts } from './live-key.ts';
import type { Model, ModelOptions } from './model.ts';
import { currentModel, modelProblem, type AnyModel } from './model-versions.ts';
import { libraryJson } from './object-mode.ts';
import type { Moving } from './moving.ts';
import { known, oneOf, refuse } from './option-checks.ts';
import type { Credential } from './ports.ts';
import { sharedKey } from './shared-keys.ts';
import { askModel } from './providers/ask.ts';
import { EFFORTS, type Effort, type Price, type Protocol, type Target } from './rules/target.ts';

/** What every call of one model is asked with where the call itself says nothing. Another model's settings never reach it. */
export interface ModelSettings extends Partial<
  Pick<
    ModelOptions,
    | 'maxOutputTokens'
    | 'temperature'
    | 'topP'
    | 'topK'
    | 'presencePenalty'
    | 'frequencyPenalty'
    | 'seed'
    | 'stopSequences'
    | 'providerOptions'
    | 'headers'
  >
> {
  readonly effort?: Effort;
}

/** A model of the chain, or that and what is known of it. */
export type ModelEntry =
  | AnyModel
  | {
      /** A function of the key where `keys` or `credential` give it: it is called again when the key is another. */
      readonly model: AnyModel | ((key: string) => AnyModel);
      /** In records and events; default `provider/modelId`. */
      readonly name?: string;
      /** Models with one `endpoint` share a server. */
      readonly endpoint?: string;
      /** Models with one `account` share its limits. */
      readonly account?: string;
      /** Several keys: each is asked before another model is; conversations are shared out among them. */
      readonly keys?: readonly (string | Credential)[];
      /** One key that may change. */
      readonly credential?: Credential;
      readonly settings?: ModelSettings;
      /** US dollars per million tokens, where it is not the published one or none is known. */
      readonly price?: Price;
    };

type Given = Exclude<ModelEntry, AnyModel>;

const NAMES: readonly string[] = [
  'model',
  'name',
  'endpoint',
  'account',
  'keys',
  'credential',
  'settings',
  'price',
] satisfies readonly (keyof Given)[];

const PROTOCOLS: readonly (readonly [RegExp, Protocol])[] = [
  [/^anthropic/, 'anthropic-messages'],
  [/^openai\.responses/, 'openai-responses'],
  [/^google/, 'google'],
  [/^openai|\.chat/, 'openai-chat'],
];

/** Written out: an object that is no model itself. */
const isWritten = (entry: ModelEntry): entry is Given =>
  typeof entry === 'object' && entry !== null && 'model' in entry && !('doStream' in entry);

/** `mistral.chat`, `google.generative-ai`: the AI SDK's packages begin with the vendor. */
const vendorOf = ({ provider }: Model): string => provider.split('.')[0] ?? provider;

/** What the places of a chain share. */
export interface SharedPorts extends LiveKeyPorts {
  readonly moving: Moving;
}

/** The places of a chain, in order: one for each key of each model. `where`: how an option is written, for errors. */
export function reachableOf(entries: readonly ModelEntry[], ports: SharedPorts, where: (option: string) => string): readonly Reachable[] {
  const seen = new Map<string, number>();
  const places: Reachable[] = [];
  for (const [index, entry] of entries.entries()) {
    // From JavaScript it may be anything.
    const given = isWritten(entry) ? entry : { model: entry };
    const at = `element ${index}`;
    if (given === entry) known(given, NAMES, (name) => `${where('models')}: ${at}: ${name}`);
    const { model, sources } = checked(given, where('models'), at);
    const plain = given.name ?? `${model.provider}/${model.modelId}`;
    const times = (seen.get(plain) ?? 0) + 1;
    seen.set(plain, times);
    const name = times === 1 ? plain : `${plain}#${times}`;
    const most = libraryOutput(model);
    const price = libraryPrice(model, given.price, (option) => where(`models[${index}].${option}`));
    for (const [nth, source] of (sources ?? [undefined]).entries()) {
      const credential = `${name}#key${nth === 0 ? '' : nth + 1}`;
      const target = {
        ...targetOf({ ...given, name, credential, place: places.length }, model),
        ...(price && { price }),
        ...(most && { maxOutput: most }),
      };
      places.push(reach(target, given, source && sharedKey(`the key of ${name}`, source, ports), ports));
    }
  }
  return places;
}

function targetOf(
  given: Omit<Given, 'credential' | 'name'> & { readonly name: string; readonly credential: string; readonly place: number },
  model: Model,
): Target {
  const { place, name, credential, endpoint = name, account = credential, settings } = given;
  return {
    place,
    ref: name,
    entry: endpoint,
    model: model.modelId,
    protocol: PROTOCOLS.find(([pattern]) => pattern.test(model.provider))?.[1] ?? 'other',
    vendor: vendorOf(model),
    credential,
    account,
    group: model.modelId,
    ...libraryJson(model),
    ...(settings?.effort !== undefined && { effort: settings.effort }),
  };
}

function reach(target: Target, { model, settings }: Given, key: LiveKey | undefined, { moving }: SharedPorts): Reachable {
  const { effort: _effort, ...defaults } = settings ?? {};
  const shared = { target, defaults };
  if (typeof model !== 'function') return { ...shared, ask: askModel(() => Promise.resolve(currentModel(model)), { moving }) };
  return {
    ...shared,
    ask: askModel(
      openedWith(key!, (value) => currentModel(model(value))),
      { varies: true, moving },
    ),
    key: key!,
  };
}

interface Checked {
  /** What it says of itself; with keys, made with the first of them or with none. */
  readonly model: Model;
  readonly sources?: readonly Credential[];
}

function checked({ model, keys, credential, settings }: Given, where: string, at: string): Checked {
  checkSettings(settings, (option) => `${where}: ${at}: ${option}`);
  oneOf(`${where}: ${at}: settings.effort`, settings?.effort, EFFORTS);
  if (keys !== undefined && (!Array.isArray(keys) || keys.length === 0)) refuse(where, `${at}: keys needs at least one key`);
  const given: readonly unknown[] = keys ?? (credential === undefined ? [] : [credential]);
  if (keys !== undefined && credential !== undefined) refuse(where, `${at}: give keys or credential, not both`);
  if (typeof model !== 'function') {
    if (given.length > 0)
      refuse(where, `${at}: with keys or a credential, model is a function of the key: (key) => create…({ apiKey: key })(id)`);
    const problem = modelProblem(model);
    return problem === undefined ? { model: currentModel(model) } : refuse(where, `${at} ${problem}`);
  }
  if (given.length === 0) refuse(where, `${at}: a model that is a function of its key needs keys or a credential`);
  const sources = given.map((one) => sourceOf(one) ?? refuse(where, `${at}: a key is a text, or an object with get()`));
  const made: unknown = model(typeof given[0] === 'string' ? given[0] : '');
  const problem = modelProblem(made);
  return problem === undefined
    ? { model: currentModel(made as AnyModel), sources }
    : refuse(where, `${at}: what its function answers ${problem}`);
}

function sourceOf(one: unknown): Credential | undefined {
  if (typeof one === 'string') return one.trim() === '' ? undefined : { get: () => one };
  return typeof (one as Credential | null)?.get === 'function' ? (one as Credential) : undefined;
}
