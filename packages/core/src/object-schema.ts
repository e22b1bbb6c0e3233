import { refuse } from './option-checks.ts';
import { checkSchema } from './object-mode.ts';
import { findJson } from './rules/object/find-json.ts';
import { judgeJson, judgeValue, type JudgedJson } from './rules/object/judge-json.ts';
import { isObject, type Issue, type JsonObject } from './rules/object/json-value.ts';

/** The part of Standard Schema (https://standardschema.dev) that is used: zod, valibot, arktype and others have it. */
export interface StandardSchema<T = unknown> {
  readonly '~standard': {
    readonly version: 1;
    readonly vendor: string;
    readonly validate: (value: unknown) => StandardResult<T> | Promise<StandardResult<T>>;
    readonly types?: { readonly output: T } | undefined;
    readonly jsonSchema?: { readonly input: (options: { readonly target: 'draft-07' }) => Readonly<Record<string, unknown>> };
  };
}

type StandardResult<T> =
  | { readonly value: T; readonly issues?: undefined }
  | {
      readonly issues: readonly {
        readonly message: string;
        readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
      }[];
    };

/** A JSON schema with a check of your own: what it answers is the value, what it throws is shown to the model. The AI SDK's `jsonSchema()` is one. */
export interface CheckedSchema<T = unknown> {
  readonly jsonSchema: unknown;
  readonly validate?: (value: unknown) => unknown;
  /** For the compiler alone. */
  readonly _type?: T;
}

/** What the model is asked for, and how what it said is judged. */
export interface ReadSchema {
  readonly json: JsonObject;
  judge(text: string, strict: boolean): JudgedJson | Promise<JudgedJson>;
}

/** Rejects with a `ModelFailure` (`bad-request`, code `bad-option`) for a schema that is none. */
export async function readSchema(schema: unknown, given: unknown, where: string): Promise<ReadSchema> {
  if (isStandard(schema)) {
    const json = given ?? jsonOf(schema);
    if (!isObject(json))
      return refuse(where, `this ${schema['~standard'].vendor} schema does not say its JSON schema: give it as \`jsonSchema\` beside it`);
    checkSchema(where, json);
    return { json, judge: (text) => judgeBy(text, standard(schema)) };
  }
  if (isObject(schema) && 'jsonSchema' in schema) {
    const json: unknown = await (schema['jsonSchema'] as unknown);
    checkSchema(`${where}.jsonSchema`, json);
    const { validate } = schema;
    if (validate !== undefined && typeof validate !== 'function') return refuse(`${where}.validate`, 'must be a function');
    if (typeof validate !== 'function') return plain(json);
    return { json: asObject(json), judge: (text, strict) => judgeBy(text, own(json, validate as (value: unknown) => unknown, strict)) };
  }
  checkSchema(where, schema);
  return plain(schema);
}

const asObject = (json: unknown): JsonObject => (isObject(json) ? json : {});

const plain = (schema: unknown): ReadSchema => ({
  json: asObject(schema),
  judge: (text, strict) => judgeJson(text, { schema, strict }),
});

/** Some are functions. */
const isStandard = (schema: unknown): schema is StandardSchema =>
  ((typeof schema === 'object' && schema !== null) || typeof schema === 'function') && isObject((schema as JsonObject)['~standard']);

function jsonOf(schema: StandardSchema): unknown {
  try {
    return schema['~standard'].jsonSchema?.input({ target: 'draft-07' });
  } catch {
    // It has parts that JSON Schema cannot say; whoever calls may say them otherwise.
    return undefined;
  }
}

type Verdict = { readonly value: unknown } | { readonly issues: readonly Issue[] };
type Judge = (value: unknown) => Verdict | Promise<Verdict>;

const standard =
  (schema: StandardSchema): Judge =>
  async (value) => {
    const result = await schema['~standard'].validate(value);
    if (!result.issues) return { value: result.value };
    return { issues: result.issues.map(({ message, path }) => ({ message, path: (path ?? []).map(stepOf) })) };
  };

const stepOf = (step: PropertyKey | { readonly key: PropertyKey }): string | number => {
  const key = typeof step === 'object' ? step.key : step;
  return typeof key === 'number' ? key : String(key);
};

/** The JSON schema first: a check of one's own may rely on it. The AI SDK's answers `{ success, value | error }`. */
const own =
  (schema: unknown, validate: (value: unknown) => unknown, strict: boolean): Judge =>
  async (value) => {
    const judged = judgeValue({ value, text: '' }, { schema, strict });
    if (judged.kind !== 'ok') return { issues: judged.issues };
    try {
      const answer = await validate(judged.value);
      if (!isObject(answer) || typeof answer['success'] !== 'boolean') return { value: answer };
      return answer['success'] ? { value: answer['value'] } : { issues: [{ path: [], message: messageOf(answer['error']) }] };
    } catch (error) {
      return { issues: [{ path: [], message: messageOf(error) }] };
    }
  };

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

async function judgeBy(text: string, judge: Judge): Promise<JudgedJson> {
  const { found } = findJson(text);
  if (found.length === 0) return judgeJson(text);
  let longest: JudgedJson | undefined;
  for (const one of found) {
    const verdict = await judge(one.value);
    if ('value' in verdict) return { kind: 'ok', value: verdict.value, text: one.text };
    if (!longest || !('text' in longest) || longest.text.length < one.text.length) longest = { kind: 'schema', ...verdict, ...one };
  }
  return longest!;
}
