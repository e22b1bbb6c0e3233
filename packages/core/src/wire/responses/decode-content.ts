import type { LanguageModelV4FilePart, LanguageModelV4TextPart, LanguageModelV4ToolResultOutput } from '@ai-sdk/provider';
import { isText, type Json, type JsonObject } from '../json.ts';
import { isObject } from '../json.ts';
import { objectAt, textAt } from './json-read.ts';

export type UserPart = LanguageModelV4TextPart | LanguageModelV4FilePart;

type FileData = LanguageModelV4FilePart['data'];

/** What a user's message, or a tool's result, says: texts, pictures and files. What nobody knows is left out. */
export function userParts(content: Json | undefined): UserPart[] {
  if (isText(content)) return [{ type: 'text', text: content }];
  return Array.isArray(content) ? (content as readonly Json[]).filter(isObject).flatMap((part) => userPart(part) ?? []) : [];
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
  const found = isText(url) ? located(url, 'image/*') : isText(id) ? held(id, 'image/*') : undefined;
  return found && { type: 'file', ...found, ...(isText(detail) && { providerOptions: { openai: { imageDetail: detail } } }) };
}

function file(part: JsonObject): LanguageModelV4FilePart | undefined {
  const { file_data: data, file_url: url, file_id: id, filename } = part;
  const type = typeByName(filename);
  const found = isText(data)
    ? data.startsWith('data:')
      ? located(data, type)
      : { data: { type: 'data' as const, data }, mediaType: type }
    : isText(url)
      ? located(url, type)
      : isText(id)
        ? held(id, type)
        : undefined;
  return found && { type: 'file', ...found, ...(isText(filename) && { filename }) };
}

interface Found {
  readonly data: FileData;
  readonly mediaType: string;
}

/** A `data:` URL's bytes, or the place itself. What is no URL is left out. */
function located(url: string, mediaType: string): Found | undefined {
  const inline = /^data:([^;,]*)(?:;[^;,]+)*;base64,/.exec(url.slice(0, 200));
  if (inline) return { data: { type: 'data', data: url.slice(inline[0].length) }, mediaType: inline[1] === '' ? mediaType : inline[1]! };
  return URL.canParse(url) ? { data: { type: 'url', url: new URL(url) }, mediaType } : undefined;
}

const held = (id: string, mediaType: string): Found => ({ data: { type: 'reference', reference: { openai: id } }, mediaType });

const TYPES: Readonly<Record<string, string>> = {
  pdf: 'application/pdf',
  txt: 'text/plain',
  md: 'text/markdown',
  csv: 'text/csv',
  json: 'application/json',
};

const typeByName = (name: unknown): string =>
  (isText(name) && TYPES[name.slice(name.lastIndexOf('.') + 1).toLowerCase()]) || 'application/pdf';

export function resultOutput(output: Json | undefined): LanguageModelV4ToolResultOutput {
  if (isText(output)) return { type: 'text', value: output };
  if (!Array.isArray(output)) {
    const shown = isObject(output) ? userPart(output) : undefined;
    return shown ? { type: 'content', value: [shown] } : { type: 'text', value: output === undefined ? '' : JSON.stringify(output) };
  }
  const value = userParts(output);
  // What a vendor's own tool gave: its words are better than nothing.
  return value.length === 0 && output.length > 0 ? { type: 'text', value: JSON.stringify(output) } : { type: 'content', value };
}
