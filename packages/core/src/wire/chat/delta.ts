import { isObject, isText, type Json, type JsonObject } from '../json.ts';
import { mediaOf, type Media } from '../media.ts';
import { signatureOf } from './signatures.ts';

/** What a piece of a tool call says of its call. */
export interface CallDelta {
  readonly index?: number;
  readonly id?: string;
  readonly name?: string;
  readonly text: string;
  /** What Gemini wants back with it. */
  readonly signature?: string;
  /** Its input is text, not JSON (OpenAI's custom tools). */
  readonly custom: boolean;
  /** The old way (`function_call`): one call, without an id. */
  readonly old?: true;
}

export type ProseKind = 'text' | 'refusal' | 'reasoning';

/** One thing that a delta shows, and the field of the delta that shows it. */
export type Piece = { readonly field: string; readonly value: Json } & (
  | { readonly kind: ProseKind; readonly text: string }
  | { readonly kind: 'file'; readonly media: Media }
  | { readonly kind: 'call'; readonly call: CallDelta }
);

const FIELD: Readonly<Record<ProseKind, string>> = { text: 'content', reasoning: 'reasoning_content', refusal: 'refusal' };

/** The text of a chunk that shows more of one kind and nothing else; undefined for any other. */
export function moreOf({ choices, usage }: JsonObject, kind: ProseKind): string | undefined {
  if (!Array.isArray(choices) || choices.length !== 1 || isObject(usage)) return undefined;
  const choice: Json = (choices as readonly Json[])[0]!;
  if (!isObject(choice) || choice['index'] !== 0 || (choice['finish_reason'] ?? '') !== '') return undefined;
  const { delta } = choice;
  if (!isObject(delta)) return undefined;
  const field = FIELD[kind];
  for (const name in delta) if (name !== field && name !== 'role' && delta[name] !== null) return undefined;
  const text = delta[field];
  return isText(text) && text !== '' ? text : undefined;
}

const NOTHING: readonly Piece[] = [];

const word = (value: Json | undefined): string | undefined => (isText(value) && value !== '' ? value : undefined);

/** What a delta shows, or a whole message: thoughts first, then text, then calls. */
export function piecesOf(delta: JsonObject): readonly Piece[] {
  const { content } = delta;
  const pieces: Piece[] = [];
  thought(delta, pieces);
  if (isText(content)) prose('text', 'content', content, pieces);
  else if (Array.isArray(content)) for (const item of content as readonly Json[]) inContent(item, pieces);
  if (isText(delta['refusal'])) prose('refusal', 'refusal', delta['refusal'], pieces);
  if (isObject(delta['audio'])) audio(delta['audio'], pieces);
  if (Array.isArray(delta['images'])) for (const image of delta['images'] as readonly Json[]) picture(image, pieces);
  const calls = delta['tool_calls'];
  if (Array.isArray(calls))
    for (const entry of calls as readonly Json[])
      if (isObject(entry)) pieces.push({ kind: 'call', field: 'tool_calls', value: [entry], call: callDelta(entry) });
  const old = delta['function_call'];
  if (isObject(old))
    pieces.push({ kind: 'call', field: 'function_call', value: old, call: { ...callDelta({ function: old }), index: 0, old: true } });
  return pieces.length === 0 ? NOTHING : pieces;
}

function prose(kind: ProseKind, field: string, text: string, pieces: Piece[]): void {
  if (text !== '') pieces.push({ kind, field, value: text, text });
}

/** Two names for one thing; who sends both says the same in both. */
function thought({ reasoning_content: content, reasoning }: JsonObject, pieces: Piece[]): void {
  if (word(content) !== undefined) prose('reasoning', 'reasoning_content', content as string, pieces);
  else if (isText(reasoning)) prose('reasoning', 'reasoning', reasoning, pieces);
}

/** Mistral puts thoughts into the content. */
function inContent(item: Json, pieces: Piece[]): void {
  if (!isObject(item)) return;
  const text = item['type'] === 'thinking' ? textIn(item['thinking']) : isText(item['text']) ? item['text'] : '';
  const kind = item['type'] === 'thinking' ? 'reasoning' : 'text';
  if (text !== '') pieces.push({ kind, field: 'content', value: [item], text });
}

const textIn = (value: Json | undefined): string =>
  isText(value)
    ? value
    : Array.isArray(value)
      ? (value as readonly Json[]).map((one) => (isObject(one) && isText(one['text']) ? one['text'] : '')).join('')
      : '';

function audio(value: JsonObject, pieces: Piece[]): void {
  const data = word(value['data']);
  if (data !== undefined) pieces.push({ kind: 'file', field: 'audio', value, media: { mediaType: 'audio', data: { type: 'data', data } } });
}

function picture(value: Json, pieces: Piece[]): void {
  const place = isObject(value) ? value['image_url'] : undefined;
  const url = isObject(place) ? place['url'] : place;
  const media = isText(url) ? mediaOf(url, 'image') : undefined;
  if (media !== undefined) pieces.push({ kind: 'file', field: 'images', value: [value], media });
}

function callDelta(entry: JsonObject): CallDelta {
  const custom = isObject(entry['custom']);
  const said = custom ? (entry['custom'] as JsonObject) : isObject(entry['function']) ? entry['function'] : {};
  const text = said[custom ? 'input' : 'arguments'];
  const [id, name, signature] = [word(entry['id']), word(said['name']), word(signatureOf(entry))];
  return {
    ...(typeof entry['index'] === 'number' && { index: entry['index'] }),
    ...(id !== undefined && { id }),
    ...(name !== undefined && { name }),
    ...(signature !== undefined && { signature }),
    // Some servers send the arguments as the object that they are.
    text: isText(text) ? text : isObject(text) ? JSON.stringify(text) : '',
    custom,
  };
}
