import type { LanguageModelV4StreamPart } from '@ai-sdk/provider';
import type { JsonObject } from '../json.ts';
import { numberAt, objectAt, textAt } from './json-read.ts';
import {
  callPart,
  contentAt,
  customPart,
  itemParts,
  kindOf,
  ofItem,
  REFUSED,
  resultPart,
  thoughtEnd,
  toolNameOf,
  type ItemKind,
} from './lift-items.ts';

type Part = LanguageModelV4StreamPart;

/** An item whose beginning has come. */
export interface Begun {
  readonly kind: ItemKind;
  /** As it was begun. */
  readonly json: JsonObject;
  /** Block ids of its texts that are open. */
  readonly open: Set<string>;
  /** Some of its text was. */
  shown: boolean;
  /** Its call is complete and was handed on. */
  called: boolean;
  ended: boolean;
}

export const begun = (json: JsonObject): Begun => ({
  kind: kindOf(json),
  json,
  open: new Set(),
  shown: false,
  called: false,
  ended: false,
});

export function beginning({ kind, json }: Begun): Part[] {
  if (kind === 'reasoning') return [{ type: 'reasoning-start', id: textAt(json, 'id'), ...ofItem(json) }];
  if (kind === 'served') return [callPart(json, undefined)];
  if (kind !== 'call') return [];
  const encoding = json['type'] === 'custom_tool_call' ? ({ inputEncoding: 'text' } as const) : {};
  return [{ type: 'tool-input-start', id: textAt(json, 'call_id'), toolName: toolNameOf(json), ...encoding, ...ofItem(json) }];
}

/** A frame that begins a text, or is its first piece. */
export function textStart(item: Begun, frame: JsonObject, refused: boolean): Part[] {
  const id = contentAt(frame);
  if (item.kind !== 'message' || item.open.has(id)) return [];
  item.open.add(id);
  item.shown = true;
  return [{ type: 'text-start', id, ...(refused && REFUSED) }];
}

const textEnd = (item: Begun, id: string): Part[] => (item.open.delete(id) ? [{ type: 'text-end', id }] : []);

/** C7. */
function called(item: Begun, json: JsonObject, input: string | undefined): Part[] {
  if (item.called) return [];
  const id = textAt(item.json, 'call_id');
  // What the vendor calls incomplete was cut by a limit: half a call is none.
  if (json['status'] === 'incomplete') return [{ type: 'tool-input-end', id }];
  item.called = true;
  return [{ type: 'tool-input-end', id }, callPart({ ...json, call_id: id }, input)];
}

/** `json`: the item as it is at its end; absent: that did not come. */
export function ending(item: Begun, json: JsonObject | undefined): Part[] {
  if (item.ended) return [];
  item.ended = true;
  switch (item.kind) {
    case 'message':
      return item.shown || !json ? [...item.open].flatMap((id) => textEnd(item, id)) : itemParts(json);
    case 'reasoning':
      return [thoughtEnd({ ...(json ?? item.json), id: textAt(item.json, 'id') })];
    case 'call':
      return json ? called(item, json, undefined) : [];
    case 'served':
      return [resultPart(json ?? item.json)];
    case 'other':
      return [customPart(json ?? item.json)];
  }
}

const thought = (item: Begun, delta: string): Part[] =>
  item.kind === 'reasoning' ? [{ type: 'reasoning-delta', id: textAt(item.json, 'id'), delta }] : [];

/** Pieces of a call are held with it, whatever they are. */
const piece = (item: Begun, frame: JsonObject): Part[] =>
  item.kind === 'call' && !item.called
    ? [{ type: 'tool-input-delta', id: textAt(item.json, 'call_id'), delta: textAt(frame, 'delta') }]
    : [];

const partType = (frame: JsonObject): string => textAt(objectAt(frame, 'part'), 'type');

/** What a frame of an item that was begun shows of it. */
export function ofBegun(item: Begun, json: JsonObject): Part[] {
  switch (json['type']) {
    case 'response.output_item.done':
      return ending(item, objectAt(json, 'item'));
    case 'response.content_part.added': {
      const type = partType(json);
      return type === 'output_text' || type === 'refusal' ? textStart(item, json, type === 'refusal') : [];
    }
    case 'response.output_text.done':
    case 'response.refusal.done':
      return textEnd(item, contentAt(json));
    case 'response.reasoning_summary_part.added':
      return numberAt(json, 'summary_index') ? thought(item, '\n\n') : [];
    case 'response.reasoning_summary_text.delta':
    case 'response.reasoning_text.delta':
      return thought(item, textAt(json, 'delta'));
    case 'response.function_call_arguments.done':
      return item.kind === 'call' ? called(item, item.json, textAt(json, 'arguments')) : [];
    default:
      return piece(item, json);
  }
}
