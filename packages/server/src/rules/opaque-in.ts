import { isObject, isOurs, isText, unsealed, type ClientProtocol, type Json, type JsonObject } from '@holdfast/core/wire';

/** Fields of a history that hold what only its maker can read, by the protocol of the client. */
const FIELDS: Readonly<Record<ClientProtocol, ReadonlySet<string>>> = {
  'anthropic-messages': new Set(['signature', 'encrypted_content', 'encrypted_index', 'file_id', 'container']),
  'openai-responses': new Set(['encrypted_content', 'file_id', 'container_id']),
  'openai-chat': new Set(['signature', 'thought_signature', 'reasoning_opaque', 'encrypted_content', 'file_id']),
};
/** Blocks whose `data` is such a value: elsewhere it is an image. */
const SEALED_BLOCKS: ReadonlySet<string> = new Set(['redacted_thinking', 'reasoning.encrypted']);
/** Items that their provider keeps under their id. */
const KEPT_ITEMS: ReadonlySet<string> = new Set(['reasoning', 'item_reference', 'compaction']);

const HISTORIES = ['messages', 'input'] as const;

/** What is shorter says nothing of where it came from. */
const SHORTEST = 8;

/**
 * T1: every opaque value in a client's history: signatures, redacted thoughts, encrypted reasoning, ids of what a provider keeps. To be asked
 * who made them (`Moving.readyFor`, then `madeBy`). Of what we sealed ourselves (`hf1.`), the values inside.
 */
export function opaqueIn(protocol: ClientProtocol, body: JsonObject): readonly string[] {
  const found = new Set<string>();
  const fields = FIELDS[protocol];
  for (const name of HISTORIES) look(body[name], fields, found);
  const container = body['container'];
  if (isText(container)) put(container, found);
  return found.size === 0 ? NONE : [...found];
}

const NONE: readonly string[] = [];

function put(value: string, found: Set<string>): void {
  if (value.length < SHORTEST) return;
  if (!isOurs(value)) found.add(value);
  else inside(unsealed(value), found);
}

function inside(value: Json | undefined, found: Set<string>): void {
  if (isText(value) && value.length >= SHORTEST) found.add(value);
  else if (isObject(value)) for (const field of Object.values(value)) inside(field, found);
}

function look(value: Json | undefined, fields: ReadonlySet<string>, found: Set<string>): void {
  if (Array.isArray(value)) for (const one of value) look(one, fields, found);
  if (!isObject(value)) return;
  const type = isText(value['type']) ? value['type'] : '';
  // What a tool was asked or an image holds is the caller's, whatever its fields are called.
  if (type === 'image' || type === 'input_image') return;
  // Every message of every call comes by here: JSON has no inherited fields, and nothing is made for one.
  for (const name in value) {
    const field = value[name];
    if (typeof field === 'object') {
      if (field !== null && !(name === 'input' && type === 'tool_use')) look(field, fields, found);
    } else if (
      isText(field) &&
      (fields.has(name) || (name === 'data' && SEALED_BLOCKS.has(type)) || (name === 'id' && KEPT_ITEMS.has(type)))
    )
      put(field, found);
  }
}
