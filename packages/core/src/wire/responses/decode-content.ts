import type { LanguageModelV4FilePart, LanguageModelV4TextPart, LanguageModelV4ToolResultOutput } from '@ai-sdk/provider';
import { isObject, isText, type Json, type JsonObject } from '../json.ts';
import { leftOut, mediaOf } from '../media.ts';
import { objectAt, textAt } from './json-read.ts';

export type UserPart = LanguageModelV4TextPart | LanguageModelV4FilePart;

type FileData = LanguageModelV4FilePart['data'];

/** What a user's message, or a tool's result, says: texts, pictures and files. What nobody knows leaves a word in its place. */
export function userParts(content: Json | undefined): UserPart[] {
  if (isText(content)) return [{ type: 'text', text: content }];
  if (!Array.isArray(content)) return [];
  return (content as readonly Json[]).filter(isObject).map((part) => userPart(part) ?? { type: 'text', text: leftOut(part['type']) });
}

function userPart(part: JsonObject): UserPart | undefined {
  switch (part['type']) {
    case 'input_text':
    case 'output_text':
    case 'text':
      return { type: 'text', text: textAt(part, 'text') };
    case 'refusal':
      return { type: 'text', text: textAt(part, 'refusal') };
    case 'input_image':
    case 'computer_screenshot':
      return image(part);
    case 'input_file':
      return file(part);
    case 'input_audio': {
      const { data, format } = objectAt(part, 'input_audio');
      return isText(data)
        ? { type: 'file', mediaType: `audio/${isText(format) ? format : 'wav'}`, data: { type: 'data', data } }
        : undefined;
    }
    default:
      return undefined;
  }
}

function image(part: JsonObject): LanguageModelV4FilePart | undefined {
  const { image_url: url, file_id: id, detail } = part;
  const found = isText(url) ? mediaOf(url, 'image/*') : isText(id) ? held(id, 'image/*') : undefined;
  return found && { type: 'file', ...found, ...(isText(detail) && { providerOptions: { openai: { imageDetail: detail } } }) };
}

function file(part: JsonObject): LanguageModelV4FilePart | undefined {
  const { file_data: data, file_url: url, file_id: id, filename } = part;
  const type = typeByName(filename);
  const found = isText(data)
    ? data.startsWith('data:')
      ? mediaOf(data, type)
      : { data: { type: 'data' as const, data }, mediaType: type }
    : isText(url)
      ? mediaOf(url, type)
      : isText(id)
        ? held(id, type)
        : undefined;
  return found && { type: 'file', ...found, ...(isText(filename) && { filename }) };
}

interface Found {
  readonly data: FileData;
  readonly mediaType: string;
}

const held = (id: string, mediaType: string): Found => ({ data: { type: 'reference', reference: { openai: id } }, mediaType });

const TYPES: ReadonlyMap<string, string> = new Map([
  ['txt', 'text/plain'],
  ['md', 'text/markdown'],
  ['csv', 'text/csv'],
  ['json', 'application/json'],
]);

const typeByName = (name: unknown): string =>
  (isText(name) ? TYPES.get(name.slice(name.lastIndexOf('.') + 1).toLowerCase()) : undefined) ?? 'application/pdf';

export function resultOutput(output: Json | undefined): LanguageModelV4ToolResultOutput {
  if (isText(output)) return { type: 'text', value: output };
  if (!Array.isArray(output)) {
    const shown = isObject(output) ? userPart(output) : undefined;
    return shown ? { type: 'content', value: [shown] } : { type: 'text', value: output === undefined ? '' : JSON.stringify(output) };
  }
  // What a vendor's own tool gave: its words are better than nothing.
  const isKnown = output.length === 0 || (output as readonly Json[]).some((part) => isObject(part) && userPart(part) !== undefined);
  return isKnown ? { type: 'content', value: userParts(output) } : { type: 'text', value: JSON.stringify(output) };
}
