import { BadRequest } from '../client-error.ts';
import { isObject, type JsonObject } from '../json.ts';
import { FIELDS, LIST, OBJECT, TEXT, TEXT_OR_LIST, type Shape } from './fields.data.ts';
import { isThere } from './json-read.ts';

const ROLES: ReadonlySet<unknown> = new Set(['user', 'assistant', 'system', 'developer']);

export function check(body: JsonObject): void {
  for (const [name, shape] of FIELDS) optional(body, name, shape);
  if (!isThere(body['model'])) throw missing('model');
  if (isThere(body['conversation'])) throw unsupported('conversation', 'Send the whole input, or `previous_response_id`.');
  if (body['background'] === true) throw unsupported('background', 'Ask for a stream, or wait for the answer.');
  const { input } = body;
  if (Array.isArray(input)) for (let at = 0; at < input.length; at++) checkItem(input[at], `input[${at}]`);
  else if (!isThere(input) && !isThere(body['previous_response_id']) && !isThere(body['prompt'])) throw missing('input');
  const { tools } = body;
  if (Array.isArray(tools)) for (let at = 0; at < tools.length; at++) checkTool(tools[at], `tools[${at}]`);
  if (isObject(body['reasoning'])) optional(body['reasoning'], 'effort', TEXT, 'reasoning.effort');
  if (isObject(body['text'])) checkText(body['text']);
}

function checkItem(item: unknown, at: string): void {
  if (!isObject(item)) throw wrong(at, OBJECT, item);
  optional(item, 'type', TEXT, `${at}.type`);
  switch (item['type']) {
    case undefined:
    case null:
    case 'message':
      return checkMessage(item, at);
    case 'function_call':
      return ['call_id', 'name', 'arguments'].forEach((name) => required(item, name, TEXT, at));
    case 'custom_tool_call':
      return ['call_id', 'name', 'input'].forEach((name) => required(item, name, TEXT, at));
    case 'function_call_output':
    case 'custom_tool_call_output':
      required(item, 'call_id', TEXT, at);
      required(item, 'output', TEXT_OR_LIST, at);
      return checkContent(item['output'], `${at}.output`);
    case 'reasoning':
      optional(item, 'summary', LIST, `${at}.summary`);
      optional(item, 'encrypted_content', TEXT, `${at}.encrypted_content`);
      return;
    case 'item_reference':
      return required(item, 'id', TEXT, at);
  }
}

function checkMessage(item: JsonObject, at: string): void {
  if (!ROLES.has(item['role']))
    throw new BadRequest(
      `Invalid value for '${at}.role'. Supported values are: 'assistant', 'system', 'developer', and 'user'.`,
      `${at}.role`,
      'invalid_value',
    );
  required(item, 'content', TEXT_OR_LIST, at);
  checkContent(item['content'], `${at}.content`);
}

function checkContent(content: unknown, at: string): void {
  if (!Array.isArray(content)) return;
  for (let n = 0; n < content.length; n++) {
    const part: unknown = content[n];
    if (!isObject(part)) throw wrong(`${at}[${n}]`, OBJECT, part);
    required(part, 'type', TEXT, `${at}[${n}]`);
    const { type } = part;
    if (type === 'input_text' || type === 'output_text') required(part, 'text', TEXT, `${at}[${n}]`);
    else if (type === 'input_image') optional(part, 'image_url', TEXT, `${at}[${n}].image_url`);
    else if (type === 'input_file') optional(part, 'file_data', TEXT, `${at}[${n}].file_data`);
    else if (type === 'refusal') required(part, 'refusal', TEXT, `${at}[${n}]`);
  }
}

function checkTool(tool: unknown, at: string): void {
  if (!isObject(tool)) throw wrong(at, OBJECT, tool);
  required(tool, 'type', TEXT, at);
  if (tool['type'] !== 'function') return;
  required(tool, 'name', TEXT, at);
  optional(tool, 'parameters', OBJECT, `${at}.parameters`);
  optional(tool, 'description', TEXT, `${at}.description`);
}

function checkText(text: JsonObject): void {
  optional(text, 'format', OBJECT, 'text.format');
  const { format } = text;
  if (!isObject(format)) return;
  required(format, 'type', TEXT, 'text.format');
  if (format['type'] === 'json_schema') required(format, 'schema', OBJECT, 'text.format');
}

function optional(json: JsonObject, name: string, shape: Shape, at = name): void {
  const value = json[name];
  if (isThere(value) && !shape.fits(value)) throw wrong(at, shape, value);
}

function required(json: JsonObject, name: string, shape: Shape, at: string): void {
  if (!isThere(json[name])) throw missing(`${at}.${name}`);
  optional(json, name, shape, `${at}.${name}`);
}

const missing = (param: string): BadRequest =>
  new BadRequest(`Missing required parameter: '${param}'.`, param, 'missing_required_parameter');

const unsupported = (param: string, way: string): BadRequest =>
  new BadRequest(`Unsupported parameter: '${param}' is not supported here. ${way}`, param, 'unsupported_parameter');

function wrong(param: string, { called }: Shape, value: unknown): BadRequest {
  const got = value === null ? 'null' : Array.isArray(value) ? 'an array' : typeof value === 'object' ? 'an object' : `a ${typeof value}`;
  return new BadRequest(`Invalid type for '${param}': expected ${called}, but got ${got} instead.`, param, 'invalid_type');
}
