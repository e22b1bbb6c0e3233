import { isObject, type Json, type JsonObject } from '../json.ts';
import { isOurs } from '../opaque.ts';
import type { BodyChanges, NativeAsk } from '../protocol.ts';
import { BodyDraft } from './body-draft.ts';
import { repaired, unsignedFrom } from './repairs.ts';
import { withoutSignatures } from './signatures.ts';

/** What of a client's body is changed for a server of its own protocol: nothing that need not be. */
export function native(body: JsonObject, ask: NativeAsk): BodyChanges {
  const draft = new BodyDraft(body);
  draft.set('model', ask.model);
  streaming(draft, ask.stream);
  if (ask.maxTokens !== undefined) limited(draft, ask.maxTokens);
  unsigned(draft, ask);
  for (const repair of ask.repairs) repaired(draft, repair);
  if (ask.cut) goOn(draft, ask.cut);
  return draft.changes;
}

/** Usage is always asked for: the record wants it, and the encoder keeps from the client what it did not ask for. */
function streaming(draft: BodyDraft, stream: boolean): void {
  const options = draft.get('stream_options');
  draft.set('stream', stream ? true : undefined);
  draft.set('stream_options', stream ? { ...(isObject(options) ? options : {}), include_usage: true } : undefined);
}

/** In the field that the client used; both where it used both. */
function limited(draft: BodyDraft, most: number): void {
  const newer = typeof draft.get('max_completion_tokens') === 'number';
  if (newer) draft.set('max_completion_tokens', most);
  if (!newer || typeof draft.get('max_tokens') === 'number') draft.set('max_tokens', most);
}

/** T1, T3: what was signed elsewhere, or was refused. */
function unsigned(draft: BodyDraft, { foreign, repairs }: NativeAsk): void {
  const from = unsignedFrom(repairs);
  draft.messages((message, at) => withoutSignatures(message, (value) => at >= from || isOurs(value) || foreign(value)));
}

function goOn(draft: BodyDraft, { quote, told }: NonNullable<NativeAsk['cut']>): void {
  const said: readonly JsonObject[] = quote === '' ? [] : [{ role: 'assistant', content: quote }];
  const order: readonly JsonObject[] = told === undefined ? [] : [{ role: 'user', content: told }];
  const given = draft.get('messages');
  if (Array.isArray(given)) draft.set('messages', [...(given as readonly Json[]), ...said, ...order]);
}
