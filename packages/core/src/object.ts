import { given } from './call-wiring.ts';
import { isCallFailure } from './call-failure.ts';
import { holdfast } from './library.ts';
import type { Model, ModelOptions } from './model.ts';
import { readSchema } from './object-schema.ts';
import type { ObjectOf, ObjectSchema } from './object-type.ts';
import { known, oneOf, refuse } from './option-checks.ts';
import { ModelOutputError } from './output-error.ts';
import type { JudgedJson } from './rules/object/judge-json.ts';
import { OBJECT_MODES, type ObjectMode } from './rules/object/mode.ts';
import type { CallRecord } from './rules/record.ts';
import type { Usage } from './rules/token-usage.ts';

type Prompt = ModelOptions['prompt'];

/** A message with its text alone stands for one part of it. */
export type PlainMessage = Prompt[number] | { readonly role: 'user' | 'assistant'; readonly content: string };

/** Beside these, what any call may say: `maxOutputTokens`, `temperature`, `reasoning`, `headers`, `providerOptions` … */
export interface GenerateOptions<S extends ObjectSchema> extends Partial<
  Omit<ModelOptions, 'prompt' | 'responseFormat' | 'abortSignal' | 'includeRawChunks'>
> {
  /** What `holdfast()` answered, or any AI SDK model: that is asked as a chain of one. */
  readonly model: Model;
  /** A JSON schema, a Standard Schema (zod, valibot, arktype …), or `{ jsonSchema, validate }`. */
  readonly schema: S;
  /** For a Standard Schema that does not say its own. */
  readonly jsonSchema?: Readonly<Record<string, unknown>>;
  /** One of `prompt` and `messages`. */
  readonly prompt?: string;
  readonly messages?: readonly PlainMessage[];
  readonly system?: string;
  /** What the object is called, and what it is, for models that heed it. */
  readonly name?: string;
  readonly description?: string;
  /** Default: as each target can. */
  readonly mode?: ObjectMode | 'auto';
  /** Fields that a JSON schema does not describe are an error; by default they are left out. */
  readonly strict?: boolean;
  readonly signal?: AbortSignal;
}

/** The object, and what it took. */
export interface Generated<T> {
  readonly value: T;
  /** The JSON as the model wrote it. */
  readonly text: string;
  /** Of the call: every attempt, tokens and cost. Absent only for a model that answers without one. */
  readonly record: CallRecord | undefined;
  /** Of the one answer. */
  readonly usage: Usage;
}

const NAMES: readonly (keyof GenerateOptions<ObjectSchema>)[] = [
  'model',
  'schema',
  'jsonSchema',
  'prompt',
  'messages',
  'system',
  'name',
  'description',
  'mode',
  'strict',
  'signal',
  'maxOutputTokens',
  'temperature',
  'stopSequences',
  'topP',
  'topK',
  'presencePenalty',
  'frequencyPenalty',
  'seed',
  'tools',
  'toolChoice',
  'headers',
  'providerOptions',
  'reasoning',
];

const where = (option: string): string => `generateWith({ ${option} })`;

/** A foreign model asked twice keeps what is believed of it. */
const chains = new WeakMap<Model, Model>();

export function chainOf(model: Model): Model {
  if (typeof model?.doGenerate !== 'function') return refuse(where('model'), 'must be an AI SDK language model');
  if (model.provider === 'holdfast') return model;
  let chain = chains.get(model);
  if (!chain) chains.set(model, (chain = holdfast({ models: [model], name: model.modelId })));
  return chain;
}

/**
 * One object from a model, typed and checked. Each target is asked as it can: by its own schema mode, a forced tool, or words; the answer is
 * looked for in fences and prose, parsed, and held against the schema. Asks once: `metaCalls` asks again. Rejects with a `ModelOutputError`
 * when the model answered something else, a `CallFailure` when nobody answered, a `ModelFailure` (`bad-request`) for a wrong option or a
 * schema that is none, and the signal's reason when it fires.
 */
export async function generateWith<const S extends ObjectSchema>(options: GenerateOptions<S>): Promise<Generated<ObjectOf<S>>> {
  known(given(options, 'generateWith()', 'generateWith({ model, schema, prompt })'), NAMES, where);
  const { model, schema, jsonSchema, prompt, messages, system, name, description, mode, strict = false, signal, ...rest } = options;
  const chain = chainOf(model);
  const read = await readSchema(schema, jsonSchema, where('schema'));
  const objectMode = oneOf(where('mode'), mode, [...OBJECT_MODES, 'auto']);
  const asked: ModelOptions = {
    ...rest,
    prompt: promptOf({ prompt, messages, system }),
    responseFormat: {
      type: 'json',
      schema: read.json,
      ...(name !== undefined && { name }),
      ...(description !== undefined && { description }),
    },
    ...(signal && { abortSignal: signal }),
    ...(objectMode !== undefined && objectMode !== 'auto' && { providerOptions: withMode(rest.providerOptions, objectMode) }),
  };
  const answer = await chain.doGenerate(asked).then(undefined, asOutput);
  const text = answer.content.map((part) => (part.type === 'text' ? part.text : '')).join('');
  const record = answer.providerMetadata?.['holdfast'] as unknown as CallRecord | undefined;
  const judged = await read.judge(text, strict);
  if (judged.kind !== 'ok') throw problemOf(judged, text, answer.finishReason.unified, record);
  return { value: judged.value as ObjectOf<S>, text: judged.text, record, usage: record?.usage ?? {} };
}

type ProviderOptions = NonNullable<ModelOptions['providerOptions']>;

const withMode = (asked: ModelOptions['providerOptions'], objectMode: ObjectMode): ProviderOptions => ({
  ...asked,
  holdfast: { ...asked?.['holdfast'], objectMode },
});

type Said = { readonly [K in 'prompt' | 'messages' | 'system']: GenerateOptions<ObjectSchema>[K] | undefined };

export function promptOf({ prompt, messages, system }: Said): Prompt {
  if ((prompt === undefined) === (messages === undefined)) return refuse(where('prompt'), 'give either prompt or messages');
  if (prompt !== undefined && typeof prompt !== 'string')
    return refuse(where('prompt'), 'must be a text; a conversation goes into messages');
  const said: readonly PlainMessage[] = messages ?? [{ role: 'user', content: prompt! }];
  if (!Array.isArray(said) || said.length === 0) return refuse(where('messages'), 'needs at least one message');
  const full = said.map((message) =>
    typeof message.content === 'string' && message.role !== 'system'
      ? ({ ...message, content: [{ type: 'text', text: message.content }] } as Prompt[number])
      : (message as Prompt[number]),
  );
  return system === undefined ? full : [{ role: 'system', content: system }, ...full];
}

/** A refusal and an empty answer are answers; everything else is nobody's answer and passes. */
function asOutput(error: unknown): never {
  if (isCallFailure(error) && (error.kind === 'refusal' || error.kind === 'empty'))
    throw new ModelOutputError(error.kind, error.salvaged, [], error.record, error);
  throw error;
}

function problemOf(
  judged: Exclude<JudgedJson, { readonly kind: 'ok' }>,
  text: string,
  finish: string,
  record: CallRecord | undefined,
): ModelOutputError {
  const cut = finish === 'length' && judged.kind !== 'schema';
  const kind = finish === 'content-filter' ? 'refusal' : cut ? 'truncated' : judged.kind;
  return new ModelOutputError(kind, text, judged.issues, record);
}
