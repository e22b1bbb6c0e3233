import type { Json, JsonObject } from '../json.ts';
import type { EncoderStart } from '../protocol.ts';
import { textAt } from './json-read.ts';

/** One text of an item: of a message, or of reasoning, whose summary and whose content count apart. */
export interface Content {
  readonly type: string;
  readonly at: number;
  text: string;
  readonly notes: Json[];
  /** Its text is complete; then, that it is was told twice. */
  said: boolean;
  done: boolean;
}

/** An item as the client knows it. */
export interface Item {
  readonly at: number;
  readonly id: string;
  /** As it was begun, or at its end as it is. */
  json: JsonObject;
  readonly contents: Content[];
  input: string;
  /** Its input is complete. */
  called: boolean;
  done: boolean;
}

/** A block of parts: what it is to the client, from its first piece on, and what is known of it until then. */
export interface Block {
  item?: Item;
  content?: Content;
  readonly refused?: boolean;
  readonly name?: string;
  /** What its parts said of it, by provider. */
  metadata?: Readonly<Record<string, JsonObject | undefined>>;
}

/** What a client was told of one answer. */
export interface Answer {
  readonly start: EncoderStart;
  /** The number of the next event. */
  seq: number;
  /** The next item's index. */
  next: number;
  readonly items: Map<number, Item>;
  readonly texts: Map<string, Block>;
  readonly thoughts: Map<string, Block>;
  readonly calls: Map<string, Block>;
  /** References that came while no text was open. */
  readonly notes: Json[];
  /** The response object that began the answer; undefined until it was written. */
  base: JsonObject | undefined;
  /** Names of tools whose input is plain text. */
  readonly plain: ReadonlySet<string>;
}

export function begin(answer: Answer, json: JsonObject, at = answer.next): Item {
  const item: Item = { at, id: textAt(json, 'id'), json, contents: [], input: '', called: false, done: false };
  answer.items.set(at, item);
  answer.next = Math.max(answer.next, at + 1);
  return item;
}

/** Summaries and contents of one item, each counted from 0. */
export const isSummary = (type: string): boolean => type === 'summary_text';

export function contentOf(item: Item, type: string, at: number): Content {
  const found = item.contents.find((one) => one.at === at && isSummary(one.type) === isSummary(type));
  if (found) return found;
  const content: Content = { type, at, text: '', notes: [], said: false, done: false };
  item.contents.push(content);
  return content;
}

export function contentJson({ type, text, notes }: Content): JsonObject {
  if (type === 'refusal') return { type, refusal: text };
  return type === 'output_text' ? { type, text, annotations: notes, logprobs: [] } : { type, text };
}

/** The item as it is now. */
export function itemJson({ json, contents, input, done }: Item, status: string): JsonObject {
  if (done) return json;
  switch (json['type']) {
    case 'message':
      return { ...json, status, content: contents.map(contentJson) };
    case 'reasoning': {
      const said = contents.filter(({ type }) => !isSummary(type)).map(contentJson);
      return {
        ...json,
        summary: contents.filter(({ type }) => isSummary(type)).map(contentJson),
        ...(said.length > 0 && { content: said }),
      };
    }
    case 'function_call':
      return { ...json, status, arguments: input };
    case 'custom_tool_call':
      return { ...json, status, input };
    default:
      return { ...json, status: status === 'incomplete' ? 'failed' : status };
  }
}

/** An id that no item of the answer has: the one it came with, or one of ours. */
export function itemId({ items, start, next }: Answer, prefix: string, given?: Json): string {
  if (typeof given === 'string' && given.startsWith(prefix) && ![...items.values()].some(({ id }) => id === given)) return given;
  return `${prefix}_${OURS}${start.id.replace(/^resp_/, '').replace(/[^A-Za-z0-9]/g, '')}${next}`.slice(0, 64);
}

/** Ids that we made: no provider knows them. */
const OURS = 'hf';

export const isOurId = (id: string): boolean => /^[a-z]+_hf/.test(id);

export const itemsJson = ({ items }: Answer): readonly JsonObject[] =>
  [...items.values()].toSorted((a, b) => a.at - b.at).map((item) => itemJson(item, 'incomplete'));
