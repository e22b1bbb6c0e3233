import type { Effort } from '@holdfast/core/engine';
import { isEffort } from '@holdfast/core/engine';
import { isObject, isText, type ClientProtocol, type Json, type JsonObject } from '@holdfast/core/wire';

/**
 * What the plan must know of a client's body, read from its top without decoding it: most calls need no more. `undefined` where only the
 * decoded request can tell.
 */
export interface BodyFacts {
  readonly maxTokens: number | undefined;
  readonly effort: Effort | undefined | 'unclear';
  readonly stops: readonly string[];
  readonly tools: readonly Json[];
  /** Half of the answer is of no use (C5). */
  readonly structured: boolean;
  readonly afterTool: boolean;
  /** No tool that the provider runs, nothing that is kept there (C10). */
  readonly plain: boolean;
}

const list = (value: Json | undefined): readonly Json[] => (Array.isArray(value) ? (value as readonly Json[]) : []);
const number = (value: Json | undefined): number | undefined => (typeof value === 'number' ? value : undefined);
const typeOf = (value: Json | undefined): string | undefined => {
  if (isText(value)) return value;
  const type = isObject(value) ? value['type'] : undefined;
  return isText(type) ? type : undefined;
};

const effortOf = (word: Json | undefined): Effort | undefined => (isEffort(word) ? word : undefined);
const stopsOf = (stop: Json | undefined): readonly string[] => (isText(stop) ? [stop] : list(stop).filter(isText));
/** A forced tool is a structured answer. */
const isForced = (choice: Json | undefined): boolean => !['auto', 'none', undefined].includes(typeOf(choice));
const isJson = (format: Json | undefined): boolean => typeOf(format)?.startsWith('json') ?? false;
const isOwn = (tool: Json): boolean => ['function', 'custom', undefined].includes(typeOf(tool));

const chat = (body: JsonObject): BodyFacts => ({
  maxTokens: number(body['max_completion_tokens']) ?? number(body['max_tokens']),
  effort: body['reasoning'] === undefined ? effortOf(body['reasoning_effort']) : 'unclear',
  stops: stopsOf(body['stop']),
  tools: [...list(body['tools']), ...list(body['functions'])],
  structured: isJson(body['response_format']) || isForced(body['tool_choice']),
  afterTool: ['tool', 'function'].includes(roleOf(list(body['messages']).at(-1)) ?? ''),
  plain: list(body['tools']).every(isOwn) && body['web_search_options'] === undefined,
});

const responses = (body: JsonObject): BodyFacts => {
  const { text, reasoning } = body;
  return {
    maxTokens: number(body['max_output_tokens']),
    effort: effortOf(isObject(reasoning) ? reasoning['effort'] : undefined),
    stops: [],
    tools: list(body['tools']),
    structured: isJson(isObject(text) ? text['format'] : undefined) || isForced(body['tool_choice']),
    afterTool: typeOf(list(body['input']).at(-1))?.endsWith('_output') ?? false,
    plain: list(body['tools']).every(isOwn),
  };
};

const messages = (body: JsonObject): BodyFacts => {
  const { thinking, output_config: config } = body;
  const last = list(body['messages']).at(-1);
  const content = isObject(last) ? last['content'] : undefined;
  const format = body['output_format'] ?? (isObject(config) ? config['format'] : undefined);
  return {
    maxTokens: number(body['max_tokens']),
    effort: typeOf(thinking) === 'enabled' ? 'unclear' : effortOf(isObject(config) ? config['effort'] : undefined),
    stops: stopsOf(body['stop_sequences']),
    tools: list(body['tools']),
    structured: isJson(format) || ['any', 'tool'].includes(typeOf(body['tool_choice']) ?? ''),
    afterTool: list(content).some((block) => typeOf(block) === 'tool_result'),
    plain: list(body['tools']).every(isOwn) && list(body['mcp_servers']).length === 0 && body['container'] === undefined,
  };
};

const roleOf = (message: Json | undefined): string | undefined => {
  const role = isObject(message) ? message['role'] : undefined;
  return isText(role) ? role : undefined;
};

const READ: Readonly<Record<ClientProtocol, (body: JsonObject) => BodyFacts>> = {
  'openai-chat': chat,
  'openai-responses': responses,
  'anthropic-messages': messages,
};

export const bodyFacts = (protocol: ClientProtocol, body: JsonObject): BodyFacts => READ[protocol](body);
