import { isObject, isText, type ClientProtocol, type Json, type JsonObject } from '@holdfast/core/wire';

/**
 * P8: what a conversation is known by where its client names none: its instructions and what its user said first, as they stand in the body.
 * Marks of caches move along from turn to turn and are left out. Undefined: nobody has said anything.
 */
export function conversationText(protocol: ClientProtocol, body: JsonObject): string | undefined {
  if (protocol === 'anthropic-messages') return opening(list(body['messages']), body['system']);
  if (protocol === 'openai-chat') return opening(list(body['messages']), undefined);
  const { input } = body;
  if (isText(input)) return written([body['instructions'], input]);
  return opening(list(input), body['instructions']);
}

const INSTRUCTIONS: ReadonlySet<unknown> = new Set(['system', 'developer']);

function opening(messages: readonly Json[], instructions: Json | undefined): string | undefined {
  const said: (Json | undefined)[] = [instructions];
  for (const message of messages) {
    if (!isObject(message)) continue;
    const { role, content } = message;
    if (role === 'user') return written([...said, content]);
    if (INSTRUCTIONS.has(role)) said.push(content);
  }
  return undefined;
}

const list = (value: Json | undefined): readonly Json[] => (Array.isArray(value) ? (value as readonly Json[]) : []);

const written = (said: readonly (Json | undefined)[]): string => `prompt ${JSON.stringify(said.map(unmarked))}`;

function unmarked(said: Json | undefined): Json | undefined {
  if (!Array.isArray(said)) return said;
  return (said as readonly Json[]).map((part) => {
    if (!isObject(part) || part['cache_control'] === undefined) return part;
    const { cache_control: _, ...own } = part;
    return own;
  });
}
