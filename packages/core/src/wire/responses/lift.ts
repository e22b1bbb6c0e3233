import type { LanguageModelV4StreamPart } from '@ai-sdk/provider';
import type { JsonObject } from '../json.ts';
import type { Lift } from '../protocol.ts';
import type { WireFrame, WirePart } from '../wire-part.ts';
import { numberAt, objectAt, objectsAt, textAt } from './json-read.ts';
import { beginning, begun, ending, ofBegun, textStart, type Begun } from './lift-begun.ts';
import { contentAt, headPart, itemParts, kindOf, sourcePart } from './lift-items.ts';
import { reasonOf, usageFrom } from './usage.ts';

type Part = LanguageModelV4StreamPart;

const NONE: readonly WireFrame[] = [];

class ResponsesLift implements Lift {
  readonly #attempt: number;
  readonly #items = new Map<number, Begun>();
  #last: WireFrame | undefined;
  #called = false;
  /** A message that was begun: it shows itself with its first text, so that an attempt that breaks before leaves no empty one. */
  #kept: WireFrame | undefined;

  constructor(attempt: number) {
    this.#attempt = attempt;
  }

  take(frame: WireFrame): readonly WirePart[] {
    const kept = this.#kept;
    this.#kept = undefined;
    const parts = this.#took(frame);
    if (!kept) return parts;
    const last = parts.at(-1);
    if (last?.type !== 'text-start' && last?.type !== 'text-delta') return [...this.#riding(kept, []), ...parts];
    return [...parts.slice(0, -1), { ...last, wire: { attempt: this.#attempt, frames: [kept, frame] } }];
  }

  #took(frame: WireFrame): readonly WirePart[] {
    const { json } = frame;
    switch (json['type']) {
      case 'response.output_text.delta':
      case 'response.refusal.delta':
        return this.#textDelta(frame);
      case 'response.completed':
      case 'response.incomplete':
        this.#last = frame;
        return [];
      default: {
        const parts = this.#parts(json);
        if (json['type'] !== 'response.output_item.added' || this.#itemOf(json)?.kind !== 'message') return this.#riding(frame, parts);
        this.#kept = frame;
        return [];
      }
    }
  }

  finish(): readonly WirePart[] {
    const frame = this.#last;
    const response = frame ? objectAt(frame.json, 'response') : {};
    const parts: Part[] = [];
    // Servers differ in what they stream: what only the last frame tells of is read from there.
    objectsAt(response, 'output').forEach((item, at) => parts.push(...this.#atLast(item, at)));
    for (const item of this.#items.values()) parts.push(...ending(item, undefined));
    const id = textAt(response, 'id');
    const finishReason = frame ? reasonOf(response, this.#called) : ({ unified: 'other', raw: undefined } as const);
    const providerMetadata = id === '' ? {} : { providerMetadata: { openai: { responseId: id } } };
    parts.push({ type: 'finish', finishReason, usage: usageFrom(response['usage']), ...providerMetadata });
    const kept = this.#kept ? this.#riding(this.#kept, []) : [];
    this.#kept = undefined;
    return [...kept, ...this.#wired(parts, frame ? [frame] : NONE)];
  }

  #atLast(item: JsonObject, at: number): Part[] {
    const known = this.#items.get(at);
    if (known) return known.kind === kindOf(item) ? ending(known, item) : [];
    this.#called ||= kindOf(item) === 'call';
    return itemParts(item);
  }

  /** The commonest frame by far. */
  #textDelta(frame: WireFrame): readonly WirePart[] {
    const { json } = frame;
    const id = contentAt(json);
    const wire = { attempt: this.#attempt, frames: [frame] };
    const delta: WirePart = { type: 'text-delta', id, delta: textAt(json, 'delta'), wire };
    const item = this.#itemOf(json);
    if (!item || item.open.has(id)) return [delta];
    return [...this.#wired(textStart(item, json, json['type'] === 'response.refusal.delta'), NONE), delta];
  }

  /** A frame that shows nothing of the parts we know is handed on as it is. */
  #riding(frame: WireFrame, parts: readonly Part[]): readonly WirePart[] {
    return this.#wired(parts.length > 0 ? parts : [{ type: 'raw', rawValue: frame.json }], [frame]);
  }

  /** N1: on the last part that shows something of them. */
  #wired(parts: readonly Part[], frames: readonly WireFrame[]): readonly WirePart[] {
    const last = parts.length - 1;
    return parts.map((part, at) => ({ ...part, wire: { attempt: this.#attempt, frames: at === last ? frames : NONE } }));
  }

  #itemOf(json: JsonObject): Begun | undefined {
    return this.#items.get(numberAt(json, 'output_index') ?? -1);
  }

  #parts(json: JsonObject): Part[] {
    switch (json['type']) {
      case 'response.created':
      case 'response.queued':
      case 'response.in_progress':
        return [headPart(objectAt(json, 'response'))];
      case 'response.output_item.added': {
        const item = begun(objectAt(json, 'item'));
        this.#items.set(numberAt(json, 'output_index') ?? this.#items.size, item);
        return beginning(item);
      }
      case 'response.output_text.annotation.added': {
        const nth = ['item_id', 'content_index', 'annotation_index'].map((name) => String(json[name]));
        return [sourcePart(objectAt(json, 'annotation'), nth.join(':'))];
      }
      default: {
        const item = this.#itemOf(json);
        const parts = item ? ofBegun(item, json) : [];
        this.#called ||= item?.called === true;
        return parts;
      }
    }
  }
}

export const lift = (attempt: number): Lift => new ResponsesLift(attempt);
