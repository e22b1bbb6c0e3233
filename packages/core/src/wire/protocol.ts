import type { LanguageModelV4CallOptions } from '@ai-sdk/provider';
import type { ClientError } from './client-error.ts';
import type { JsonObject } from './json.ts';
import type { ClientProtocol, WireFrame, WirePart } from './wire-part.ts';

/**
 * Reads the frames of one attempt on a provider that speaks the client's own protocol. Stateful, pure, never throws; belongs to that attempt.
 * Errors, pings, what cannot be read and the end of the stream are told apart before it is asked (`providers/dialect.ts`).
 */
export interface Lift {
  /**
   * The parts that a frame stands for, each with its `wire` (N1, N2). A kind of frame that nobody knows is a `raw` part: it is handed on. The
   * frames that end an answer (finish reason, usage, the protocol's last) are kept for `finish`.
   */
  take(frame: WireFrame): readonly WirePart[];
  /** The answer is complete, or what was due after its finish reason did not come (C2): what closes, and the finish part. */
  finish(): readonly WirePart[];
}

export interface EncoderStart {
  /** The id of the answer, where no frame of a provider has given it one. */
  readonly id: string;
  /** What the client asked for. */
  readonly model: string;
  /** Epoch seconds. */
  readonly created: number;
  /** The client's request. */
  readonly body: JsonObject;
  /** The answer is kept where the client can ask for it again (note 19). */
  readonly stored?: boolean;
}

/**
 * Writes one answer to a client, part by part, as SSE text.
 *
 * E1. While all parts come from one attempt and carry their frames, these are written as they are, and read for what later frames must go on with:
 *     id, model, indexes, sequence numbers, open blocks.
 * E2. Any other part is written anew, behind what was written (one envelope, indexes that go on, blocks that close): a second attempt's head is
 *     dropped, its blocks get new indexes.
 * E3. After `failure` nothing is written.
 */
export interface Encoder {
  /** SSE text; '' where the part shows nothing in this protocol. The finish part writes the protocol's end, terminator included. */
  part(part: WirePart): string;
  /** What keeps the connection alive and changes nothing of the answer. `events`: for clients whose idle timer counts only events. */
  keepAlive(events: boolean): string;
  /** The answer is broken for good: the protocol's error frame, and before it what a reader of the protocol needs to read that. */
  failure(error: ClientError): string;
  /** The answer as one object, once it has ended: for a protocol whose answers can be asked for again. */
  whole?(): JsonObject | undefined;
}

/** How a same-protocol body is changed for one attempt: fields of its top level, `undefined` to leave one out. */
export type BodyChanges = Readonly<Record<string, unknown>>;

/** What is made of a client's body when a provider of the same protocol is asked. */
export interface NativeAsk {
  /** The model id that is sent. */
  readonly model: string;
  readonly stream: boolean;
  /** At most so many tokens; absent: as the client asked. */
  readonly maxTokens?: number;
  /** The answer was cut: `quote` is what was shown of it, `told` the turn that asks to go on; without `told` the quote is a beginning (C6). */
  readonly cut?: { readonly quote: string; readonly told?: string };
  /** Whether an opaque value (signature, encrypted reasoning) was made elsewhere and must not be sent to this target (T1). */
  readonly foreign: (value: string) => boolean;
  /** Names of repairs that this target needs or was refused for (`rules/transcript/repair-names.ts`). */
  readonly repairs: readonly string[];
}

/** All that the gateway knows of one client protocol. Pure. */
export interface WireProtocol {
  readonly name: ClientProtocol;
  /** Throws `BadRequest` for a field of the wrong type or one that is missing: nobody is asked then. Unknown fields pass. */
  check(body: JsonObject): void;
  /** The request in the AI SDK's words, for a target of another protocol. Only for a body that passed `check`. */
  decode(body: JsonObject): LanguageModelV4CallOptions;
  lift(attempt: number): Lift;
  /** A whole JSON answer of a provider of this protocol as parts; the finish part carries `wire.whole`. */
  liftWhole(json: JsonObject, attempt: number, text: string): readonly WirePart[];
  encoder(start: EncoderStart): Encoder;
  /** The JSON text of a whole answer. Parts of one attempt that carry all their frames are put together from these, unknown fields included. */
  whole(parts: readonly WirePart[], start: EncoderStart): string;
  native(body: JsonObject, ask: NativeAsk): BodyChanges;
  /** The JSON text of an error's body. */
  error(error: ClientError): string;
}
