import type { LanguageModelV4CallOptions } from '@ai-sdk/provider';
import { isText, type JsonObject } from '../json.ts';
import { plainTool } from '../plain-tools.ts';
import { objectAt, objectsAt, textAt } from './json-read.ts';

type Tool = NonNullable<LanguageModelV4CallOptions['tools']>[number];
type FunctionTool = Extract<Tool, { type: 'function' }>;
type Choice = NonNullable<LanguageModelV4CallOptions['toolChoice']>;

const NO_INPUT = { type: 'object', properties: {} } as const;

/** Names of the tools whose input is plain text. */
export const customTools = (body: JsonObject): ReadonlySet<string> =>
  new Set(objectsAt(body, 'tools').flatMap((tool) => (tool['type'] === 'custom' ? textAt(tool, 'name') : [])));

export function toolsOf(body: JsonObject): Pick<LanguageModelV4CallOptions, 'tools' | 'toolChoice'> {
  const allowed = allowedTools(body);
  const tools = objectsAt(body, 'tools')
    .map(toolOf)
    .filter((tool) => allowed === undefined || allowed.has(tool.name));
  const toolChoice = choiceOf(body);
  return tools.length === 0 ? {} : { tools, ...(toolChoice && { toolChoice }) };
}

function toolOf(tool: JsonObject): Tool {
  const { type, name, description, parameters: _, strict, ...others } = tool;
  const told = isText(description) && description !== '' ? { description } : {};
  if (type === 'function') {
    const schema = objectAt(tool, 'parameters');
    const inputSchema = (Object.keys(schema).length > 0 ? schema : NO_INPUT) as FunctionTool['inputSchema'];
    return { type, name: String(name), ...told, inputSchema, ...(typeof strict === 'boolean' && { strict }) };
  }
  if (type === 'custom') return plainTool(String(name), description);
  return { type: 'provider', id: `openai.${String(type)}`, name: String(type), args: others };
}

/** A choice among some of the tools: for who does not know that, only these are there. */
function allowedTools(body: JsonObject): ReadonlySet<string> | undefined {
  const choice = objectAt(body, 'tool_choice');
  if (choice['type'] !== 'allowed_tools') return undefined;
  return new Set(objectsAt(choice, 'tools').map((tool) => textAt(tool, 'name') || textAt(tool, 'type')));
}

function choiceOf(body: JsonObject): Choice | undefined {
  const { tool_choice: choice } = body;
  const among = objectAt(body, 'tool_choice');
  const word = among['type'] === 'allowed_tools' ? among['mode'] : choice;
  if (word === 'auto' || word === 'none' || word === 'required') return { type: word };
  const toolName = textAt(among, 'name') || textAt(among, 'type');
  return among['type'] === 'allowed_tools' || toolName === '' ? undefined : { type: 'tool', toolName };
}
