import { isObject, isText, type Json, type JsonObject } from '../json.ts';
import { bad, checkContent } from './check-content.ts';

const ROLES: ReadonlySet<unknown> = new Set(['user', 'assistant', 'system']);

/** Throws `BadRequest` for what no provider of this protocol could read. Runs on every call, so it looks at types and copies nothing. */
export function check(body: JsonObject): void {
  checkCount(body);
  const { max_tokens: limit } = body;
  if (!isThere(limit)) bad('max_tokens', 'Field required');
  if (!Number.isInteger(limit) || Number(limit) < 1) bad('max_tokens', 'Input should be an integer greater than 0');
}

/** A request to count tokens: the same without a limit. */
export function checkCount(body: JsonObject): void {
  if (!isThere(body['model'])) bad('model', 'Field required');
  if (!isText(body['model']) || body['model'] === '') bad('model', 'Input should be a valid string');
  messages(body['messages']);
  system(body['system']);
  settings(body);
  tools(body);
  thinking(body);
}

const isThere = (value: Json | undefined): boolean => value !== undefined && value !== null;

function messages(given: Json | undefined): void {
  if (!isThere(given)) bad('messages', 'Field required');
  if (!Array.isArray(given)) bad('messages', 'Input should be a valid array');
  const list = given as readonly Json[];
  if (list.length === 0) bad('messages', 'at least one message is required');
  for (let at = 0; at < list.length; at++) {
    const one = list[at];
    if (!isObject(one)) return bad(`messages.${at}`, 'Input should be an object');
    if (!ROLES.has(one['role'])) bad(`messages.${at}.role`, "Input should be 'user', 'assistant' or 'system'");
    const { content } = one;
    if (isText(content)) continue;
    if (!isThere(content)) bad(`messages.${at}.content`, 'Field required');
    checkContent(content, `messages.${at}.content`);
  }
}

function system(given: Json | undefined): void {
  if (!isThere(given) || isText(given)) return;
  if (!Array.isArray(given)) bad('system', 'Input should be a valid string or array');
  (given as readonly Json[]).forEach((block, at) => {
    if (!isObject(block)) return bad(`system.${at}`, 'Input should be an object');
    if (!isText(block['type'])) bad(`system.${at}.type`, 'Field required');
    if (block['type'] === 'text' && !isText(block['text'])) bad(`system.${at}.text`, 'Input should be a valid string');
  });
}

const NUMBERS = ['temperature', 'top_p', 'top_k'];
const OBJECTS = ['metadata', 'output_config', 'output_format', 'context_management', 'cache_control'];

function settings(body: JsonObject): void {
  for (const name of NUMBERS) if (isThere(body[name]) && typeof body[name] !== 'number') bad(name, 'Input should be a valid number');
  for (const name of OBJECTS) if (isThere(body[name]) && !isObject(body[name])) bad(name, 'Input should be an object');
  const { stream, stop_sequences: stops, output_config: output } = body;
  if (isThere(stream) && typeof stream !== 'boolean') bad('stream', 'Input should be a valid boolean');
  if (isThere(stops)) {
    if (!Array.isArray(stops)) bad('stop_sequences', 'Input should be a valid array');
    (stops as readonly Json[]).forEach((stop, at) => isText(stop) || bad(`stop_sequences.${at}`, 'Input should be a valid string'));
  }
  if (!isObject(output)) return;
  if (isThere(output['effort']) && !isText(output['effort'])) bad('output_config.effort', 'Input should be a valid string');
  if (isThere(output['format']) && !isObject(output['format'])) bad('output_config.format', 'Input should be an object');
}

/** Function tools hold a name and a schema; those that the provider runs have a type of their own, and fields that only it knows. */
function tools({ tools: given, tool_choice: choice }: JsonObject): void {
  if (isThere(given)) {
    if (!Array.isArray(given)) bad('tools', 'Input should be a valid array');
    (given as readonly Json[]).forEach((tool, at) => {
      if (!isObject(tool)) return bad(`tools.${at}`, 'Input should be an object');
      if (isThere(tool['type']) && !isText(tool['type'])) bad(`tools.${at}.type`, 'Input should be a valid string');
      if (isThere(tool['type']) && tool['type'] !== 'custom') return;
      if (!isText(tool['name']) || tool['name'] === '') bad(`tools.${at}.name`, 'Field required');
      if (!isObject(tool['input_schema'])) bad(`tools.${at}.input_schema`, 'Field required');
      if (isThere(tool['description']) && !isText(tool['description'])) bad(`tools.${at}.description`, 'Input should be a valid string');
    });
  }
  if (!isThere(choice)) return;
  if (!isObject(choice)) return bad('tool_choice', 'Input should be an object');
  if (!isText(choice['type'])) bad('tool_choice.type', 'Field required');
  if (choice['type'] === 'tool' && !isText(choice['name'])) bad('tool_choice.name', 'Field required');
}

function thinking({ thinking: given }: JsonObject): void {
  if (!isThere(given)) return;
  if (!isObject(given)) return bad('thinking', 'Input should be an object');
  if (!isText(given['type'])) bad('thinking.type', 'Field required');
  if (given['type'] === 'enabled' && typeof given['budget_tokens'] !== 'number') bad('thinking.enabled.budget_tokens', 'Field required');
}
