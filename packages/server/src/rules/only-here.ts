import type { ClientProtocol, Json, JsonObject } from '@holdfast/core/wire';

const LOGPROBS = 'message.output_text.logprobs';

const has = (list: Json | undefined, word: string): boolean => Array.isArray(list) && list.includes(word);
const isMore = (value: Json | undefined, than: number): boolean => typeof value === 'number' && value > than;

/**
 * Note 13: what a client asks for that is lost where its request is translated: a target of another protocol would answer with less, and say
 * nothing of it. Undefined for a request that any target can answer.
 */
export function onlyHere(protocol: ClientProtocol, body: JsonObject): string | undefined {
  if (protocol === 'anthropic-messages') return undefined;
  if (isMore(body['top_logprobs'], 0) || body['logprobs'] === true || has(body['include'], LOGPROBS)) return 'logprobs';
  if (protocol === 'openai-responses') return undefined;
  if (isMore(body['n'], 1)) return 'several-answers';
  return has(body['modalities'], 'audio') ? 'audio' : undefined;
}
