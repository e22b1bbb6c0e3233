import type { LanguageModelV4CallOptions, LanguageModelV4Message } from '@ai-sdk/provider';
import type { Target } from '../target.ts';
import { isObject } from './json-value.ts';
import { instructionText } from './reask.ts';

type Request = LanguageModelV4CallOptions;
type Format = Extract<NonNullable<Request['responseFormat']>, { readonly type: 'json' }>;

/** `native`: the vendor's own schema or JSON mode. `tool`: a tool that is forced, its input is the answer. `instruction`: said in the prompt. */
export const OBJECT_MODES = ['native', 'tool', 'instruction'] as const;
export type ObjectMode = (typeof OBJECT_MODES)[number];

export interface ChosenMode {
  readonly mode: ObjectMode;
  /** The schema stands in the prompt too: this server may ignore what it does not know. */
  readonly told: boolean;
  /** With `instruction`: JSON mode without the schema is asked for as well. */
  readonly json: boolean;
}

const chosen = (mode: ObjectMode, told = false, json = false): ChosenMode => ({ mode, told, json });

/**
 * How a target is asked for JSON: native schema first; a forced tool only where the model's data allows it; else instruction. `wish` is the
 * caller's own; a tool that the model is known to refuse is not forced all the same.
 *
 * Unknown is not known-bad (E3): an unknown model gets the schema natively; an unknown server that imitates chat completions, which may drop
 * the field without a word, is told in words too.
 */
export function modeOf(target: Target, request: Request, wish?: ObjectMode): ChosenMode {
  const { schema } = request.responseFormat as Format;
  const { schema: takesSchema, json: takesJson, tool } = target.json ?? {};
  const instruction = chosen('instruction', true, takesJson === true);
  if (wish === 'native') return chosen('native');
  if (wish === 'tool') return tool !== false && isObjectSchema(schema) ? chosen('tool') : instruction;
  if (wish === 'instruction') return instruction;
  if (schema === undefined) return takesJson === false || target.protocol === 'anthropic-messages' ? instruction : chosen('native');
  // OpenAI's schema mode wants an object at the root.
  const native = takesSchema !== false && (isObjectSchema(schema) || !target.protocol.startsWith('openai'));
  if (native) return chosen('native', takesSchema === undefined && target.protocol === 'openai-chat');
  return tool === true && isObjectSchema(schema) && !thinks(target, request) ? chosen('tool') : instruction;
}

/** A forced choice and extended thinking exclude each other at Anthropic. */
const thinks = ({ effort, protocol }: Target, { reasoning }: Request): boolean => {
  const asked = reasoning === undefined || reasoning === 'provider-default' ? effort : reasoning;
  return protocol === 'anthropic-messages' && asked !== undefined && asked !== 'none';
};

const isObjectSchema = (schema: unknown): boolean =>
  isObject(schema) && (schema['type'] === 'object' || (schema['type'] === undefined && isObject(schema['properties'])));

/** The tool whose input is the answer. */
export const OBJECT_TOOL = 'json_answer';

/** The request as the target gets it. */
export function inMode(request: Request, { mode, told, json }: ChosenMode): Request {
  const { responseFormat, ...rest } = request;
  const { schema, name, description } = responseFormat as Format;
  const words = instructionText(schema, name, description);
  if (mode === 'native') return withStrictness(told ? { ...request, prompt: instructed(request.prompt, words) } : request, schema);
  if (mode === 'instruction')
    return { ...rest, prompt: instructed(request.prompt, words), ...(json && { responseFormat: { type: 'json' as const } }) };
  const tool = {
    type: 'function' as const,
    name: OBJECT_TOOL,
    description: description ?? `Gives the answer${name === undefined ? '' : `, "${name}"`}. Call it once, with the whole answer.`,
    inputSchema: schema!,
  };
  const others = request.toolChoice?.type === 'none' ? [] : (request.tools ?? []);
  const toolChoice = others.length > 0 ? { type: 'required' as const } : { type: 'tool' as const, toolName: OBJECT_TOOL };
  return { ...rest, tools: [...others, tool], toolChoice };
}

/** At the head, where it stays the same from turn to turn: caches depend on it. */
function instructed(prompt: readonly LanguageModelV4Message[], words: string): LanguageModelV4Message[] {
  const [first, ...rest] = prompt;
  if (first?.role !== 'system') return [{ role: 'system', content: words }, ...prompt];
  return [{ ...first, content: `${first.content}\n\n${words}` }, ...rest];
}

/** OpenAI's strict mode refuses a schema with optional or open fields; without it the schema is a strong hint. */
function withStrictness(request: Request, schema: unknown): Request {
  if (schema === undefined || isStrict(schema)) return request;
  const { providerOptions } = request;
  const loose = { strictJsonSchema: false };
  return {
    ...request,
    providerOptions: {
      ...providerOptions,
      openai: { ...loose, ...providerOptions?.['openai'] },
      openaiCompatible: { ...loose, ...providerOptions?.['openaiCompatible'] },
    },
  };
}

/** Every object in it is closed and has no optional field. */
export function isStrict(schema: unknown): boolean {
  if (!isObject(schema)) return true;
  const { type, properties, required, additionalProperties, patternProperties, items, anyOf, allOf, oneOf, $defs, definitions } = schema;
  const inner = [items, anyOf, allOf, oneOf]
    .flat()
    .concat([properties, $defs, definitions].flatMap((of) => (isObject(of) ? Object.values(of) : [])));
  if (patternProperties !== undefined || !inner.every(isStrict)) return false;
  if (type !== 'object' && properties === undefined) return true;
  const needed = Array.isArray(required) ? (required as unknown[]) : [];
  return additionalProperties === false && Object.keys(properties ?? {}).every((key) => needed.includes(key));
}
