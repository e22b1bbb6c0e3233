import { isObject, isText, type JsonObject } from '../json.ts';
import type { EncoderStart } from '../protocol.ts';
import type { Wire, WirePart } from '../wire-part.ts';
import { BlockWriter } from './block-writer.ts';
import { Envelope, type MessageEvent } from './envelope.ts';
import { stopReasonOf } from './stops.ts';
import { toldUsage } from './usage.ts';

type Finish = Extract<WirePart, { readonly type: 'finish' }>;

const NONE: readonly MessageEvent[] = [];

/** An answer's parts as the events of one message (E1, E2). */
export class MessageEvents {
  readonly #envelope: Envelope;
  readonly #blocks: BlockWriter;
  /** The attempt whose frames are written as they come. */
  #first: number | undefined;
  /** Something was written that no provider sent. */
  #anew = false;
  #over = false;

  constructor(start: EncoderStart) {
    this.#envelope = new Envelope(start);
    this.#blocks = new BlockWriter(this.#envelope);
  }

  part(part: WirePart): readonly MessageEvent[] {
    if (this.#over) return NONE;
    if (this.passes(part)) return this.#pass(part.wire!, part.type === 'finish');
    if (part.type === 'finish') this.#finish(part);
    else if (isWithdrawal(part)) this.#withdraw(part.rawValue.holdfast);
    else this.#blocks.write(part);
    const out = this.#envelope.take();
    this.#anew ||= out.length > 0;
    return out;
  }

  /** Its frames are written as they came. */
  passes({ type, wire }: WirePart): boolean {
    if (!wire || this.#anew || this.#over || (this.#first ??= wire.attempt) !== wire.attempt) return false;
    return type !== 'finish' || wire.frames.length > 0;
  }

  /** The commonest way: what came is what is written. */
  #pass({ frames, attempt }: Wire, last: boolean): readonly MessageEvent[] {
    const envelope = this.#envelope;
    if (!envelope.started && frames.length > 0 && frames[0]!.json['type'] !== 'message_start') envelope.head();
    for (const frame of frames) {
      if (frame.json['type'] === 'content_block_delta') continue;
      this.#blocks.follow(frame, attempt);
      envelope.follow(frame.json);
      if (frame.json['type'] === 'message_stop') this.#over = true;
    }
    const before = envelope.take();
    if (last) this.#close();
    const after = envelope.take();
    return before.length + after.length === 0 ? frames : [...before, ...frames, ...after];
  }

  /** C2: an end that was due and did not come is written here. */
  #close(): void {
    if (!this.#over) this.#envelope.emit({ type: 'message_stop' });
    this.#over = true;
  }

  #finish({ finishReason, usage, providerMetadata, wire }: Finish): void {
    const envelope = this.#envelope;
    this.#blocks.end();
    envelope.closeAll();
    // What a provider of this protocol says beside reason and usage (why it refused, its container) is as true of the joined answer.
    const own = wire?.frames.findLast(({ json }) => json['type'] === 'message_delta')?.json;
    const said = isObject(own?.['delta']) && own['delta']['stop_reason'] === finishReason.raw ? own : undefined;
    const sequence = providerMetadata?.['anthropic']?.['stopSequence'];
    envelope.emit({
      type: 'message_delta',
      ...said,
      delta: {
        ...(said?.['delta'] as JsonObject | undefined),
        stop_reason: stopReasonOf(finishReason, envelope.called),
        stop_sequence: isText(sequence) ? sequence : null,
      },
      usage: toldUsage(usage, envelope.usage),
    });
    this.#close();
  }

  /** Note 33: open blocks end first; readers that do not know the event ignore it. Only to clients that asked for it. */
  #withdraw({ attempt, failure }: JsonObject): void {
    this.#blocks.end();
    this.#envelope.closeAll();
    this.#blocks.forget();
    this.#envelope.called = false;
    this.#envelope.emit({ type: 'holdfast.withdraw', attempt, failure });
  }
}

interface Withdrawal {
  readonly type: 'raw';
  readonly rawValue: { readonly holdfast: JsonObject };
}

const isWithdrawal = (part: WirePart): part is WirePart & Withdrawal =>
  part.type === 'raw' &&
  isObject(part.rawValue) &&
  isObject(part.rawValue['holdfast']) &&
  part.rawValue['holdfast']['type'] === 'withdrawn';
