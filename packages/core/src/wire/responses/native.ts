import { includedFor } from '../../rules/encrypted-reasoning.ts';
import type { Json, JsonObject } from '../json.ts';
import type { BodyChanges, NativeAsk } from '../protocol.ts';
import { isThere, numberAt, objectAt, objectsAt } from './json-read.ts';
import { nativeInput } from './native-input.ts';

/** The repair of a target that has no thoughts to encrypt. */
const THOUGHTLESS = 'setting:encrypted-reasoning';

type Changes = Record<string, Json | undefined>;

/** R1: nothing is kept at the provider, and what it thought comes back encrypted. */
export function native(body: JsonObject, ask: NativeAsk): BodyChanges {
  const changes: Changes = { model: ask.model, stream: ask.stream, store: false };
  const given = Array.isArray(body['include']) ? (body['include'] as readonly Json[]) : [];
  const include = includedFor(given, ask.model, ask.repairs.includes(THOUGHTLESS));
  if (include !== given) changes['include'] = include.length > 0 ? include : undefined;
  if ('previous_response_id' in body) changes['previous_response_id'] = undefined;
  // Only a stream has options.
  if (!ask.stream && 'stream_options' in body) changes['stream_options'] = undefined;
  const input = nativeInput(body['input'], ask);
  if (input !== body['input']) changes['input'] = input;
  if (ask.maxTokens !== undefined) changes['max_output_tokens'] = ask.maxTokens;
  for (const repair of ask.repairs) mend(body, changes, repair);
  return changes;
}

/** Settings by the names of `rules/transcript/repairs.data.ts`, and the fields they are here. */
const FIELDS: Readonly<Record<string, readonly string[]>> = {
  temperature: ['temperature'],
  'top-p': ['top_p'],
  parallel: ['parallel_tool_calls'],
  'service-tier': ['service_tier'],
  'prompt-cache': ['prompt_cache_key', 'prompt_cache_retention', 'prompt_cache_options'],
  'safety-identifier': ['safety_identifier', 'user'],
  metadata: ['metadata'],
  logprobs: ['top_logprobs'],
  'max-tokens': ['max_output_tokens'],
  'context-management': ['context_management'],
};

/** T3: what a refusal asked for. Those that only other protocols know change nothing. */
function mend(body: JsonObject, changes: Changes, repair: string): void {
  const [kind, subject = ''] = repair.split(':');
  if (kind === 'effort') {
    if (objectAt(body, 'reasoning')['effort'] === subject) withoutEffort(body, changes);
  } else if (kind === 'no-effort' || kind === 'no-thinking') withoutEffort(body, changes);
  else if (kind === 'output') {
    const asked = (changes['max_output_tokens'] as number | undefined) ?? numberAt(body, 'max_output_tokens') ?? Infinity;
    changes['max_output_tokens'] = Math.min(asked, Number(subject));
  } else if (kind === 'single-calls') changes['parallel_tool_calls'] = false;
  else if (kind === 'setting') setting(body, changes, subject);
}

function setting(body: JsonObject, changes: Changes, name: string): void {
  if (name === 'reasoning' && 'reasoning' in body) changes['reasoning'] = undefined;
  else if (name === 'verbosity' && isThere(objectAt(body, 'text')['verbosity'])) {
    const { verbosity: _, ...text } = objectAt(body, 'text');
    changes['text'] = text;
  } else if (name === 'strict' && Array.isArray(body['tools'])) changes['tools'] = objectsAt(body, 'tools').map(loose);
  for (const field of FIELDS[name] ?? []) if (field in body || field in changes) changes[field] = undefined;
}

function loose(tool: JsonObject): JsonObject {
  const { strict: _, ...others } = tool;
  return others;
}

function withoutEffort(body: JsonObject, changes: Changes): void {
  const { effort, ...others } = objectAt(body, 'reasoning');
  if (effort !== undefined) changes['reasoning'] = Object.keys(others).length > 0 ? others : undefined;
}
