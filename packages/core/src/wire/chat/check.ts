import { BadRequest } from '../client-error.ts';
import { isObject, isText, type Json, type JsonObject } from '../json.ts';
import { checkMessages } from './check-messages.ts';

type Check = (value: Json, param: string) => void;

const wrong = (param: string, what: string): never => {
  throw new BadRequest(`Invalid type for '${param}': expected ${what}.`, param);
};

const number: Check = (value, param) => void (typeof value === 'number' || wrong(param, 'a number'));
const integer: Check = (value, param) => void (Number.isInteger(value) || wrong(param, 'an integer'));
const boolean: Check = (value, param) => void (typeof value === 'boolean' || wrong(param, 'a boolean'));
const object: Check = (value, param) => void (isObject(value) || wrong(param, 'an object'));
const textOrObject: Check = (value, param) => void (isText(value) || isObject(value) || wrong(param, 'a string or an object'));
const text: Check = (value, param) => void (isText(value) || wrong(param, 'a string'));

const texts: Check = (value, param) => {
  if (!Array.isArray(value)) return wrong(param, 'an array of strings');
  (value as readonly Json[]).forEach((one, at) => text(one, `${param}[${at}]`));
};

const stop: Check = (value, param) => (isText(value) ? undefined : texts(value, param));

const atLeastOne: Check = (value, param) => {
  integer(value, param);
  if ((value as number) < 1) throw new BadRequest(`Invalid value for '${param}': expected an integer of at least 1.`, param);
};

const typed: Check = (value, param) => {
  if (!isObject(value)) return wrong(param, 'an object');
  text(value['type'] ?? null, `${param}.type`);
};

const named: Check = (value, param) => {
  if (!isObject(value)) return wrong(param, 'an object');
  const { name, description, parameters } = value;
  if (!isText(name) || name === '') throw new BadRequest(`Missing required parameter: '${param}.name'.`, `${param}.name`);
  if (description !== undefined && description !== null) text(description, `${param}.description`);
  if (parameters !== undefined && parameters !== null) object(parameters, `${param}.parameters`);
};

const tool: Check = (value, param) => {
  typed(value, param);
  const { type, function: own = null } = value as JsonObject;
  if (type === 'function') named(own, `${param}.function`);
};

const each =
  (check: Check): Check =>
  (value, param) => {
    if (!Array.isArray(value)) return wrong(param, 'an array of objects');
    (value as readonly Json[]).forEach((one, at) => check(one, `${param}[${at}]`));
  };

/** `null` is as good as nothing, here as at OpenAI. */
const FIELDS: readonly (readonly [name: string, check: Check])[] = [
  ['tools', each(tool)],
  ['functions', each(named)],
  ['tool_choice', textOrObject],
  ['function_call', textOrObject],
  ['max_tokens', integer],
  ['max_completion_tokens', integer],
  ['n', atLeastOne],
  ['stop', stop],
  ['stream', boolean],
  ['stream_options', object],
  ['temperature', number],
  ['top_p', number],
  ['presence_penalty', number],
  ['frequency_penalty', number],
  ['seed', integer],
  ['response_format', typed],
  ['parallel_tool_calls', boolean],
  ['logprobs', boolean],
  ['top_logprobs', integer],
  ['logit_bias', object],
  ['metadata', object],
  ['modalities', texts],
  ['audio', object],
  ['prediction', object],
  ['reasoning_effort', text],
  ['user', text],
  ['service_tier', text],
];

/** Reads no text: a large body costs as much as it has messages. */
export function check(body: JsonObject): void {
  const { model, messages } = body;
  if (model === undefined || model === null) throw new BadRequest("Missing required parameter: 'model'.", 'model');
  if (!isText(model)) wrong('model', 'a string');
  if (model === '') throw new BadRequest("Invalid value for 'model': expected a name.", 'model');
  checkMessages(messages);
  for (const [name, of] of FIELDS) {
    const value = body[name];
    if (value !== undefined && value !== null) of(value, name);
  }
}
