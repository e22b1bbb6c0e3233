import { BadRequest } from '../client-error.ts';
import { isObject, isText, type Json, type JsonObject } from '../json.ts';

/** As Anthropic words it: the path, then what is wrong there. */
export function bad(path: string, what: string): never {
  throw new BadRequest(`${path}: ${what}`, path);
}

/** Texts that a block of a type cannot be without. */
const TEXTS: Readonly<Record<string, readonly string[]>> = {
  text: ['text'],
  tool_use: ['id', 'name'],
  tool_result: ['tool_use_id'],
  thinking: ['thinking'],
  redacted_thinking: ['data'],
};

/** The field by which a source of a type is known. */
const SOURCES: Readonly<Record<string, string>> = { base64: 'data', url: 'url', file: 'file_id', text: 'data' };

/** A list of blocks: those of known types are as they must be, others pass. */
export function checkContent(content: Json | undefined, path: string): void {
  if (!Array.isArray(content)) bad(path, 'Input should be a valid string or array');
  const blocks = content as readonly Json[];
  for (let at = 0; at < blocks.length; at++) {
    const block = blocks[at];
    if (!isObject(block)) return bad(`${path}.${at}`, 'Input should be an object');
    const { type } = block;
    if (!isText(type)) return bad(`${path}.${at}.type`, 'Field required');
    if (Object.hasOwn(TEXTS, type))
      for (const name of TEXTS[type]!) if (!isText(block[name])) bad(`${path}.${at}.${type}.${name}`, missing(block[name]));
    more(block, type, path, at);
  }
}

const missing = (value: Json | undefined): string => (value === undefined ? 'Field required' : 'Input should be a valid string');

function more(block: JsonObject, type: string, path: string, at: number): void {
  const { cache_control: mark } = block;
  if (mark !== undefined && mark !== null && !isObject(mark)) bad(`${path}.${at}.${type}.cache_control`, 'Input should be an object');
  if (type === 'image' || type === 'document') return source(block, `${path}.${at}.${type}`);
  if (type === 'tool_use' && !isObject(block['input'])) bad(`${path}.${at}.tool_use.input`, 'Input should be an object');
  if (type !== 'tool_result') return;
  const { content } = block;
  if (content !== undefined && content !== null && !isText(content)) checkContent(content, `${path}.${at}.tool_result.content`);
}

function source(block: JsonObject, path: string): void {
  const { source: given } = block;
  if (!isObject(given)) return bad(`${path}.source`, given === undefined ? 'Field required' : 'Input should be an object');
  const { type, content } = given;
  if (!isText(type)) return bad(`${path}.source.type`, 'Field required');
  if (Object.hasOwn(SOURCES, type) && !isText(given[SOURCES[type]!]))
    bad(`${path}.source.${type}.${SOURCES[type]!}`, missing(given[SOURCES[type]!]));
  if (type === 'base64' && !isText(given['media_type'])) bad(`${path}.source.base64.media_type`, missing(given['media_type']));
  if (type === 'content' && !isText(content)) checkContent(content, `${path}.source.content`);
}
