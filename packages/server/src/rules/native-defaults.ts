import type { Effort, ModelOptions } from '@holdfast/core/engine';
import type { BodyChanges, ClientProtocol, JsonObject } from '@holdfast/core/wire';

/** What the file sets for a target, as far as each protocol's body has a field for it. */
const FIELDS: Readonly<Record<ClientProtocol, readonly (readonly [option: keyof ModelOptions, field: string])[]>> = {
  'openai-chat': [
    ['temperature', 'temperature'],
    ['topP', 'top_p'],
    ['frequencyPenalty', 'frequency_penalty'],
    ['presencePenalty', 'presence_penalty'],
  ],
  'openai-responses': [
    ['temperature', 'temperature'],
    ['topP', 'top_p'],
  ],
  'anthropic-messages': [
    ['temperature', 'temperature'],
    ['topP', 'top_p'],
  ],
};

/** The file's values where the client's body has none. */
export function nativeDefaults(
  protocol: ClientProtocol,
  body: JsonObject,
  defaults: Partial<ModelOptions>,
  effort: Effort | undefined,
): BodyChanges {
  const changes: Record<string, unknown> = {};
  for (const [option, field] of FIELDS[protocol]) {
    const value = defaults[option];
    if (value !== undefined && body[field] === undefined) changes[field] = value;
  }
  if (effort === undefined) return changes;
  if (protocol === 'openai-chat' && body['reasoning_effort'] === undefined && body['reasoning'] === undefined)
    changes['reasoning_effort'] = effort;
  if (protocol === 'openai-responses' && body['reasoning'] === undefined) changes['reasoning'] = { effort };
  return changes;
}

/**
 * Whether a target of the client's own protocol can be sent the client's body: not where the file sets something for it that only the AI SDK's
 * package knows how to say.
 */
export function isNative(protocol: ClientProtocol, body: JsonObject, defaults: Partial<ModelOptions>, effort: Effort | undefined): boolean {
  if (defaults.providerOptions !== undefined) return false;
  return protocol !== 'anthropic-messages' || effort === undefined || body['thinking'] !== undefined || body['output_config'] !== undefined;
}
