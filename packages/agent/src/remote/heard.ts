import type { LiveEvent } from '../live.ts';
import type { EventRow } from '../rules/events.ts';

type Piece = LiveEvent & { readonly at?: number };

/** Runs remembered as over: a stream lags behind another of the same session by far fewer. */
const OVER = 256;

/**
 * How much of each text under way its listeners have heard.
 * Q1. A text that is told once more after a cut, from its beginning, goes on where it was heard to: nothing of it is said twice.
 * Q2. Of a run that is over nothing more is heard: another stream of its session may still tell it.
 */
export class Heard {
  /** Characters by text, by run. */
  readonly #lengths = new Map<string, Map<string, number>>();
  readonly #over = new Set<string>();

  /** What of a piece is new; undefined: nothing. */
  fresh(piece: Piece): LiveEvent | undefined {
    const { at, ...event } = piece;
    if (this.#over.has(event.run)) return undefined;
    const texts = this.#lengths.get(event.run) ?? new Map<string, number>();
    if (event.type === 'withdrawn') {
      for (const key of texts.keys()) if (key.startsWith(JSON.stringify(event.attempt))) texts.delete(key);
      return event;
    }
    if (at === undefined) return event;
    const key = keyOf(event);
    const known = texts.get(key) ?? 0;
    const end = at + event.text.length;
    if (end <= known) return undefined;
    this.#lengths.set(event.run, texts.set(key, end));
    return known > at ? { ...event, text: event.text.slice(known - at) } : event;
  }

  row({ run, event }: EventRow): void {
    if (event.type !== 'run-end') return;
    this.#lengths.delete(run);
    this.#over.add(run);
    if (this.#over.size > OVER) this.#over.delete(this.#over.values().next().value!);
  }
}

const keyOf = (piece: Exclude<LiveEvent, { readonly type: 'withdrawn' }>): string => {
  if (piece.type === 'tool-output') return JSON.stringify(['', piece.path, piece.call]);
  return JSON.stringify(piece.attempt) + JSON.stringify([piece.path, piece.turn, piece.type, piece.type === 'tool-input' ? piece.id : '']);
};
