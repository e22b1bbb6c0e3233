import type { LanguageModelV4CallOptions } from '@ai-sdk/provider';
import { isObject, isText, type Json, type JsonObject } from '../json.ts';
import { plainTool } from '../plain-tools.ts';
import { marked } from './decode-vendors.ts';

type Options = LanguageModelV4CallOptions;
type Tool = NonNullable<Options['tools']>[number];
type FunctionTool = Extract<Tool, { type: 'function' }>;
type Choice = NonNullable<Options['toolChoice']>;

const list = (value: Json | undefined): readonly JsonObject[] => (Array.isArray(value) ? (value as readonly Json[]).filter(isObject) : []);

export function decodeTools(body: JsonObject): Pick<Options, 'tools' | 'toolChoice'> {
  const given = [...list(body['tools']).flatMap(toolOf), ...list(body['functions']).flatMap((one) => functionOf(one, one))];
  if (given.length === 0) return {};
  const asked = body['tool_choice'] ?? body['function_call'];
  const among = allowed(asked);
  const tools = among ? given.filter(({ name }) => among.has(name)) : given;
  const toolChoice = choiceOf(asked);
  return { tools, ...(toolChoice && { toolChoice }) };
}

/** A tool of another kind is its vendor's: its name says so, and whose it is not leaves it out and says so. */
function toolOf(tool: JsonObject): Tool[] {
  const { type, function: own, ...others } = tool;
  if (isObject(own)) return functionOf(own, tool);
  if (!isText(type) || type === '') return [];
  const { custom, [type]: named } = others;
  if (type === 'custom') return isObject(custom) && isText(custom['name']) ? [plainTool(custom['name'], custom['description'])] : [];
  const args = isObject(named) ? named : others;
  const name = isText(args['name']) ? args['name'] : type;
  return [{ type: 'provider', id: `openai.${type}`, name, args: { ...args } }];
}

/** Names of the tools whose input is plain text. */
export const customTools = (body: JsonObject): ReadonlySet<string> =>
  new Set(
    list(body['tools']).flatMap(({ type, custom }) =>
      type === 'custom' && isObject(custom) && isText(custom['name']) ? [custom['name']] : [],
    ),
  );

function functionOf(own: JsonObject, around: JsonObject): FunctionTool[] {
  const { name, description, parameters, strict } = own;
  if (!isText(name)) return [];
  const schema = isObject(parameters) ? parameters : { type: 'object', properties: {} };
  return [
    {
      type: 'function',
      name,
      ...(isText(description) && { description }),
      inputSchema: schema as FunctionTool['inputSchema'],
      ...(typeof strict === 'boolean' && { strict }),
      ...marked(around['cache_control'] === undefined ? own : around),
    },
  ];
}

const WORDS: ReadonlyMap<string, Exclude<Choice['type'], 'tool'>> = new Map([
  ['auto', 'auto'],
  ['none', 'none'],
  ['required', 'required'],
  // Mistral's word.
  ['any', 'required'],
]);

function choiceOf(asked: Json | undefined): Choice | undefined {
  if (isObject(asked)) {
    const of = asked['allowed_tools'];
    if (isObject(of)) return choiceOf(of['mode']);
    const toolName = nameIn(asked);
    return toolName === undefined ? choiceOf(asked['type']) : { type: 'tool', toolName };
  }
  const type = isText(asked) ? WORDS.get(asked) : undefined;
  return type && { type };
}

function nameIn(choice: JsonObject): string | undefined {
  const own = [choice['function'], choice['custom']].find(isObject) ?? choice;
  return isText(own['name']) ? own['name'] : undefined;
}

/** The only tools that may be called now. */
function allowed(asked: Json | undefined): ReadonlySet<string> | undefined {
  const of = isObject(asked) ? asked['allowed_tools'] : undefined;
  if (!isObject(of) || !Array.isArray(of['tools'])) return undefined;
  return new Set(list(of['tools']).flatMap((tool) => nameIn(tool) ?? []));
}
