import type { LanguageModelV4StreamPart } from '@ai-sdk/provider';
import type { ClientError } from '../client-error.ts';
import { isObject, type JsonObject } from '../json.ts';
import type { Encoder, EncoderStart } from '../protocol.ts';
import { encodeComment } from '../sse-encode.ts';
import type { WireFrame, WirePart } from '../wire-part.ts';
import { itemsJson, type Answer } from './answer.ts';
import { customTools } from './decode-tools.ts';
import { ended, failed, head, mended, type Ending } from './envelope.ts';
import { event, verbatim } from './events.ts';
import { objectsAt, textAt } from './json-read.ts';
import { bind, readFrame } from './read-frame.ts';
import { usageJson } from './usage.ts';
import { closeAll } from './write-items.ts';
import { written } from './write-part.ts';

type Part = LanguageModelV4StreamPart;
type Finish = Extract<Part, { readonly type: 'finish' }>;

const newAnswer = (start: EncoderStart): Answer => ({
  start,
  seq: 0,
  next: 0,
  items: new Map(),
  texts: new Map(),
  thoughts: new Map(),
  calls: new Map(),
  notes: [],
  base: undefined,
  plain: customTools(start.body),
});

/** Frames of a provider are handed on while one attempt gives them all (E1); what comes after anything else is written anew (E2). */
export class ResponsesEncoder implements Encoder {
  readonly #answer: Answer;
  /** Whose frames are handed on; undefined: nobody's yet. */
  #attempt: number | undefined;
  #anew = false;
  /** The response object that ended the answer, as the client has it. */
  #last: JsonObject | undefined;

  constructor(start: EncoderStart) {
    this.#answer = newAnswer(start);
  }

  whole(): JsonObject | undefined {
    const last = this.#last;
    // There are servers whose last frame does not repeat what was streamed.
    if (!last || objectsAt(last, 'output').length > 0 || this.#answer.items.size === 0) return last;
    return { ...last, output: itemsJson(this.#answer) };
  }

  part(part: WirePart): string {
    if (this.#last) return '';
    const { wire } = part;
    if (wire === undefined || wire.whole !== undefined || this.#anew || wire.attempt !== (this.#attempt ??= wire.attempt))
      return this.#write(part);
    const [frame] = wire.frames;
    if (!frame) return part.type === 'finish' ? this.#write(part) : '';
    if (part.type === 'text-delta' && wire.frames.length === 1) {
      const known = this.#answer.texts.get(part.id)?.content;
      if (known) {
        known.text += part.delta;
        return verbatim(this.#answer, frame);
      }
    }
    return wire.frames.map((one) => this.#handOn(part, one)).join('');
  }

  keepAlive(events: boolean): string {
    if (this.#last) return '';
    return events ? head(this.#answer) + event(this.#answer, 'keepalive', {}) : encodeComment('keepalive');
  }

  failure(error: ClientError): string {
    if (this.#last) return '';
    return head(this.#answer) + this.#end({ status: 'failed', error: failed(error), usage: null });
  }

  #handOn(part: Part, frame: WireFrame): string {
    const response = frame.json['response'];
    if (isObject(response)) return this.#lifecycle(frame, response);
    const before = head(this.#answer);
    bind(this.#answer, part, readFrame(this.#answer, frame.json));
    return before + verbatim(this.#answer, frame);
  }

  /** Frames that hold the whole response object: its head stands once, and what they say of the store is ours. */
  #lifecycle(frame: WireFrame, response: JsonObject): string {
    const answer = this.#answer;
    const type = textAt(frame.json, 'type');
    const isLast = type === 'response.completed' || type === 'response.incomplete';
    if (type === 'response.created' && answer.base) return '';
    const before = isLast ? head(answer) : '';
    const shown = mended(answer, response);
    if (isLast) this.#last = shown;
    else answer.base ??= shown;
    return before + (shown === response ? verbatim(answer, frame) : event(answer, type, { response: shown }));
  }

  #write(part: Part): string {
    if (part.type === 'stream-start' || part.type === 'response-metadata' || part.type === 'raw' || part.type === 'ping') return '';
    this.#anew = true;
    const answer = this.#answer;
    return part.type === 'finish' ? head(answer) + this.#finish(part) : written(answer, part);
  }

  #finish({ finishReason: { unified }, usage }: Finish): string {
    const reason = unified === 'length' ? 'max_output_tokens' : unified === 'content-filter' ? 'content_filter' : undefined;
    const status = reason === undefined ? 'completed' : 'incomplete';
    const closed = closeAll(this.#answer, status);
    return closed + this.#end({ status, ...(reason !== undefined && { reason }), usage: usageJson(usage) });
  }

  #end(ending: Ending): string {
    const response = ended(this.#answer, ending);
    this.#last = response;
    return event(this.#answer, `response.${ending.status}`, { response });
  }
}

export const encoder = (start: EncoderStart): Encoder => new ResponsesEncoder(start);
