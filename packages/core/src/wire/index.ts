/**
 * What travels between programs, as pure functions from bytes to data and back. Nothing here waits, opens a socket or knows a clock;
 * whoever reads or writes a stream brings the bytes and takes the frames.
 *
 * Laws of this folder:
 * W1. Decoding does not depend on how the input was cut into chunks.
 * W2. decode(encode(x)) is x; what cannot be written in the protocol is changed in the encoder alone, and said there.
 * W3. Unknown fields and events pass or are ignored; what cannot be read is an error, never skipped in silence.
 * W4. Every buffer has a bound and a typed error beyond it.
 * W5. A frame is handed on as soon as it is complete.
 * W6. The lab writes its frames by hand and never imports from here: else both sides would share one mistake.
 */
export { encodeComment, encodeEvent } from './sse-encode.ts';
export { FrameTooLongError, MAX_FRAME, type SseComment, type SseEvent, type SseFrame } from './sse-frame.ts';
export { SseFramer, type FrameTaker } from './sse.ts';
export { Refrain } from './refrain.ts';
export { chatProtocol } from './chat/index.ts';
export * from './client-error.ts';
export { isObject, isText, objectOf, type Json, type JsonObject } from './json.ts';
export { CUT, isOurs, sealed, unsealed } from './opaque.ts';
export type * from './protocol.ts';
export type * from './wire-part.ts';
export { checkCount, messagesProtocol, withoutBetas } from './messages/index.ts';
export { responsesProtocol } from './responses/index.ts';
