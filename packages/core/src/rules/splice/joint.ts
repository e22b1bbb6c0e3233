import type { Anchor } from './anchor.ts';
import { holdsAtMost, isClosed, verdictOf, type Joint as How, type Way } from './verdict.ts';

/** Ms: what has not shown by then whether it goes on is judged by what there is (C6). */
const LONGEST_HOLD = 15_000;

/** What may be shown now; nothing may come of it yet. `rejected`: it is another answer. */
export type Joined = { readonly text: string } | 'rejected';

const NOTHING: Joined = { text: '' };

/** Joins the text of one continuation to what was shown, as it comes. */
export class Joint {
  /** How they belong together, once that is clear. */
  how: How | undefined;
  /** Code units that repeated what had been shown. */
  dropped = 0;
  readonly #known: Anchor;
  readonly #way: Way;
  /** Joined only when it is looked at. */
  #pieces: string[] = [];
  /** How far a long restart has followed the shown text: only what is new is compared, or a long answer would be read again for each piece. */
  #followed: number | undefined;
  #since: number | undefined;
  /** White space that was shown before the joint: dropped once from the start of what goes on, and no more. */
  #space: string;

  constructor(known: Anchor, way: Way) {
    this.#known = known;
    this.#way = way;
    this.#space = known.space;
  }

  /** Nothing of it has come that could be seen. */
  get empty(): boolean {
    return this.how === undefined && this.#text.trim() === '';
  }

  /** `now`: ms of a clock that only goes forward. */
  take(piece: string, now: number): Joined {
    if (this.how !== undefined) return this.#pass(piece);
    this.#since ??= now;
    this.#pieces.push(piece);
    if (this.#follows(piece)) return NOTHING;
    const text = this.#text;
    const body = text.trimStart();
    const long = text.length > holdsAtMost(this.#known);
    const again = (long || now - this.#since > LONGEST_HOLD) && this.#known.quote.startsWith(body);
    if (again && long) this.#followed = body.length;
    return this.#judge((long || now - this.#since > LONGEST_HOLD) && !again);
  }

  /** No more comes. `believed`: that there is nothing to add, where a sentence had ended. `stops`: its provider ended it at one of these, perhaps. */
  end(believed: boolean, stops: readonly string[]): Joined {
    if (this.how !== undefined) return NOTHING;
    if (this.empty) return believed && isClosed(this.#known.quote) ? this.#over() : 'rejected';
    return this.#stopsShort(stops) ? this.#over() : this.#judge(true);
  }

  get #text(): string {
    if (this.#pieces.length > 1) this.#pieces = [this.#pieces.join('')];
    return this.#pieces[0] ?? '';
  }

  #follows(piece: string): boolean {
    const at = this.#followed;
    if (at === undefined) return false;
    const { quote } = this.#known;
    this.#followed = quote.startsWith(piece, at) && at + piece.length < quote.length ? at + piece.length : undefined;
    return this.#followed !== undefined;
  }

  /** Whole with what was shown. */
  #over(): Joined {
    this.how = 'open';
    this.dropped = this.#text.length;
    return NOTHING;
  }

  /** The provider saw the anchor and what follows as one, and a stop sequence that begins in the anchor cut it short. */
  #stopsShort(stops: readonly string[]): boolean {
    const { anchor } = this.#known;
    const said = this.#text.trimStart();
    const tail = anchor.startsWith(said) ? anchor.slice(said.length) + this.#known.space : '';
    return tail !== '' && stops.some((stop) => stop.length > tail.length && stop.startsWith(tail));
  }

  #judge(final: boolean): Joined {
    const text = this.#text;
    const verdict = verdictOf(this.#known, text, this.#way, final);
    if (verdict === 'reject') return 'rejected';
    if (verdict === 'hold') return NOTHING;
    this.how = verdict.joint;
    this.dropped = verdict.drop;
    this.#pieces = [];
    return this.#pass(text.slice(verdict.drop));
  }

  #pass(text: string): Joined {
    if (this.#space === '' || text === '') return { text };
    let same = 0;
    while (same < text.length && same < this.#space.length && text[same] === this.#space[same]) same++;
    this.#space = same === text.length ? this.#space.slice(same) : '';
    this.dropped += same;
    return { text: text.slice(same) };
  }
}
