import type { EventRow, LiveEvent, Runtime } from '@holdfast/agent/engine';

/** A piece of text says where it stands in its text (`at`, in characters): who comes back knows what it has of it. */
export type LivePiece = LiveEvent & { readonly at?: number };

type TextPiece = Extract<LiveEvent, { readonly text: string }>;
export type LiveTaker = (piece: LivePiece) => void;

interface Growing {
  readonly first: TextPiece;
  /** Dropped once the text is too long to be shown again: its end alone would be no text. */
  pieces: string[];
  length: number;
}

/** Characters of a session that are kept for who comes later: far from what a reader is let go for. */
const MOST = 128 * 1024;
/** Texts of one session; of further ones only what comes from then on is seen. */
const TEXTS = 100;

const keyOf = (piece: TextPiece): string =>
  JSON.stringify(
    piece.type === 'tool-output'
      ? ['', piece.path, piece.call]
      : [piece.attempt, piece.path, piece.type, piece.type === 'tool-input' ? piece.id : ''],
  );

const isText = (event: LiveEvent): event is TextPiece => event.type !== 'withdrawn';

/**
 * Pieces of answers under way, for any number of watchers of a session.
 * V1. A watcher is given first what there is already of texts that are not finished.
 * V2. What a stored row says whole, or a withdrawal takes back, is kept no longer.
 */
export class LiveHub {
  readonly #texts = new Map<string, Map<string, Growing>>();
  readonly #takers = new Map<string, Set<LiveTaker>>();
  readonly #subscriptions: readonly Disposable[];

  constructor(runtimes: readonly Pick<Runtime, 'live'>[]) {
    this.#subscriptions = runtimes.map((runtime) => runtime.live((event) => this.#take(event)));
  }

  watch(session: string, take: LiveTaker): Disposable {
    for (const { first, pieces } of this.#texts.get(session)?.values() ?? [])
      if (pieces.length > 0) take({ ...first, at: 0, text: pieces.join('') });
    // A function of its own: the same taker may watch twice.
    const own: LiveTaker = (piece) => take(piece);
    const takers = this.#takers.get(session) ?? new Set();
    this.#takers.set(session, takers.add(own));
    return {
      [Symbol.dispose]: () => {
        takers.delete(own);
        if (takers.size === 0 && this.#takers.get(session) === takers) this.#takers.delete(session);
      },
    };
  }

  /** A row of a run of this process. */
  row({ session, path, event }: EventRow): void {
    if (event.type === 'tool-result') this.#forget(session, path, (piece) => piece.type === 'tool-output' && piece.call === event.id);
    else if (event.type === 'model-reply' || event.type === 'model-failed')
      this.#forget(session, path, (piece) => piece.type !== 'tool-output' && piece.turn <= event.turn);
    else if (event.type === 'run-end') {
      if (path.length === 0) this.#texts.delete(session);
      else this.#forget(session, path, () => true);
    }
  }

  close(): void {
    for (const one of this.#subscriptions) one[Symbol.dispose]();
    this.#texts.clear();
    this.#takers.clear();
  }

  #take(event: LiveEvent): void {
    const { session } = event;
    const at = isText(event) ? this.#grow(event) : undefined;
    if (event.type === 'withdrawn')
      this.#forget(session, event.path, (piece) => piece.type !== 'tool-output' && piece.attempt === event.attempt);
    const piece: LivePiece = at === undefined ? event : { ...event, at };
    for (const take of this.#takers.get(session) ?? []) take(piece);
  }

  #grow(event: TextPiece): number | undefined {
    const texts = this.#texts.get(event.session) ?? new Map<string, Growing>();
    const key = keyOf(event);
    const known = texts.get(key);
    if (!known && texts.size >= TEXTS) return undefined;
    const own = known ?? { first: event, pieces: [], length: 0 };
    const at = own.length;
    const kept = texts.values().reduce((sum, { pieces, length }) => sum + (pieces.length > 0 ? length : 0), 0);
    own.length += event.text.length;
    if (!known) this.#texts.set(event.session, texts.set(key, own));
    if (at > 0 && own.pieces.length === 0) return at;
    if (kept + event.text.length > MOST) own.pieces = [];
    else own.pieces.push(event.text);
    return at;
  }

  #forget(session: string, path: readonly string[], over: (piece: TextPiece) => boolean): void {
    const texts = this.#texts.get(session);
    if (!texts) return;
    const same = JSON.stringify(path);
    for (const [key, { first }] of texts) if (JSON.stringify(first.path) === same && over(first)) texts.delete(key);
    if (texts.size === 0) this.#texts.delete(session);
  }
}
