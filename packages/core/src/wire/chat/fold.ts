import { isObject, isText, type Json, type JsonObject } from '../json.ts';
import { chunkCalls } from './fold-calls.ts';

type Fields = Record<string, Json | undefined>;

/**
 * The chunks of a stream as the one answer they stand for. Nothing is known of a field but its place: of an answer's and a choice's fields the
 * last value counts, a delta's texts and lists are joined, its objects by their fields. What is empty replaces nothing.
 */
export function fold(chunks: readonly JsonObject[]): JsonObject {
  const answer: Fields = {};
  const choices = new Map<number, Choice>();
  // What only hides the length of a chunk is nothing of the answer.
  for (const { choices: some, object: _, obfuscation: _o, ...fields } of chunks) {
    for (const [name, value] of Object.entries(fields)) put(answer, name, NAMES.has(name) && isSaid(answer[name]) ? answer[name] : value);
    if (!Array.isArray(some)) continue;
    for (const choice of (some as readonly Json[]).filter(isObject)) {
      const index = typeof choice['index'] === 'number' ? choice['index'] : 0;
      let own = choices.get(index);
      if (own === undefined) choices.set(index, (own = { fields: {}, message: {}, logprobs: {}, calls: [] }));
      take(own, choice);
    }
  }
  const { id, created, model, ...others } = answer;
  const folded = [...choices].toSorted(([a], [b]) => a - b).map(([index, choice]) => made(index, choice));
  return { id, object: 'chat.completion', created, model, choices: folded, ...others };
}

/** One for the whole answer: the first that says something. */
const NAMES: ReadonlySet<string> = new Set(['id', 'created', 'model', 'system_fingerprint']);

interface Choice {
  readonly fields: Fields;
  readonly message: Fields;
  readonly logprobs: Fields;
  readonly calls: JsonObject[];
}

const isSaid = (value: Json | undefined): boolean => value !== undefined && value !== null && value !== '' && value !== 0;

function put(into: Fields, name: string, value: Json | undefined): void {
  if (!(name in into) || isSaid(value) || (value !== undefined && !isSaid(into[name]))) into[name] = value;
}

function take(own: Choice, choice: JsonObject): void {
  const { delta, logprobs, index: _, ...fields } = choice;
  for (const [name, value] of Object.entries(fields)) put(own.fields, name, value);
  if (isObject(logprobs)) join(own.logprobs, logprobs);
  if (!isObject(delta)) return;
  const { tool_calls: calls, role, ...shown } = delta;
  put(own.message, 'role', role);
  if (Array.isArray(calls)) chunkCalls(own.calls, calls);
  join(own.message, shown);
}

/** `strings` of which the last counts: they name something. */
const LAST: ReadonlySet<string> = new Set(['id', 'type', 'name', 'format', 'index']);

function join(into: Fields, some: JsonObject): void {
  for (const [name, value] of Object.entries(some)) into[name] = LAST.has(name) ? (value ?? into[name]) : joined(into[name], value);
}

function joined(before: Json | undefined, value: Json | undefined): Json | undefined {
  if (value === null || value === undefined) return before === undefined ? value : before;
  if (isText(before) && isText(value)) return before + value;
  if (Array.isArray(before) || Array.isArray(value)) return [...listOf(before), ...listOf(value)];
  if (!isObject(before) || !isObject(value)) return value;
  const both: Fields = { ...before };
  join(both, value);
  return both;
}

/** Content that is a text here and a list there is a list. */
const listOf = (value: Json | undefined): readonly Json[] => {
  if (Array.isArray(value)) return value as readonly Json[];
  if (value === undefined || value === null || value === '') return [];
  return [isText(value) ? { type: 'text', text: value } : value];
};

function made(index: number, { fields, message, logprobs, calls }: Choice): JsonObject {
  const { role, content, refusal, ...others } = message;
  const { finish_reason: reason, ...rest } = fields;
  const said = {
    role: role ?? 'assistant',
    content: calls.length > 0 && content === '' ? null : (content ?? null),
    refusal: refusal === undefined || refusal === '' ? null : refusal,
    ...others,
    ...(calls.length > 0 && { tool_calls: calls.map(unnumbered) }),
  };
  return { index, message: said, logprobs: Object.keys(logprobs).length > 0 ? logprobs : null, finish_reason: reason ?? null, ...rest };
}

function unnumbered(call: JsonObject): JsonObject {
  const { index: _, ...own } = call;
  return own;
}
