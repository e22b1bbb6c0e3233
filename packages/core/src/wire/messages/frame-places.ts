import { isObject, type JsonObject } from '../json.ts';
import type { WireFrame, WirePart } from '../wire-part.ts';
import type { Envelope } from './envelope.ts';

/**
 * Frames of kinds that no part speaks of, in an answer that others wrote at too.
 *
 * F1. A frame is written under the index that its block has here; one whose block is not here is left out.
 */
export class FramePlaces {
  readonly #envelope: Envelope;
  /** Indexes here, by attempt and its own index. */
  readonly #places = new Map<string, number>();

  constructor(envelope: Envelope) {
    this.#envelope = envelope;
  }

  /** A frame that is written as it came keeps its place. */
  follow({ json }: WireFrame, attempt: number): void {
    const { type, index } = json;
    if (type === 'content_block_start' && typeof index === 'number') this.#places.set(`${attempt} ${index}`, index);
  }

  /** A block was written anew: what its provider says further of it goes there. */
  opened({ wire }: WirePart, index: number | undefined): void {
    if (index === undefined || !wire) return;
    for (const { json } of wire.frames)
      if (json['type'] === 'content_block_start') this.#places.set(`${wire.attempt} ${String(json['index'])}`, index);
  }

  write(json: JsonObject, attempt: number): void {
    const envelope = this.#envelope;
    const { type, index, delta } = json;
    const place = `${attempt} ${String(index)}`;
    if (type === 'content_block_start' && isObject(json['content_block'])) {
      this.#places.set(place, envelope.begin(`other ${place}`, 'other', json['content_block']).index);
    } else if (type === 'content_block_stop') envelope.close(`other ${place}`);
    else if (type === 'content_block_delta') {
      // A reference belongs to the text that is open, in whatever block of the joined answer that is.
      const cites = isObject(delta) && delta['type'] === 'citations_delta';
      const open = [...envelope.open.values()].find((block) => (cites ? block.kind === 'text' : block.index === this.#places.get(place)));
      if (open) envelope.emit({ ...json, index: open.index });
    } else if (index === undefined && type !== 'message_start') envelope.emit(json);
  }
}
