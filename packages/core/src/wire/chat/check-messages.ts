import { BadRequest } from '../client-error.ts';
import { isObject, isText, type Json, type JsonObject } from '../json.ts';

const ROLES: ReadonlySet<string> = new Set(['system', 'developer', 'user', 'assistant', 'tool', 'function']);

/** Roles that speak without content: who calls a tool, and a tool that has nothing to say. */
const MUTE: ReadonlySet<string> = new Set(['assistant', 'tool', 'function']);

const wrong = (param: string, what: string): never => {
  throw new BadRequest(`Invalid type for '${param}': expected ${what}.`, param);
};

export function checkMessages(messages: Json | undefined): void {
  if (messages === undefined || messages === null) throw new BadRequest("Missing required parameter: 'messages'.", 'messages');
  if (!Array.isArray(messages)) return wrong('messages', 'an array of objects');
  if (messages.length === 0) throw new BadRequest("Invalid 'messages': empty array. Expected at least one message.", 'messages');
  (messages as readonly Json[]).forEach((message, at) => checkMessage(message, `messages[${at}]`));
}

function checkMessage(message: Json, param: string): void {
  if (!isObject(message)) return wrong(param, 'an object');
  const { role, content, tool_calls: calls, function_call: call, tool_call_id: id } = message;
  if (!isText(role)) return wrong(`${param}.role`, 'a string');
  if (!ROLES.has(role))
    throw new BadRequest(`Invalid value for '${param}.role': supported values are ${[...ROLES].join(', ')}.`, `${param}.role`);
  if (content === undefined || content === null) {
    if (!MUTE.has(role)) throw new BadRequest(`Missing required parameter: '${param}.content'.`, `${param}.content`);
  } else if (Array.isArray(content)) (content as readonly Json[]).forEach((part, at) => checkPart(part, `${param}.content[${at}]`));
  else if (!isText(content)) wrong(`${param}.content`, 'a string or an array of objects');
  if (calls !== undefined && calls !== null) checkCalls(calls, `${param}.tool_calls`);
  if (call !== undefined && call !== null) checkNamed(call, `${param}.function_call`);
  if (id !== undefined && id !== null && !isText(id)) wrong(`${param}.tool_call_id`, 'a string');
}

/** What each kind of part holds. Kinds that are not here pass: their server knows them. */
const HOLDS: ReadonlyMap<string, readonly [field: string, check: (value: Json | undefined, param: string) => void]> = new Map([
  ['text', ['text', text]],
  ['refusal', ['refusal', text]],
  ['image_url', ['image_url', urlOf]],
  ['input_audio', ['input_audio', audio]],
  ['file', ['file', object]],
]);

function checkPart(part: Json, param: string): void {
  if (!isObject(part)) return wrong(param, 'an object');
  const { type } = part;
  if (!isText(type)) return wrong(`${param}.type`, 'a string');
  const known = HOLDS.get(type);
  if (known) known[1](part[known[0]], `${param}.${known[0]}`);
}

function text(value: Json | undefined, param: string): void {
  if (!isText(value)) wrong(param, 'a string');
}

function object(value: Json | undefined, param: string): void {
  if (!isObject(value)) wrong(param, 'an object');
}

/** Imitations take the URL itself, too. */
function urlOf(value: Json | undefined, param: string): void {
  if (isText(value)) return;
  if (!isObject(value)) return wrong(param, 'an object');
  text(value['url'], `${param}.url`);
}

function audio(value: Json | undefined, param: string): void {
  if (!isObject(value)) return wrong(param, 'an object');
  text(value['data'], `${param}.data`);
  text(value['format'], `${param}.format`);
}

function checkCalls(calls: Json, param: string): void {
  if (!Array.isArray(calls)) return wrong(param, 'an array of objects');
  (calls as readonly Json[]).forEach((call, at) => {
    const place = `${param}[${at}]`;
    if (!isObject(call)) return wrong(place, 'an object');
    const { id, function: own } = call;
    if (id !== undefined && id !== null && !isText(id)) wrong(`${place}.id`, 'a string');
    if (own !== undefined && own !== null) checkNamed(own, `${place}.function`);
  });
}

function checkNamed(call: Json, param: string): void {
  if (!isObject(call)) return wrong(param, 'an object');
  const { name, arguments: given } = call as JsonObject;
  if (!isText(name) || name === '') wrong(`${param}.name`, 'a string');
  if (given !== undefined && given !== null && !isText(given) && !isObject(given)) wrong(`${param}.arguments`, 'a string');
}
