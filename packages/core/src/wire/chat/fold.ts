import { isObject, isText, type Json, type JsonObject } from '../json.ts';
import { chunkCalls } from './fold-calls.ts';
import { foldDetails } from './fold-details.ts';

type Fields = Record<string, Json | undefined>;

/**
 * The chunks of a stream as the one answer they stand for. Nothing is known of a field but its place: of an answer's and a choice's fields the
 * last value counts, a delta's texts and lists are joined, its objects by their fields. What is empty replaces nothing.
 */
export function fold(chunks: readonly JsonObject[]): JsonObject {
  const answer: Fields = {};
  const choices = new Map<number, Choice>();
  for (const chunk of chunks) {
    for (const name of Object.keys(chunk))
      if (!OF_CHUNKS.has(name)) put(answer, name, NAMES.has(name) && isSaid(answer[name]) ? answer[name] : chunk[name]);
    const { choices: some } = chunk;
    if (!Array.isArray(some)) continue;
    for (const choice of some as readonly Json[]) {
      if (!isObject(choice)) continue;
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

/** Of each chunk alone; what only hides its length is nothing of the answer. */
const OF_CHUNKS: ReadonlySet<string> = new Set(['choices', 'object', 'obfuscation']);

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

/** Read apart. */
const OF_CHOICES: ReadonlySet<string> = new Set(['delta', 'logprobs', 'index']);

function take(own: Choice, choice: JsonObject): void {
  const { delta, logprobs } = choice;
  for (const name of Object.keys(choice)) if (!OF_CHOICES.has(name)) put(own.fields, name, choice[name]);
  if (isObject(logprobs)) join(own.logprobs, logprobs);
  if (!isObject(delta)) return;
  const { tool_calls: calls } = delta;
  put(own.message, 'role', delta['role']);
  if (Array.isArray(calls)) chunkCalls(own.calls, calls);
  for (const name of Object.keys(delta)) if (name !== 'tool_calls' && name !== 'role') joinOne(own.message, name, delta[name]);
}

/** `strings` of which the last counts: they name something. */
const LAST: ReadonlySet<string> = new Set(['id', 'type', 'name', 'format', 'index']);

/** `into` is our own, and so is all that was put into it: it grows in place, or a long answer is copied with every chunk. */
function join(into: Fields, some: JsonObject): void {
  for (const name of Object.keys(some)) joinOne(into, name, some[name]);
}

function joinOne(into: Fields, name: string, value: Json | undefined): void {
  if (LAST.has(name)) into[name] = value ?? into[name];
  else if (name === 'reasoning_details' && Array.isArray(value)) into[name] = foldDetails(ownList(into[name]), value);
  else into[name] = joined(into[name], value);
}

function joined(before: Json | undefined, value: Json | undefined): Json | undefined {
  if (value === null || value === undefined) return before === undefined ? value : before;
  if (isText(before) && isText(value)) return before + value;
  if (Array.isArray(before) || Array.isArray(value)) {
    const own = ownList(before);
    for (const one of listOf(value)) own.push(one);
    return own;
  }
  if (!isObject(value)) return value;
  const own: Fields = isObject(before) ? before : {};
  join(own, value);
  return own;
}

/** What was put together so far. */
const ownList = (before: Json | undefined): Json[] => (Array.isArray(before) ? before : [...listOf(before)]) as Json[];

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
