import { readChat, readChatWhole } from './chat.ts';
import { readMessages, readMessagesWhole } from './messages.ts';
import { readResponses, readResponsesWhole } from './responses.ts';
import type { Heard } from './heard.ts';
import type { Told } from './told.ts';

export { hear, type Heard, type HearOptions, type Loose } from './heard.ts';
export type { Told } from './told.ts';

export type ClientName = 'openai-chat' | 'openai-responses' | 'anthropic-messages';

interface ClientSide {
  readonly path: string;
  readonly stream: (heard: Heard) => Told;
  readonly whole: (heard: Heard) => Told;
  /** The protocol's words for an answer that is over, and for one that ends with tool calls. */
  readonly stop: string;
  readonly calls: string;
  readonly length: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** Strict readers of the three protocols, written by hand: they share nothing with the code that writes. */
export const CLIENT: Readonly<Record<ClientName, ClientSide>> = {
  'openai-chat': {
    path: '/chat/completions',
    stream: readChat,
    whole: readChatWhole,
    stop: 'stop',
    calls: 'tool_calls',
    length: 'length',
    headers: { authorization: 'Bearer lab-key-0123456789' },
  },
  'openai-responses': {
    path: '/responses',
    stream: readResponses,
    whole: readResponsesWhole,
    stop: 'completed',
    calls: 'completed',
    length: 'max_output_tokens',
    headers: { authorization: 'Bearer lab-key-0123456789' },
  },
  'anthropic-messages': {
    path: '/messages',
    stream: readMessages,
    whole: readMessagesWhole,
    stop: 'end_turn',
    calls: 'tool_use',
    length: 'max_tokens',
    headers: { 'x-api-key': 'lab-key-0123456789', 'anthropic-version': '2023-06-01' },
  },
};

const TOOL = {
  name: 'lookup',
  description: 'looks something up',
  parameters: { type: 'object', properties: { query: { type: 'string' } }, required: ['query'], additionalProperties: false },
};

export interface Asking {
  readonly model: string;
  readonly stream?: boolean;
  readonly prompt?: string;
  readonly tools?: boolean;
  /** More of the body. */
  readonly more?: Readonly<Record<string, unknown>>;
}

/** A small request in the client's own words. */
export function bodyOf(client: ClientName, { model, stream = true, prompt = 'Tell it.', tools = true, more }: Asking): unknown {
  const messages = [{ role: 'user', content: prompt }];
  const { name, description, parameters } = TOOL;
  switch (client) {
    case 'openai-chat': {
      const usage = stream ? { stream_options: { include_usage: true } } : {};
      return { model, stream, ...usage, messages, ...(tools && { tools: [{ type: 'function', function: TOOL }] }), ...more };
    }
    case 'openai-responses':
      return { model, stream, input: messages, ...(tools && { tools: [{ type: 'function', ...TOOL }] }), ...more };
    case 'anthropic-messages':
      return {
        model,
        stream,
        max_tokens: 4_000,
        messages,
        ...(tools && { tools: [{ name, description, input_schema: parameters }] }),
        ...more,
      };
  }
}
