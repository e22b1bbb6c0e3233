import type { ClientError } from '../client-error.ts';
import { isObject, type JsonObject } from '../json.ts';
import { openaiErrorBody } from '../openai-error.ts';
import type { Encoder, EncoderStart } from '../protocol.ts';
import { encodeComment } from '../sse-encode.ts';
import type { Wire, WireFrame, WirePart } from '../wire-part.ts';
import { annotationOf } from './annotations.ts';
import { customTools } from './decode-tools.ts';
import { Envelope } from './envelope.ts';
import { callIndex, frameText, hasRole, isUsageAlone, ownChoice, reasonIn, withCalls } from './frames.ts';
import { pictureOf } from './picture.ts';
import { extraOf } from './signatures.ts';
import { ToldCalls } from './told-calls.ts';
import { chatUsage, wordOf } from './words.ts';

type Finish = Extract<WirePart, { type: 'finish' }>;

const DONE = 'data: [DONE]\n\n';

const asksForUsage = ({ stream_options: options }: JsonObject): boolean => isObject(options) && options['include_usage'] === true;

export const isWithdrawal = (value: unknown): boolean =>
  isObject(value) && isObject(value['holdfast']) && value['holdfast']['type'] === 'withdrawn';

/** Chunks of one answer (E1–E3): those of its first attempt as they came, all others anew, behind them and in the same envelope. */
export class ChatEncoder implements Encoder {
  readonly #envelope: Envelope;
  readonly #usage: boolean;
  readonly #old: boolean;
  readonly #calls: ToldCalls;
  /** The attempt whose frames are written; `anew` once something was written without a frame before any was. */
  #attempt: number | 'anew' | undefined;
  #role = false;
  #over = false;
  #length = 0;
  readonly #refusals = new Set<string>();

  constructor(start: EncoderStart) {
    this.#envelope = new Envelope(start);
    this.#usage = asksForUsage(start.body);
    this.#old = Array.isArray(start.body['functions']) && !Array.isArray(start.body['tools']);
    this.#calls = new ToldCalls(this.#old, customTools(start.body));
  }

  part(part: WirePart): string {
    if (this.#over) return '';
    const { wire } = part;
    if (wire && (this.#attempt === undefined || this.#attempt === wire.attempt)) return this.#asItCame(part, wire);
    return part.type === 'finish' ? this.#end(part) : this.#written(part);
  }

  #written(part: WirePart): string {
    const text = this.#anew(part);
    if (text !== '') this.#attempt ??= 'anew';
    return text;
  }

  // A client that takes events alone for a sign of life reads `choices[0]` of each.
  keepAlive(): string {
    return this.#over ? '' : encodeComment('keep-alive');
  }

  failure(error: ClientError): string {
    if (this.#over) return '';
    this.#over = true;
    return `data: ${openaiErrorBody(error).replaceAll(/\r?\n/g, '\ndata: ')}\n\n`;
  }

  #asItCame(part: WirePart, { attempt, frames, run }: Wire): string {
    if (part.type === 'finish') return this.#end(part, frames);
    if (part.type === 'tool-input-start') this.#calls.framed(part.id);
    // Of an answer that came whole no part has a frame; the call whose pieces had some is told.
    if (frames.length === 0 && run === undefined) return part.type === 'source' ? '' : this.#written(part);
    this.#attempt = attempt;
    if (part.type === 'text-delta') this.#length += part.delta.length;
    if (run !== undefined) return run;
    const index = part.type === 'tool-input-start' || part.type === 'tool-input-delta' ? this.#calls.indexOf(part.id) : undefined;
    if (frames.length === 1) return this.#frame(frames[0]!, index);
    return frames.map((frame) => this.#frame(frame, index)).join('');
  }

  /** Calls are counted without a gap, whatever the server does. */
  #frame(frame: WireFrame, index?: number): string {
    const { json } = frame;
    this.#envelope.note(json);
    if (!this.#role) this.#role = hasRole(json);
    if (!this.#usage && isObject(json['usage']) && isUsageAlone(json)) return '';
    const told = index === undefined ? undefined : callIndex(json);
    return frameText(told === undefined || told === index ? frame : withCalls(frame, (entry) => ({ ...entry, index })));
  }

  #anew(part: WirePart): string {
    switch (part.type) {
      case 'text-start':
        if (part.providerMetadata?.['openai']?.['refusal'] === true) this.#refusals.add(part.id);
        return '';
      case 'text-delta':
        this.#length += part.delta.length;
        return part.delta === '' ? '' : this.#chunk({ [this.#refusals.has(part.id) ? 'refusal' : 'content']: part.delta });
      case 'reasoning-delta':
        return part.delta === '' ? '' : this.#chunk({ reasoning_content: part.delta });
      case 'tool-input-start':
        return part.providerExecuted ? '' : this.#say(this.#calls.head(part.id, part.toolName, extraOf(part.providerMetadata)));
      case 'tool-input-delta':
        return this.#say(this.#calls.rest(part.id, part.delta));
      case 'tool-call':
        if (part.providerExecuted) return '';
        return this.#calls
          .whole(part.toolCallId, part.toolName, part.input, extraOf(part.providerMetadata))
          .map((one) => this.#say(one))
          .join('');
      case 'source':
        return part.sourceType === 'url' ? this.#chunk({ annotations: [annotationOf(part.url, part.title, this.#length)] }) : '';
      case 'file':
        return this.#say(pictureOf(part));
      case 'raw':
        return isWithdrawal(part.rawValue) ? `${this.#envelope.head}"choices":[],"holdfast":{"withdraw":true}}\n\n` : '';
      default:
        return '';
    }
  }

  #say(delta: JsonObject | undefined): string {
    return delta === undefined ? '' : this.#chunk(delta);
  }

  #chunk(delta: JsonObject, finish: string | null = null): string {
    const head = `${this.#envelope.head}"choices":[{"index":0,"delta":`;
    const tail = `,"logprobs":null,"finish_reason":${JSON.stringify(finish)}}]${this.#usage ? ',"usage":null' : ''}}\n\n`;
    const role = this.#role
      ? ''
      : `${head}{"role":"assistant","content":""}${tail.replace(/"finish_reason":"\w*"/, '"finish_reason":null')}`;
    this.#role = true;
    return `${role}${head}${JSON.stringify(delta)}${tail}`;
  }

  #end(part: Finish, frames: readonly WireFrame[] = []): string {
    this.#over = true;
    const ended = frames.some(({ json }) => reasonIn(ownChoice(json)) !== undefined);
    const came = frames.map((frame) => this.#frame(frame)).join('');
    const finish = ended ? '' : this.#chunk({}, wordOf(part.finishReason, this.#calls.some, this.#old));
    const usage = this.#usage && !frames.some(({ json }) => isObject(json['usage'])) ? chatUsage(part.usage) : undefined;
    const told = usage ? `${this.#envelope.head}"choices":[],"usage":${JSON.stringify(usage)}}\n\n` : '';
    return finish + came + told + DONE;
  }
}
