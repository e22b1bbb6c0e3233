import { withoutLong, type ModelOptions, type Target } from '@holdfast/core/engine';
import { isObject, type Json, type JsonObject } from '@holdfast/core/wire';

/** How one provider is asked for the tokens of a request. */
export interface Counter {
  /** Behind the provider's base URL. */
  readonly path: string;
  readonly body: JsonObject;
  /** The count in its answer; undefined where there is none. */
  readonly read: (answer: unknown) => number | undefined;
}

export interface CountRequest {
  /** The client's body, of Anthropic's protocol: the only one that asks for a count. */
  readonly body: JsonObject;
  /** The same, decoded. Without it only Anthropic's own counter is asked. */
  readonly options?: ModelOptions;
}

const countIn =
  (name: string) =>
  (answer: unknown): number | undefined => {
    const count = isObject(answer) ? answer[name] : undefined;
    return typeof count === 'number' && Number.isFinite(count) && count >= 0 ? Math.ceil(count) : undefined;
  };

/** The counter of a provider that speaks this protocol; undefined where it has none, or cannot be told what the request holds. */
export function counterOf(protocol: Target['protocol'], model: string, { body, options }: CountRequest): Counter | undefined {
  const id = withoutLong(model);
  if (protocol === 'anthropic-messages')
    return { path: '/messages/count_tokens', body: { ...body, model: id }, read: countIn('input_tokens') };
  if (options === undefined) return undefined;
  if (protocol === 'openai-responses') {
    const input = options.prompt.map(itemsOf);
    if (input.includes(undefined)) return undefined;
    const asked = {
      model: id,
      input: input.flatMap((items) => items ?? []),
      ...toolsOf(options, (tool) => ({ type: 'function', ...tool })),
    };
    return { path: '/responses/input_tokens', body: asked, read: countIn('input_tokens') };
  }
  if (protocol !== 'google') return undefined;
  const path = id.includes('/') ? id : `models/${id}`;
  const contents = options.prompt.filter(({ role }) => role !== 'system').map(contentOf);
  if (contents.includes(undefined)) return undefined;
  const system = options.prompt.flatMap(({ role, content }) => (role === 'system' ? [{ text: content }] : []));
  const declared = toolsOf(options, ({ name, description, parameters }) => ({ name, description, parametersJsonSchema: parameters }));
  const request = {
    model: path,
    contents: contents.flatMap((content) => content ?? []),
    ...(system.length > 0 && { systemInstruction: { parts: system } }),
    ...(declared.tools && { tools: [{ functionDeclarations: declared.tools }] }),
  };
  return { path: `/${path}:countTokens`, body: { generateContentRequest: request }, read: countIn('totalTokens') };
}

interface FunctionTool {
  readonly name: string;
  readonly description?: string | undefined;
  readonly parameters: Json;
}

function toolsOf({ tools = [] }: ModelOptions, write: (tool: FunctionTool) => JsonObject): { readonly tools?: readonly JsonObject[] } {
  const written = tools.flatMap((tool) =>
    tool.type === 'function'
      ? [write({ name: tool.name, description: tool.description, parameters: structuredClone(tool.inputSchema) as Json })]
      : [],
  );
  return written.length === 0 ? {} : { tools: written };
}

type Message = ModelOptions['prompt'][number];
type Part = Exclude<Message['content'], string>[number];

/** Images as base64; any other file cannot be told, and leaves the request to the estimate. */
const imageOf = (part: Part): { readonly mimeType: string; readonly data: string } | undefined =>
  part.type === 'file' && part.mediaType.startsWith('image/') && part.data.type === 'data' && typeof part.data.data === 'string'
    ? { mimeType: part.mediaType, data: part.data.data }
    : undefined;

const resultText = (part: Part & { type: 'tool-result' }): string =>
  'value' in part.output ? (typeof part.output.value === 'string' ? part.output.value : JSON.stringify(part.output.value)) : '';

/** Signatures and thoughts are left out: they are not counted again by those that did not make them. */
const isSilent = ({ type }: Part): boolean => type !== 'text' && type !== 'file' && type !== 'tool-call' && type !== 'tool-result';

function itemsOf({ role, content }: Message): readonly JsonObject[] | undefined {
  if (typeof content === 'string') return [{ role: 'system', content }];
  const items: JsonObject[] = [];
  for (const part of content) {
    const image = imageOf(part);
    if (part.type === 'file' && image === undefined) return undefined;
    if (isSilent(part)) continue;
    if (part.type === 'text')
      items.push({ role, content: [{ type: role === 'assistant' ? 'output_text' : 'input_text', text: part.text }] });
    else if (image) items.push({ role, content: [{ type: 'input_image', image_url: `data:${image.mimeType};base64,${image.data}` }] });
    else if (part.type === 'tool-call')
      items.push({ type: 'function_call', call_id: part.toolCallId, name: part.toolName, arguments: JSON.stringify(part.input) });
    else if (part.type === 'tool-result') items.push({ type: 'function_call_output', call_id: part.toolCallId, output: resultText(part) });
  }
  return items;
}

function contentOf({ role, content }: Message): readonly JsonObject[] | undefined {
  if (typeof content === 'string') return [];
  const parts: JsonObject[] = [];
  for (const part of content) {
    const image = imageOf(part);
    if (part.type === 'file' && image === undefined) return undefined;
    if (isSilent(part)) continue;
    if (part.type === 'text') parts.push({ text: part.text });
    else if (image) parts.push({ inlineData: image });
    else if (part.type === 'tool-call') parts.push({ functionCall: { name: part.toolName, args: structuredClone(part.input) as Json } });
    else if (part.type === 'tool-result') parts.push({ functionResponse: { name: part.toolName, response: { result: resultText(part) } } });
  }
  return parts.length === 0 ? [] : [{ role: role === 'assistant' ? 'model' : 'user', parts }];
}
