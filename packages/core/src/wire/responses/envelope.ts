import type { ClientError, ClientErrorClass } from '../client-error.ts';
import type { Json, JsonObject } from '../json.ts';
import type { EncoderStart } from '../protocol.ts';
import { itemsJson, type Answer } from './answer.ts';
import { event } from './events.ts';
import { isThere, objectAt } from './json-read.ts';

/** What our store does with the answer, and where it goes on: the provider was asked to keep nothing (R1). */
const kept = ({ body, stored }: EncoderStart): JsonObject => ({
  store: stored === true && body['store'] !== false,
  previous_response_id: body['previous_response_id'] ?? null,
});

/** A provider's response object as the client must see it; itself where it is that already. */
export function mended({ start, base }: Pick<Answer, 'start' | 'base'>, response: JsonObject): JsonObject {
  const wanted: JsonObject = { ...kept(start), ...(isThere(base?.['id']) && { id: base!['id'] }) };
  const differs = Object.entries(wanted).some(([name, value]) => (response[name] ?? null) !== value);
  return differs ? { ...response, ...wanted } : response;
}

/** Fields of a request that its answer repeats, and what they are where the request has none. */
const REPEATED: readonly (readonly [string, Json])[] = Object.entries({
  instructions: null,
  max_output_tokens: null,
  max_tool_calls: null,
  metadata: {},
  parallel_tool_calls: true,
  prompt_cache_key: null,
  safety_identifier: null,
  service_tier: 'default',
  temperature: 1,
  tool_choice: 'auto',
  tools: [],
  top_logprobs: 0,
  top_p: 1,
  truncation: 'disabled',
  user: null,
});

export function responseOf(start: EncoderStart): JsonObject {
  const { id, created, model, body } = start;
  const repeated = Object.fromEntries(REPEATED.map(([name, otherwise]) => [name, body[name] ?? otherwise]));
  return {
    id,
    object: 'response',
    created_at: created,
    status: 'in_progress',
    background: false,
    error: null,
    incomplete_details: null,
    model,
    output: [],
    ...repeated,
    reasoning: { effort: null, summary: null, ...objectAt(body, 'reasoning') },
    text: { format: { type: 'text' }, ...objectAt(body, 'text') },
    ...kept(start),
    usage: null,
  };
}

/** What must stand before everything else. */
export function head(answer: Answer): string {
  if (answer.base) return '';
  const response = responseOf(answer.start);
  answer.base = response;
  return event(answer, 'response.created', { response }) + event(answer, 'response.in_progress', { response });
}

export interface Ending {
  readonly status: 'completed' | 'incomplete' | 'failed';
  readonly reason?: string;
  readonly error?: JsonObject;
  readonly usage: JsonObject | null;
}

/** R4: the response object that ends the answer holds everything whole. */
export function ended(answer: Answer, { status, reason, error, usage }: Ending): JsonObject {
  return {
    ...(answer.base ?? responseOf(answer.start)),
    status,
    error: error ?? null,
    incomplete_details: reason === undefined ? null : { reason },
    output: itemsJson(answer),
    usage,
  };
}

/** Note 9: Codex asks again at every code but a few. */
const CODES: Readonly<Partial<Record<ClientErrorClass, string>>> = {
  'rate-limit': 'rate_limit_exceeded',
  quota: 'insufficient_quota',
  'context-length': 'context_length_exceeded',
  'invalid-request': 'invalid_prompt',
  'too-large': 'invalid_prompt',
  refusal: 'invalid_prompt',
};

export const failed = ({ code, class: kind, message }: ClientError): JsonObject => ({
  code: code ?? CODES[kind] ?? 'server_error',
  message,
});
