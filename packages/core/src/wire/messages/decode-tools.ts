import type { LanguageModelV4CallOptions } from '@ai-sdk/provider';
import { isObject, isText, type Json, type JsonObject } from '../json.ts';
import { marked, word } from './decode-blocks.ts';

type Options = LanguageModelV4CallOptions;
type Tool = NonNullable<Options['tools']>[number];
type FunctionTool = Extract<Tool, { type: 'function' }>;

/** Tools and the choice among them. */
export function decodeTools(body: JsonObject): Pick<Options, 'tools' | 'toolChoice'> {
  const given = Array.isArray(body['tools']) ? body['tools'].filter(isObject) : [];
  const tools = [...given.map(toolOf), ...connectors(body, given)];
  const toolChoice = tools.length > 0 ? choiceOf(body['tool_choice']) : undefined;
  return { ...(tools.length > 0 && { tools }), ...(toolChoice && { toolChoice }) };
}

const camel = (name: string): string => name.replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());

/** Fields of a tool that only Anthropic knows, as the AI SDK's package is told them. */
const OWN = ['defer_loading', 'eager_input_streaming', 'allowed_callers'];

function toolOf(tool: JsonObject): Tool {
  const { type, name, description, input_schema: schema, strict, input_examples: examples } = tool;
  if (isText(type) && type !== 'custom') return providerTool(type, tool);
  const own = Object.fromEntries(OWN.filter((field) => tool[field] !== undefined).map((field) => [camel(field), tool[field]]));
  return {
    type: 'function',
    name: word(name),
    ...(isText(description) && { description }),
    inputSchema: (isObject(schema) ? schema : {}) as FunctionTool['inputSchema'],
    ...(typeof strict === 'boolean' && { strict }),
    ...(Array.isArray(examples) && {
      inputExamples: examples
        .filter(isObject)
        .map((input) => ({ input: input as NonNullable<FunctionTool['inputExamples']>[number]['input'] })),
    }),
    ...marked(tool, own),
  };
}

/** Known by its type to whoever judges whether a request may be sent twice (C10), and to targets that do not have it (C12). */
function providerTool(type: string, { name, mcp_server_name: server, ...fields }: JsonObject): Tool {
  const args = Object.fromEntries(
    Object.entries(fields)
      .filter(([field]) => field !== 'cache_control' && field !== 'type')
      .map(([field, value]) => [camel(field), value]),
  );
  return { type: 'provider', id: `anthropic.${type}`, name: word(name) || word(server) || type, args };
}

/** Servers that the provider would call itself; what opens them stays out. */
function connectors({ mcp_servers: servers }: JsonObject, given: readonly JsonObject[]): Tool[] {
  if (!Array.isArray(servers) || servers.length === 0 || given.some(({ type }) => type === 'mcp_toolset')) return [];
  const names = servers.filter(isObject).map(({ name }) => word(name));
  return [{ type: 'provider', id: 'anthropic.mcp_servers', name: 'mcp_servers', args: { servers: names } }];
}

function choiceOf(choice: Json | undefined): Options['toolChoice'] {
  if (!isObject(choice)) return undefined;
  switch (choice['type']) {
    case 'auto':
      return { type: 'auto' };
    case 'any':
      return { type: 'required' };
    case 'none':
      return { type: 'none' };
    case 'tool':
      return { type: 'tool', toolName: word(choice['name']) };
    default:
      return undefined;
  }
}
