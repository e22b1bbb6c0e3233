import type { LanguageModelV4Source, LanguageModelV4StreamPart } from '@ai-sdk/provider';
import type { Json, JsonObject } from '../json.ts';
import { itemId, type Answer, type Block, type Content, type Item } from './answer.ts';
import { event } from './events.ts';
import { addText, beginContent, beginItem, endContent, endItem, place } from './write-items.ts';

type Part = LanguageModelV4StreamPart;
type Of<T extends Part['type']> = Extract<Part, { readonly type: T }>;

const refused = (part: Of<'text-start'>): boolean => part.providerMetadata?.['openai']?.['refusal'] === true;

/** A block is begun with its first piece: one without any shows nothing. */
export function textStart({ texts }: Answer, part: Of<'text-start'>): string {
  if (!texts.has(part.id)) texts.set(part.id, { refused: refused(part) });
  return '';
}

export function textDelta(answer: Answer, { id, delta }: Of<'text-delta'>): string {
  if (delta === '') return '';
  let block = answer.texts.get(id);
  if (!block) answer.texts.set(id, (block = {}));
  const { item, content } = block;
  if (item && content && !content.said) return addText(answer, item, content, delta);
  const [begun, text, written] = open(answer, block);
  return written + addText(answer, begun, text, delta);
}

function open(answer: Answer, block: Block): readonly [Item, Content, string] {
  const [item, before] = messageFor(answer);
  const [content, written] = beginContent(answer, item, block.refused ? 'refusal' : 'output_text');
  block.item = item;
  block.content = content;
  const notes = block.refused ? [] : answer.notes.splice(0);
  return [item, content, before + written + notes.map((note) => annotate(answer, item, content, note)).join('')];
}

/** A message that was begun and has no text open is gone on with; else a new one begins. */
function messageFor(answer: Answer): readonly [Item, string] {
  const last = answer.items.get(answer.next - 1);
  if (last?.json['type'] === 'message' && !last.done && last.contents.every(({ said }) => said))
    return [last, last.contents.map((content) => endContent(answer, last, content)).join('')];
  const id = itemId(answer, 'msg');
  return beginItem(answer, { id, type: 'message', status: 'in_progress', role: 'assistant', content: [] });
}

export function textEnd(answer: Answer, { id }: Of<'text-end'>): string {
  const { item } = answer.texts.get(id) ?? {};
  answer.texts.delete(id);
  return item ? endItem(answer, item, 'completed') : '';
}

function annotate(answer: Answer, item: Item, content: Content, note: Json): string {
  content.notes.push(note);
  const fields = { ...place(item, content), annotation_index: content.notes.length - 1, annotation: note };
  return event(answer, 'response.output_text.annotation.added', fields);
}

/** Behind the text that is open, else at the next that opens. */
export function source(answer: Answer, part: LanguageModelV4Source): string {
  const { item, content } = [...answer.texts.values()].findLast((block) => block.content?.type === 'output_text') ?? {};
  const note = noteOf(part, content?.text.length ?? 0);
  if (item && content && !content.said) return annotate(answer, item, content, note);
  answer.notes.push(note);
  return '';
}

function noteOf(part: LanguageModelV4Source, at: number): JsonObject {
  const own = part.providerMetadata?.['openai']?.['annotation'];
  if (own !== undefined) return own as JsonObject;
  if (part.sourceType === 'document') return { type: 'file_citation', file_id: part.id, filename: part.filename ?? part.title, index: at };
  return { type: 'url_citation', url: part.url, title: part.title ?? part.url, start_index: at, end_index: at };
}
