import type { LanguageModelV4FilePart, LanguageModelV4TextPart } from '@ai-sdk/provider';
import { isObject, isText, type Json, type JsonObject } from '../json.ts';
import { isBase64, leftOut, mediaOf } from '../media.ts';
import { marked } from './decode-vendors.ts';

type Part = LanguageModelV4TextPart | LanguageModelV4FilePart;

export const listOf = (content: Json | undefined): readonly JsonObject[] =>
  Array.isArray(content) ? (content as readonly Json[]).filter(isObject) : [];

/** A user's content, or a tool's: texts and files. What cannot be read leaves a word in its place. */
export function partsOf(content: Json | undefined): readonly Part[] {
  return isText(content) ? [{ type: 'text', text: content }] : listOf(content).map(partOf);
}

function partOf(part: JsonObject): Part {
  const mark = marked(part);
  const type = String(part['type']);
  const text = part['text'] ?? part['refusal'];
  if ((type === 'text' || type === 'input_text' || type === 'output_text' || type === 'refusal') && isText(text))
    return { type: 'text', text, ...mark };
  const file = fileOf(type, part[type]);
  if (!file) return { type: 'text', text: leftOut(type), ...mark };
  return { ...file, ...(mark.providerOptions && { providerOptions: { ...file.providerOptions, ...mark.providerOptions } }) };
}

/** By the kind of part, the media type of what says none itself. */
const KINDS: ReadonlyMap<string, string> = new Map([
  ['image_url', 'image'],
  ['video_url', 'video'],
  ['audio_url', 'audio'],
]);

function fileOf(type: string, held: Json | undefined): LanguageModelV4FilePart | undefined {
  const kind = KINDS.get(type);
  if (kind !== undefined) return linked(held, kind);
  if (!isObject(held)) return undefined;
  if (type === 'input_audio') return sound(held);
  return type === 'file' ? document(held) : undefined;
}

function linked(held: Json | undefined, kind: string): LanguageModelV4FilePart | undefined {
  const [url, detail] = isObject(held) ? [held['url'], held['detail']] : [held, undefined];
  const media = isText(url) ? mediaOf(url, kind) : undefined;
  return media && { type: 'file', ...media, ...(isText(detail) && { providerOptions: { openai: { imageDetail: detail } } }) };
}

function sound({ data, format }: JsonObject): LanguageModelV4FilePart | undefined {
  if (!isText(data) || !isText(format)) return undefined;
  return { type: 'file', mediaType: `audio/${format === 'mp3' ? 'mpeg' : format}`, data: { type: 'data', data } };
}

const PDF = 'application/pdf';

/** By an id that OpenAI knows, or with its bytes: as a data URL, or, as some clients do, in bare base64. */
function document({ file_id: id, file_data: bytes, filename, format }: JsonObject): LanguageModelV4FilePart | undefined {
  const named = isText(filename) ? { filename } : {};
  const kind = isText(format) && format.includes('/') ? format : PDF;
  if (isText(bytes)) {
    const media = mediaOf(bytes, kind) ?? (isBase64(bytes) ? { mediaType: kind, data: { type: 'data' as const, data: bytes } } : undefined);
    return media && { type: 'file', ...media, ...named };
  }
  if (!isText(id)) return undefined;
  // LiteLLM's clients give a URL where OpenAI wants an id.
  const media = /^https?:|^data:/.test(id) ? mediaOf(id, kind) : undefined;
  if (media) return { type: 'file', ...media, ...named };
  return { type: 'file', mediaType: kind, data: { type: 'reference', reference: { openai: id } }, ...named };
}
