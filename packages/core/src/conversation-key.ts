import type { ModelOptions } from './model.ts';
import { WARM, WARM_LONG } from './rules/affinity.ts';

type Message = ModelOptions['prompt'][number];

/** What a conversation is known by: its session key, else its system prompt and first user message (P8). */
export function conversationText({ prompt }: ModelOptions, session: string | undefined): string | undefined {
  if (session !== undefined && session.trim() !== '') return `session ${session}`;
  const user = prompt.findIndex(({ role }) => role === 'user');
  if (user < 0) return undefined;
  const opening = prompt.slice(0, user + 1).filter(({ role }) => role === 'user' || role === 'system');
  return `prompt ${JSON.stringify(opening.map(beginning))}`;
}

/** Text as it is; of a file its type and size, which say enough and take no time. Marks of caches move along and are left out. */
function beginning({ content }: Message): unknown {
  if (typeof content === 'string') return content;
  return content.map((part) => {
    if (part.type === 'text') return part.text;
    return part.type === 'file' ? [part.mediaType, sizeOf(part.data)] : part.type;
  });
}

function sizeOf(data: unknown): string | number {
  if (typeof data === 'string') return data.length;
  if (data instanceof Uint8Array) return data.byteLength;
  if (data instanceof URL) return data.href;
  return typeof data === 'object' && data !== null ? Object.values(data).map(sizeOf).join(' ') : String(data);
}

/** Whether anything in the request asks for a cache of an hour. */
export function warmthOf({ prompt, tools, providerOptions }: ModelOptions): number {
  const marked = (options: unknown): boolean => options !== undefined && /"ttl":"1h"/.test(JSON.stringify(options));
  const inContent = (content: Message['content']): boolean =>
    typeof content !== 'string' && content.some((part) => marked(part.providerOptions));
  const long =
    marked(providerOptions) ||
    prompt.some((message) => marked(message.providerOptions) || inContent(message.content)) ||
    (tools?.some((tool) => tool.type === 'function' && marked(tool.providerOptions)) ?? false);
  return long ? WARM_LONG : WARM;
}
