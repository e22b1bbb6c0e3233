import { estimateTokens } from '@holdfast/core/engine';
import { isObject, isText, type Json, type JsonObject } from '@holdfast/core/wire';

/** Tokens of an image, as most vendors count a large one. */
const IMAGE = 1500;
/** Characters of base64 a token of a document takes, about: a page of 70 kB is some 2,000 tokens. */
const DOCUMENT_CHARS = 50;
/** Tokens that stand around a message. */
const AROUND = 4;

/** The fields of a body that a model reads, in all protocols. */
const READ = ['system', 'messages', 'tools', 'functions', 'instructions', 'input', 'response_format', 'output_config', 'text'] as const;
/** What stands in a message and is no word of it. */
const NO_WORDS: ReadonlySet<string> = new Set([
  'type',
  'id',
  'role',
  'call_id',
  'tool_call_id',
  'tool_use_id',
  'cache_control',
  'signature',
  'encrypted_content',
  'encrypted_index',
  'media_type',
  'status',
  'detail',
  'data',
]);
const IMAGES: ReadonlySet<string> = new Set(['image', 'image_url', 'input_image']);
const FILES: ReadonlySet<string> = new Set(['document', 'file', 'input_file', 'input_audio', 'audio']);

/** What a request of any protocol takes of a model's window, in tokens; an estimate. */
export function estimateBody(body: JsonObject): number {
  return Math.ceil(READ.reduce((sum, name) => sum + sizeOf(body[name], name === 'tools' || name === 'functions'), 0));
}

/** `verbatim`: names of fields are words too, as in the schema of a tool. */
function sizeOf(value: Json | undefined, verbatim: boolean): number {
  if (value === undefined || value === null) return 0;
  if (isText(value)) return estimateTokens(value);
  if (typeof value !== 'object') return 1;
  if (verbatim) return estimateTokens(JSON.stringify(value));
  if (!isObject(value)) return (value as readonly Json[]).reduce<number>((sum, one) => sum + sizeOf(one, false), 0);
  const type = isText(value['type']) ? value['type'] : '';
  if (IMAGES.has(type)) return IMAGE;
  if (FILES.has(type)) return fileSize(value);
  let sum = 'role' in value ? AROUND : 0;
  for (const [name, field] of Object.entries(value)) if (!NO_WORDS.has(name)) sum += sizeOf(field, name === 'input' && type === 'tool_use');
  return sum;
}

/** Text in a file counts as text; bytes by their length, and a file that lies elsewhere as one of a page. */
function fileSize(file: JsonObject): number {
  let longest = '';
  const look = (value: Json | undefined): number => {
    if (isText(value)) longest = value.length > longest.length ? value : longest;
    else if (isObject(value)) for (const field of Object.values(value)) look(field);
    return 0;
  };
  look(file);
  const source = file['source'];
  const isPlain = isObject(source) && (source['type'] === 'text' || source['type'] === 'content');
  return isPlain ? sizeOf({ text: longest }, false) + sizeOf(source['content'], false) : Math.max(IMAGE, longest.length / DOCUMENT_CHARS);
}
