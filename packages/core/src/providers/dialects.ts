import type { Protocol } from '../rules/target.ts';
import { anthropicMessages } from './anthropic.ts';
import type { Dialect } from './dialect.ts';
import { google } from './google.ts';
import { openaiChat } from './openai-chat.ts';
import { openaiResponses } from './openai-responses.ts';

const DIALECTS: ReadonlyMap<Protocol, Dialect> = new Map(
  [openaiChat, openaiResponses, anthropicMessages, google].map((dialect) => [dialect.protocol, dialect]),
);

/** Undefined for `other`: a model that was handed in speaks for itself. */
export const dialectOf = (protocol: Protocol): Dialect | undefined => DIALECTS.get(protocol);
