import { isObject, type Json, type JsonObject } from '../json.ts';
import type { EncoderStart } from '../protocol.ts';
import { keyOf, kindOf, signatureOf, type BlockKind, type Metadata } from './block-kinds.ts';

/** One event of an answer; `data` where it was sent as these bytes by a provider. */
export interface MessageEvent {
  /** Its name; absent where that is its type. */
  readonly event?: string;
  readonly json: JsonObject;
  readonly data?: string;
}

const NONE: readonly MessageEvent[] = [];

export interface OpenBlock {
  readonly kind: BlockKind;
  readonly index: number;
  /** A signature, or whatever stands for one, has been written, or the block takes none. */
  signed: boolean;
  /** Some of its content has been written. */
  wrote: boolean;
}

/**
 * The one message that a client is sent: its head, its blocks with gapless indexes, its end.
 *
 * B1. One `message_start`, before everything else; the first attempt's own, where that comes first.
 * B2. Blocks that are written anew are written one after the other: one that opens closes those that are open.
 */
export class Envelope {
  readonly #start: EncoderStart;
  #out: MessageEvent[] = [];
  started = false;
  /** Usage as the head told it. */
  usage: JsonObject = { input_tokens: 0, cache_creation_input_tokens: 0, cache_read_input_tokens: 0, output_tokens: 0 };
  /** Tools that the client runs were called. */
  called = false;
  readonly open = new Map<string, OpenBlock>();
  #next = 0;

  constructor(start: EncoderStart) {
    this.#start = start;
  }

  take(): readonly MessageEvent[] {
    const out = this.#out;
    if (out.length === 0) return NONE;
    this.#out = [];
    return out;
  }

  emit(json: JsonObject): void {
    if (!this.started) this.head();
    this.#out.push({ json });
  }

  /** A provider's frame that is written as it came, and what it means for what comes after it. */
  follow(json: JsonObject): void {
    const { type, index } = json;
    if (type === 'content_block_delta') return;
    if (type === 'content_block_start' && isObject(json['content_block']) && typeof index === 'number') {
      const { content_block: block } = json;
      this.#next = Math.max(this.#next, index + 1);
      this.#opened(keyOf(block, index), { kind: kindOf(block), index, signed: block['type'] !== 'thinking', wrote: true }, block);
    } else if (type === 'content_block_stop') {
      for (const [key, block] of this.open) if (block.index === index) this.open.delete(key);
    } else if (type === 'message_start') this.#headCame(json['message']);
  }

  begin(key: string, kind: BlockKind, block: JsonObject): OpenBlock {
    this.closeAll();
    const opened: OpenBlock = {
      kind,
      index: this.#next,
      signed: kind !== 'reasoning' || block['type'] === 'redacted_thinking',
      wrote: false,
    };
    this.emit({ type: 'content_block_start', index: this.#next++, content_block: block });
    this.#opened(key, opened, block);
    return opened;
  }

  piece(block: OpenBlock, delta: JsonObject): void {
    block.wrote = true;
    this.emit({ type: 'content_block_delta', index: block.index, delta });
  }

  /** A thought that nobody signed is closed all the same, with what is known of it in the place of the signature (T2, T3). */
  close(key: string, metadata: Metadata = {}): void {
    const block = this.open.get(key);
    if (!block) return;
    if (!block.signed)
      this.emit({ type: 'content_block_delta', index: block.index, delta: { type: 'signature_delta', signature: signatureOf(metadata) } });
    this.emit({ type: 'content_block_stop', index: block.index });
    this.open.delete(key);
  }

  closeAll(): void {
    for (const key of this.open.keys()) this.close(key);
  }

  /** The message is the client's own request's: its id and model are made here where no provider of the protocol has named them. */
  head(): void {
    this.started = true;
    const { id, model } = this.#start;
    const message = {
      id,
      type: 'message',
      role: 'assistant',
      model,
      content: [],
      stop_reason: null,
      stop_sequence: null,
      usage: this.usage,
    };
    this.#out.push({ json: { type: 'message_start', message } });
  }

  #headCame(message: Json | undefined): void {
    this.started = true;
    if (!isObject(message)) return;
    const { usage, content } = message;
    if (isObject(usage)) this.usage = usage;
    if (Array.isArray(content)) this.#next = Math.max(this.#next, content.length);
  }

  #opened(key: string, block: OpenBlock, { type }: JsonObject): void {
    this.open.set(key, block);
    this.called ||= type === 'tool_use';
  }
}
