import type { LanguageModelV4FilePart, LanguageModelV4TextPart, SharedV4ProviderOptions } from '@ai-sdk/provider';
import { isObject, isText, type Json, type JsonObject } from '../json.ts';
import { leftOut } from '../media.ts';

type Shown = LanguageModelV4TextPart | LanguageModelV4FilePart;
type FileData = LanguageModelV4FilePart['data'];

/** The cache mark of a block, at the same place, beside whatever else only Anthropic knows of it. */
export function marked(block: JsonObject, more: JsonObject = {}): { readonly providerOptions?: SharedV4ProviderOptions } {
  const { cache_control: mark } = block;
  const anthropic = { ...more, ...(isObject(mark) && { cacheControl: mark }) };
  return Object.keys(anthropic).length === 0 ? {} : { providerOptions: { anthropic: anthropic as SharedV4ProviderOptions[string] } };
}

export const word = (value: Json | undefined): string => (isText(value) ? value : '');

export const blocksOf = (content: Json | undefined): readonly JsonObject[] =>
  isText(content) ? [{ type: 'text', text: content }] : Array.isArray(content) ? content.filter(isObject) : [];

/** What a user shows: text, images, documents. A block of a kind that nobody knows leaves a word in its place. */
export function shown(block: JsonObject): Shown[] {
  switch (block['type']) {
    case 'text':
      return word(block['text']) === '' ? [] : [{ type: 'text', text: word(block['text']), ...marked(block) }];
    case 'image':
      return fileOf(block, 'image/*', {});
    case 'document':
      return document(block);
    case 'search_result':
      return [{ type: 'text', text: found(block), ...marked(block) }];
    default:
      return [{ type: 'text', text: leftOut(block['type']), ...marked(block) }];
  }
}

const found = ({ title, source, content }: JsonObject): string =>
  [`[${word(title)}](${word(source)})`, ...blocksOf(content).map(({ text }) => word(text))].join('\n');

function document(block: JsonObject): Shown[] {
  const { source, title, context, citations } = block;
  const about = { ...(isText(context) && { context }), ...(isObject(citations) && { citations }) };
  const named = isText(title) ? { filename: title } : {};
  if (!isObject(source)) return [];
  if (source['type'] === 'content') return blocksOf(source['content']).flatMap(shown);
  if (source['type'] === 'text')
    return [
      { type: 'file', mediaType: 'text/plain', data: { type: 'text', text: word(source['data']) }, ...named, ...marked(block, about) },
    ];
  return fileOf(block, 'application/pdf', about).map((part) => (part.type === 'file' ? { ...part, ...named } : part));
}

function fileOf(block: JsonObject, otherwise: string, about: JsonObject): Shown[] {
  const { source } = block;
  if (!isObject(source)) return [];
  const data = dataOf(source);
  if (data)
    return [{ type: 'file', mediaType: isText(source['media_type']) ? source['media_type'] : otherwise, data, ...marked(block, about) }];
  return [{ type: 'text', text: `[${word(block['type'])}: ${word(source['url']) || word(source['type'])}]`, ...marked(block) }];
}

function dataOf(source: JsonObject): FileData | undefined {
  const { type } = source;
  if (type === 'base64') return { type: 'data', data: word(source['data']) };
  if (type === 'url' && URL.canParse(word(source['url']))) return { type: 'url', url: new URL(word(source['url'])) };
  return type === 'file' ? { type: 'reference', reference: { anthropic: word(source['file_id']) } } : undefined;
}
