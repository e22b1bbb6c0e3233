import { anthropicMessages } from './anthropic-messages.ts';
import { google } from './google.ts';
import { openaiChat } from './openai-chat.ts';
import { openaiResponses } from './openai-responses.ts';
import type { Protocol, ProtocolName } from './protocol.ts';

export const PROTOCOL: Readonly<Record<ProtocolName, Protocol>> = {
  'openai-chat': openaiChat,
  'anthropic-messages': anthropicMessages,
  'openai-responses': openaiResponses,
  google,
};
