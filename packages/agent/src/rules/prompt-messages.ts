import { argumentsOf } from './arguments.ts';
import type { Attachment, Block, Origin } from './events.ts';
import type { Message } from './run-state.ts';

/** Shapes of an AI SDK prompt, as far as a transcript needs them. */
type Json = null | string | number | boolean | readonly Json[] | { readonly [key: string]: Json | undefined };
type Options = Record<string, { [key: string]: Json | undefined }>;
type FileData = { type: 'data'; data: string } | { type: 'url'; url: URL };
interface TextPart {
  type: 'text';
  text: string;
  providerOptions?: Options;
}
interface FilePart {
  type: 'file';
  data: FileData;
  mediaType: string;
  filename?: string;
  providerOptions?: Options;
}
export type PromptPart =
  | TextPart
  | FilePart
  | { type: 'reasoning'; text: string; providerOptions?: Options }
  | { type: 'tool-call'; toolCallId: string; toolName: string; input: unknown; providerOptions?: Options };
interface ToolResult {
  type: 'tool-result';
  toolCallId: string;
  toolName: string;
  output: { type: 'text' | 'error-text'; value: string } | { type: 'content'; value: (TextPart | FilePart)[] };
}
export type PromptMessage =
  | { role: 'system'; content: string; providerOptions?: Options }
  | { role: 'user'; content: (TextPart | FilePart)[] }
  | { role: 'assistant'; content: PromptPart[]; providerOptions?: Options }
  | { role: 'tool'; content: ToolResult[] };

export type Said = Message & { readonly role: 'user' };
export type Reply = Message & { readonly role: 'assistant' };
export type Result = Message & { readonly role: 'tool' };

/** `images` false: a note stands in a picture's place (L22). */
export function userMessage({ text, files = [] }: Said, images: boolean): PromptMessage {
  const words: TextPart[] = text === '' && files.length > 0 ? [] : [{ type: 'text', text }];
  return { role: 'user', content: [...words, ...files.map((file) => fileOf(file, images))] };
}

/** Undefined: an empty turn. It was an answer; in a prompt vendors refuse it. */
export function replyMessage({ blocks, origin }: Reply, images: boolean): (PromptMessage & { role: 'assistant' }) | undefined {
  const providerOptions = { holdfast: { origin: originOf(origin) } };
  const content = blocks.map((block) => partOf(block, providerOptions, images)).filter((part) => part !== undefined);
  return content.length > 0 ? { role: 'assistant', content, providerOptions } : undefined;
}

/** What a model is told of a call that was never answered (C13). */
const NO_RESULT = 'No result: this call was not answered.';

/** Results in the order of their calls, whatever order they landed in; a call without one is answered for, a result without a call is none. */
export function resultsMessage(
  calls: readonly (Block & { type: 'tool-call' })[],
  results: readonly Result[],
  images: boolean,
): PromptMessage {
  const byId = new Map(results.map((result) => [result.id, result]));
  return {
    role: 'tool',
    content: calls.map(({ id, name }) => {
      const result = byId.get(id);
      const output = result ? outputOf(result, images) : ({ type: 'error-text', value: NO_RESULT } as const);
      return { type: 'tool-result', toolCallId: id, toolName: name, output };
    }),
  };
}

function outputOf({ output, failed, files = [] }: Result, images: boolean): ToolResult['output'] {
  if (failed || files.length === 0) return { type: failed ? 'error-text' : 'text', value: output };
  const parts = files.map((file) => fileOf(file, images));
  return { type: 'content', value: [...(output === '' ? [] : [{ type: 'text' as const, text: output }]), ...parts] };
}

function fileOf({ mediaType, data, name }: Attachment, images: boolean): TextPart | FilePart {
  if (!images && isImage(mediaType)) return { type: 'text', text: `[a picture that this model cannot see${name ? `: ${name}` : ''}]` };
  return { type: 'file', mediaType, data: dataOf(data), ...(name !== undefined && { filename: name }) };
}

const isImage = (mediaType: string): boolean => mediaType.startsWith('image');

function partOf(block: Block, own: Options, images: boolean): PromptPart | undefined {
  const providerOptions = block.meta === undefined ? own : { ...(block.meta as Options), ...own };
  switch (block.type) {
    case 'text':
      return block.text === '' && block.meta === undefined ? undefined : { type: 'text', text: block.text, providerOptions };
    case 'reasoning':
      return { type: 'reasoning', text: block.text, providerOptions };
    case 'file':
      return { ...fileOf(block, images), providerOptions };
    case 'tool-call':
      return { type: 'tool-call', toolCallId: block.id, toolName: block.name, input: inputOf(block), providerOptions };
  }
}

const dataOf = (data: string): FileData => (/^https?:/.test(data) ? { type: 'url', url: new URL(data) } : { type: 'data', data });

/** Vendors take an object only; text that is none is shown to the model as what it was. */
function inputOf(block: Block & { type: 'tool-call' }): unknown {
  const parsed = argumentsOf(block);
  return 'input' in parsed ? parsed.input : { invalid: block.input };
}

const originOf = ({ place, ref, entry, protocol, model, account }: Origin) => ({ place, ref, entry, protocol, model, account });
