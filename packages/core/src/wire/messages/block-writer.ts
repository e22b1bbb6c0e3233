import { isObject, type JsonObject } from '../json.ts';
import type { WireFrame, WirePart } from '../wire-part.ts';
import type { Metadata } from './block-kinds.ts';
import type { Envelope } from './envelope.ts';
import { FramePlaces } from './frame-places.ts';
import { ToolWriter } from './tool-writer.ts';

type Start = Extract<WirePart, { readonly type: 'text-start' | 'reasoning-start' }>;
type Reasoning = Extract<WirePart, { readonly type: `reasoning-${'start' | 'delta' | 'end'}` }>;

/**
 * Parts as blocks that are written anew (E2).
 *
 * D1. Text and thoughts open with their first character: no provider takes an empty text back. A thought without text is written for what it
 *     was signed with.
 * D2. While a call is being written, what belongs to other blocks waits: blocks do not overlap.
 */
export class BlockWriter {
  readonly #envelope: Envelope;
  readonly #tools: ToolWriter;
  /** Blocks as their providers began them, by the key of the block here, until they open. */
  readonly #begun = new Map<string, Start>();
  /** What was said of a thought. */
  readonly #said = new Map<string, Metadata>();
  readonly #places: FramePlaces;
  #waiting: WirePart[] = [];

  constructor(envelope: Envelope) {
    this.#envelope = envelope;
    this.#tools = new ToolWriter(envelope);
    this.#places = new FramePlaces(envelope);
  }

  write(part: WirePart): void {
    if (this.#tools.busyBeside(part)) {
      this.#waiting.push(part);
      return;
    }
    this.#one(part);
    if (this.#waiting.length > 0 && !this.#tools.busy) this.#resume();
  }

  /** Nothing follows: what waits is written. */
  end(): void {
    while (this.#waiting.length > 0) {
      this.#tools.stop();
      this.#resume();
    }
  }

  /** What was written was withdrawn: its ids may come again. */
  forget(): void {
    this.#begun.clear();
    this.#said.clear();
    this.#tools.forget();
  }

  follow(frame: WireFrame, attempt: number): void {
    this.#places.follow(frame, attempt);
  }

  #resume(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const part of waiting) this.write(part);
  }

  #one(part: WirePart): void {
    switch (part.type) {
      case 'text-start':
        return void this.#begun.set(`text ${part.id}`, part);
      case 'text-delta':
        if (part.delta !== '') this.#envelope.piece(this.#opened(`text ${part.id}`, 'text'), { type: 'text_delta', text: part.delta });
        return;
      case 'text-end':
        this.#begun.delete(`text ${part.id}`);
        return this.#envelope.close(`text ${part.id}`);
      case 'reasoning-start':
      case 'reasoning-delta':
      case 'reasoning-end':
        return this.#reason(part, `reasoning ${part.id}`);
      case 'tool-input-start':
      case 'tool-input-delta':
      case 'tool-input-end':
      case 'tool-call':
        return this.#places.opened(part, this.#tools.write(part));
      case 'source':
      case 'tool-result':
      case 'custom':
      case 'raw':
        for (const frame of part.wire?.frames ?? []) this.#places.write(frame.json, part.wire!.attempt);
    }
  }

  #opened(key: string, kind: 'text' | 'reasoning'): NonNullable<ReturnType<Envelope['open']['get']>> {
    const open = this.#envelope.open.get(key);
    if (open) return open;
    const start = this.#begun.get(key);
    this.#begun.delete(key);
    const given = start && blockOf(start);
    const fresh = kind === 'text' ? { type: 'text', text: '' } : { type: 'thinking', thinking: '', signature: '' };
    const opened = this.#envelope.begin(key, kind, given ? { ...given, ...fresh } : fresh);
    if (start) this.#places.opened(start, opened.index);
    return opened;
  }

  #reason(part: Reasoning, key: string): void {
    const envelope = this.#envelope;
    if (part.type === 'reasoning-start') this.#begun.set(key, part);
    const said = together(this.#said.get(key), part.providerMetadata as Metadata | undefined);
    this.#said.set(key, said);
    const data = said['anthropic']?.['redactedData'];
    if (typeof data === 'string') {
      if (!envelope.open.has(key) && part.type === 'reasoning-start')
        this.#places.opened(part, envelope.begin(key, 'reasoning', { type: 'redacted_thinking', data }).index);
    } else if (part.type === 'reasoning-delta' && part.delta !== '') {
      envelope.piece(this.#opened(key, 'reasoning'), { type: 'thinking_delta', thinking: part.delta });
    }
    if (part.type !== 'reasoning-end') return;
    if (this.#begun.has(key) && Object.keys(said).some((vendor) => vendor !== 'holdfast')) this.#opened(key, 'reasoning');
    envelope.close(key, said);
    this.#begun.delete(key);
    this.#said.delete(key);
  }
}

/** The block as its provider began it. */
function blockOf({ wire }: WirePart): JsonObject | undefined {
  const start = wire?.frames.find(({ json }) => json['type'] === 'content_block_start')?.json['content_block'];
  return isObject(start) ? start : undefined;
}

function together(before: Metadata = {}, after: Metadata = {}): Metadata {
  const merged: Record<string, JsonObject | undefined> = { ...before };
  for (const vendor in after) merged[vendor] = { ...merged[vendor], ...after[vendor] };
  return merged;
}
