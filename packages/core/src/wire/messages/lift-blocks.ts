import type { LanguageModelV4StreamPart, SharedV4ProviderMetadata } from '@ai-sdk/provider';
import { isObject, isText, type Json, type JsonObject } from '../json.ts';

type Part = LanguageModelV4StreamPart;

/** A block that more will be said of. */
export type Block =
  | { readonly kind: 'text'; readonly id: string; cited: number }
  | { readonly kind: 'reasoning'; readonly id: string; signature: string }
  | {
      readonly kind: 'call';
      readonly id: string;
      readonly toolName: string;
      readonly input: string[];
      readonly ran: Ran;
    };

/** Who runs the tool. */
interface Ran {
  readonly providerExecuted?: true;
  readonly dynamic?: true;
}

interface Begun {
  readonly parts: Part[];
  readonly block?: Block;
}

const metadata = (of: JsonObject): { readonly providerMetadata: SharedV4ProviderMetadata } => ({
  providerMetadata: { anthropic: of as SharedV4ProviderMetadata[string] },
});

const word = (value: Json | undefined): string => (isText(value) ? value : '');

/** The parts that a block's start stands for. `ran`: calls of tools that the provider runs; grows. */
export function beginBlock(id: string, given: JsonObject, ran: Map<string, string>): Begun {
  const { type } = given;
  switch (type) {
    case 'text':
      return beginText(id, given);
    case 'thinking': {
      const parts: Part[] = [{ type: 'reasoning-start', id }];
      if (word(given['thinking']) !== '') parts.push({ type: 'reasoning-delta', id, delta: word(given['thinking']) });
      return { parts, block: { kind: 'reasoning', id, signature: word(given['signature']) } };
    }
    case 'redacted_thinking':
      return {
        parts: [{ type: 'reasoning-start', id, ...metadata({ redactedData: word(given['data']) }) }],
        block: { kind: 'reasoning', id, signature: '' },
      };
    case 'tool_use':
    case 'server_tool_use':
    case 'mcp_tool_use':
      return beginCall(given, type, ran);
    default:
      return { parts: [other(given, word(type), ran)] };
  }
}

function beginText(id: string, { text, citations }: JsonObject): Begun {
  const block: Block = { kind: 'text', id, cited: 0 };
  const parts: Part[] = [{ type: 'text-start', id }];
  if (word(text) !== '') parts.push({ type: 'text-delta', id, delta: word(text) });
  if (Array.isArray(citations)) parts.push(...citations.filter(isObject).map((citation) => source(block, citation)));
  return { parts, block };
}

function beginCall(given: JsonObject, type: string, ran: Map<string, string>): Begun {
  const id = word(given['id']);
  const toolName = word(given['name']);
  const { input } = given;
  const own: Ran =
    type === 'tool_use' ? {} : { providerExecuted: true as const, ...(type === 'mcp_tool_use' && { dynamic: true as const }) };
  if (own.providerExecuted) ran.set(id, toolName);
  const pieces = isObject(input) && Object.keys(input).length > 0 ? [JSON.stringify(input)] : [];
  const parts: Part[] = [{ type: 'tool-input-start', id, toolName, ...own }];
  for (const delta of pieces) parts.push({ type: 'tool-input-delta', id, delta });
  return { parts, block: { kind: 'call', id, toolName, input: pieces, ran: own } };
}

/** Results of what the provider ran come whole. Anything else is a block of its vendor's own: content that nobody else could go on with. */
function other(given: JsonObject, type: string, ran: ReadonlyMap<string, string>): Part {
  if (!type.endsWith('tool_result')) return { type: 'custom', kind: `anthropic.${type}`, ...metadata(given) };
  const { tool_use_id: call, content, is_error: wrong } = given;
  const failed = wrong === true || (isObject(content) && word(content['type']).endsWith('_error'));
  return {
    type: 'tool-result',
    toolCallId: word(call),
    toolName: ran.get(word(call)) ?? type.replace(/_?tool_result$/, ''),
    result: (content ?? {}) as Extract<Part, { type: 'tool-result' }>['result'],
    ...(failed && { isError: true }),
  };
}

function source(block: Block & { kind: 'text' }, citation: JsonObject): Part {
  const { url, title, document_title: document } = citation;
  const id = `${block.id}.${block.cited++}`;
  const name = isText(title) ? title : word(document);
  if (isText(url)) return { type: 'source', sourceType: 'url', id, url, ...(name !== '' && { title: name }), ...metadata({ citation }) };
  return { type: 'source', sourceType: 'document', id, mediaType: 'text/plain', title: name, ...metadata({ citation }) };
}

/** A piece of a block; undefined for one of a kind that its block is not known to have. */
export function pieceOf(block: Block, delta: JsonObject): Part | undefined {
  const { type } = delta;
  switch (block.kind) {
    case 'text':
      if (type === 'text_delta') return { type: 'text-delta', id: block.id, delta: word(delta['text']) };
      return type === 'citations_delta' && isObject(delta['citation']) ? source(block, delta['citation']) : undefined;
    case 'reasoning':
      if (type === 'thinking_delta') return { type: 'reasoning-delta', id: block.id, delta: word(delta['thinking']) };
      if (type !== 'signature_delta') return undefined;
      block.signature = word(delta['signature']);
      return { type: 'reasoning-delta', id: block.id, delta: '', ...metadata({ signature: block.signature }) };
    case 'call': {
      if (type !== 'input_json_delta') return undefined;
      const piece = word(delta['partial_json']);
      block.input.push(piece);
      return { type: 'tool-input-delta', id: block.id, delta: piece };
    }
  }
}

/** C7: a call is one when its block has stopped; `stopped` is false where the answer ended without that. */
export function endBlock(block: Block, stopped: boolean): Part[] {
  const { id } = block;
  switch (block.kind) {
    case 'text':
      return [{ type: 'text-end', id }];
    case 'reasoning':
      return [{ type: 'reasoning-end', id, ...(block.signature !== '' && metadata({ signature: block.signature })) }];
    case 'call': {
      const end: Part = { type: 'tool-input-end', id };
      const input = block.input.join('');
      return stopped
        ? [end, { type: 'tool-call', toolCallId: id, toolName: block.toolName, input: input === '' ? '{}' : input, ...block.ran }]
        : [end];
    }
  }
}
