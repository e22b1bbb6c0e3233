import type { LanguageModelV4Source, LanguageModelV4StreamPart } from '@ai-sdk/provider';
import { isText, type JsonObject } from '../json.ts';
import { numberAt, objectsAt, textAt } from './json-read.ts';

type Part = LanguageModelV4StreamPart;
type Metadata = NonNullable<Extract<Part, { type: 'tool-call' }>['providerMetadata']>;

/** The part's block id of a piece of content: items have several. */
const contentId = (item: string, at: number): string => `${item}:${at}`;

/** … of the piece that a frame tells of. */
export const contentAt = (frame: JsonObject): string => contentId(textAt(frame, 'item_id'), numberAt(frame, 'content_index') ?? 0);

const own = (fields: Readonly<Record<string, unknown>>): { readonly providerMetadata: Metadata } => ({
  providerMetadata: { openai: fields } as unknown as Metadata,
});

export const REFUSED = own({ refusal: true });
export const ofItem = (item: JsonObject): { readonly providerMetadata: Metadata } => own({ itemId: textAt(item, 'id') });

/**
 * What an item is to the chain. `call`: the client runs it, and it is complete at its end (C7). `served`: the vendor runs it, and its
 * effects begin with it (C10). `other`: content of a kind of its own.
 */
export type ItemKind = 'message' | 'reasoning' | 'call' | 'served' | 'other';

export function kindOf(item: JsonObject): ItemKind {
  const type = textAt(item, 'type');
  if (type === 'message' || type === 'reasoning') return type;
  if (!type.endsWith('_call')) return 'other';
  return textAt(item, 'call_id') === '' ? 'served' : 'call';
}

export const toolNameOf = (item: JsonObject): string => textAt(item, 'name') || textAt(item, 'type').replace(/_call$/, '');

/** The complete call that an item asks for, or tells of. */
export function callPart(item: JsonObject, input: string | undefined): Part {
  const toolName = toolNameOf(item);
  if (kindOf(item) === 'served') {
    const providerMetadata = own({ itemId: textAt(item, 'id'), item }).providerMetadata;
    return { type: 'tool-call', toolCallId: textAt(item, 'id'), toolName, input: '{}', providerExecuted: true, providerMetadata };
  }
  const call = { type: 'tool-call', toolCallId: textAt(item, 'call_id'), toolName } as const;
  switch (item['type']) {
    case 'function_call':
      return { ...call, input: input ?? textAt(item, 'arguments'), ...ofItem(item) };
    case 'custom_tool_call':
      return { ...call, input: JSON.stringify({ input: input ?? textAt(item, 'input') }), ...ofItem(item) };
    default:
      return { ...call, input: JSON.stringify(item), ...own({ itemId: textAt(item, 'id'), item }) };
  }
}

export const resultPart = (item: JsonObject): Part => ({
  type: 'tool-result',
  toolCallId: textAt(item, 'id'),
  toolName: toolNameOf(item),
  result: item as NonNullable<Extract<Part, { type: 'tool-result' }>['result']>,
  ...own({ itemId: textAt(item, 'id'), item }),
});

export const customPart = (item: JsonObject): Part => ({
  type: 'custom',
  kind: `openai.${textAt(item, 'type') || 'item'}`,
  ...own({ itemId: textAt(item, 'id'), item }),
});

export const thoughtEnd = (item: JsonObject): Part => {
  const { encrypted_content: opaque } = item;
  const end = { type: 'reasoning-end', id: textAt(item, 'id') } as const;
  return isText(opaque) ? { ...end, ...own({ itemId: end.id, reasoningEncryptedContent: opaque }) } : { ...end, ...ofItem(item) };
};

/** `nth`: sources have ids within their answer. */
export function sourcePart(note: JsonObject, nth: string): LanguageModelV4Source {
  const title = textAt(note, 'title');
  const kept = own({ annotation: note });
  if (isText(note['url'])) return { type: 'source', sourceType: 'url', id: nth, url: note['url'], ...(title !== '' && { title }), ...kept };
  const name = textAt(note, 'filename') || textAt(note, 'file_id');
  return { type: 'source', sourceType: 'document', id: nth, mediaType: 'text/plain', title: name, filename: name, ...kept };
}

/** A whole item as the parts that a stream would have had for it. */
export function itemParts(item: JsonObject): Part[] {
  const id = textAt(item, 'id');
  switch (kindOf(item)) {
    case 'message':
      return objectsAt(item, 'content').flatMap((part, at) => contentParts(part, contentId(id, at)));
    case 'reasoning': {
      const delta = [...objectsAt(item, 'summary'), ...objectsAt(item, 'content')].map((part) => textAt(part, 'text')).join('\n\n');
      return [
        { type: 'reasoning-start', id, ...ofItem(item) },
        ...(delta === '' ? [] : [{ type: 'reasoning-delta', id, delta } as const]),
        thoughtEnd(item),
      ];
    }
    case 'call':
      return [callPart(item, undefined)];
    case 'served':
      return [callPart(item, undefined), resultPart(item)];
    case 'other':
      return [customPart(item)];
  }
}

function contentParts(part: JsonObject, id: string): Part[] {
  const refused = part['type'] === 'refusal';
  if (!refused && part['type'] !== 'output_text') return [];
  const notes = objectsAt(part, 'annotations').map((note, at) => sourcePart(note, `${id}:${at}`));
  return [
    { type: 'text-start', id, ...(refused && REFUSED) },
    { type: 'text-delta', id, delta: textAt(part, refused ? 'refusal' : 'text') },
    ...notes,
    { type: 'text-end', id },
  ];
}

/** What the head of a response says of it. */
export function headPart(response: JsonObject): Part {
  const [id, modelId, created] = [textAt(response, 'id'), textAt(response, 'model'), numberAt(response, 'created_at')];
  return {
    type: 'response-metadata',
    ...(id !== '' && { id }),
    ...(modelId !== '' && { modelId }),
    ...(created !== undefined && { timestamp: new Date(created * 1000) }),
  };
}
