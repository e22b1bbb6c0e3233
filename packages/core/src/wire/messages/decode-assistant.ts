import type { LanguageModelV4Message, SharedV4ProviderOptions } from '@ai-sdk/provider';
import { isObject, isText, type Json, type JsonObject } from '../json.ts';
import { CUT, isOurs, unsealed, vendorsIn } from '../opaque.ts';
import { blocksOf, marked, shown, word } from './decode-blocks.ts';

type Content = Extract<LanguageModelV4Message, { role: 'assistant' }>['content'];
type Part = Content[number];

/** Blocks that say something to others; what else a turn of its own holds is told by what follows it. */
const SHOWN: ReadonlySet<unknown> = new Set(['text', 'image', 'document', 'search_result']);

/** Characters of what a tool of the provider's found. */
const FOUND_LIMIT = 4000;
/** The first half of a character that was cut in two. */
const HALF = /[\ud800-\udbff]$/;

/** An assistant's blocks. `names` learns which tool each call is of. */
export function assistantParts(blocks: readonly JsonObject[], names: Map<string, string>): Content {
  const signed = new Map<string, SharedV4ProviderOptions>();
  const ran = new Map<string, string>();
  return blocks.flatMap((block): Part[] => {
    const { type } = block;
    switch (type) {
      case 'thinking':
        return [{ type: 'reasoning', text: word(block['thinking']), providerOptions: opaque(block['signature'], 'signature') }];
      case 'redacted_thinking':
        return redacted(block, signed);
      case 'tool_use':
        return [called(block, names, signed)];
      case 'server_tool_use':
      case 'mcp_tool_use':
        ran.set(word(block['id']), `${word(block['name'])} ${JSON.stringify(block['input'] ?? {})}`);
        return [];
      default:
        if (isText(type) && type.endsWith('tool_result')) return [{ type: 'text', text: foundOf(block, type, ran) }];
        return SHOWN.has(type) ? shown(block) : [];
    }
  });
}

/** T2, T3: what stands in an opaque slot: the mark of a cut, another vendor's metadata, or what Anthropic itself put there. */
function opaque(value: Json | undefined, name: 'signature' | 'redactedData'): SharedV4ProviderOptions {
  const text = word(value);
  const ours = unsealed(text);
  if (ours) return vendorsIn(ours);
  return text === '' || text === CUT || isOurs(text) ? { holdfast: { cut: true } } : { anthropic: { [name]: text } };
}

/** What a call was signed with stands before it. */
function redacted({ data }: JsonObject, signed: Map<string, SharedV4ProviderOptions>): Part[] {
  const { holdfast, ...vendors } = opaque(data, 'redactedData');
  const call = holdfast?.['call'];
  if (!isText(call)) return [{ type: 'reasoning', text: '', providerOptions: { ...vendors, ...(holdfast && { holdfast }) } }];
  signed.set(call, vendors);
  return [];
}

function called(block: JsonObject, names: Map<string, string>, signed: ReadonlyMap<string, SharedV4ProviderOptions>): Part {
  const toolCallId = word(block['id']);
  const toolName = word(block['name']);
  names.set(toolCallId, toolName);
  const providerOptions = { ...marked(block).providerOptions, ...signed.get(toolCallId) };
  return {
    type: 'tool-call',
    toolCallId,
    toolName,
    input: block['input'] ?? {},
    ...(Object.keys(providerOptions).length > 0 && { providerOptions }),
  };
}

/** Providers C12: a tool that the provider ran is unknown elsewhere; what it was asked and what it found goes on as text. */
function foundOf({ tool_use_id: id, content }: JsonObject, type: string, ran: ReadonlyMap<string, string>): string {
  const asked = ran.get(word(id)) ?? type.replace(/_?tool_result$/, '');
  const items = isObject(content) ? [content] : blocksOf(content);
  return `[${asked}: ${items.map(said).join('\n').slice(0, FOUND_LIMIT).replace(HALF, '')}]`;
}

function said(item: JsonObject): string {
  if (isText(item['text'])) return item['text'];
  if (isText(item['url']) && isText(item['title'])) return `${item['title']} <${item['url']}>`;
  return JSON.stringify(item, (name, value: unknown) => (name.startsWith('encrypted') ? undefined : value));
}
