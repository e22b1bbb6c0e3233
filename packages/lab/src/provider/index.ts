/**
 * Scripted providers over real HTTP on loopback, port 0. Every frame is written by hand from recorded shapes; nothing is shared with
 * the code that reads them.
 *
 * `labProvider({ name, protocol, models?, script?, outage?, key? })` answers
 *
 *   openai-chat         POST /v1/chat/completions, GET /v1/models
 *   anthropic-messages  POST /v1/messages, POST /v1/messages/count_tokens, GET /v1/models
 *   openai-responses    POST /v1/responses, POST /v1/responses/input_tokens, GET /v1/models
 *   google              POST /v1beta/models/M:generateContent, :streamGenerateContent, :countTokens, GET /v1beta/models
 *
 * streamed and in one piece. The outage decides first, then key, model and size as that vendor refuses them, then the script.
 *
 * L1. Only requests for an answer count for the outage and for scripts; lists of models and token counts do not, and nothing harms them.
 * L2. A frame is one write: `afterFrames`, gates and the log count the same thing.
 * L3. After `close` no socket and no timer is left; two providers share nothing.
 *
 * With `checked` a request that the vendor's API would refuse for what it holds is refused, in that vendor's words (`../checker`).
 *
 * Refused. The kernel refuses only where nobody listens, so a port that listens cannot refuse one request and take the next. An
 * endless `refused` of a whole provider therefore closes its port (true ECONNREFUSED; the number stays held). One that ends, or that
 * is drawn by chance, is thrown out at the door: accepted by the kernel and reset before a byte is read; the connection counts as the
 * request. A `refused` of a single model can only be seen after reading: it is a reset. `refusedUrl()` is an address that always refuses.
 *
 * Faults of an answer in one piece: before content as in a stream, but an error event is a 200 with the error as JSON and pings are
 * blanks; after content half of the body, then the same end (`cut`: shorter than its content-length; `clean-end`: a whole HTTP message
 * with half a JSON; `bad-frame`: without its last brace; `cut-after-finish`: all of it, without HTTP's last chunk).
 */
export type { KeyJudge, LabAnswer, LabModel } from './decide.ts';
export type { WireStyle } from './deliver.ts';
export { gate, type Gate } from './gate.ts';
export { PROTOCOLS, type ProtocolName } from './protocol.ts';
export { refusedUrl } from './refused.ts';
export type { Asked } from './request-log.ts';
export { labProvider, type LabProvider, type LabProviderOptions } from './server.ts';
