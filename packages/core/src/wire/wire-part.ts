import type { LanguageModelV4StreamPart } from '@ai-sdk/provider';
import type { JsonObject } from './json.ts';

/** The protocols that the gateway's clients speak. */
export type ClientProtocol = 'openai-chat' | 'openai-responses' | 'anthropic-messages';

/** One frame of a provider's stream: as it came, and what it says. */
export interface WireFrame {
  /** The name of the SSE event, where it has one. */
  readonly event?: string;
  /** The JSON text as it was sent. */
  readonly data: string;
  readonly json: JsonObject;
}

/**
 * The bytes that a part of an answer stands for, where its provider speaks the client's own protocol: they are handed on as they came.
 *
 * N1. A frame rides on exactly one part: on the last that shows something of it. The other parts of that frame carry `frames: []`.
 * N2. A frame that stands for two parts, each of which shows something, rides on none: such parts have no `wire`, and are encoded.
 * N3. Frames that are the one before them but for their text (`Refrain`) may ride on one part as they stood in the stream, where a stream is written.
 */
export interface Wire {
  /** Which attempt of its call it came from: frames of another one do not fit behind those of the first. */
  readonly attempt: number;
  readonly frames: readonly WireFrame[];
  /** SSE text of whole frames; then `frames` is empty, and the part has all their text. */
  readonly run?: string;
  /** A whole answer as it came (not streamed); on its finish part alone. */
  readonly whole?: string;
}

/** A part of the AI SDK's stream, with the bytes it was read from. */
export type WirePart = LanguageModelV4StreamPart & { readonly wire?: Wire };
