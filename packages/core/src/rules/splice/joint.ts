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
  #text = '';
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
    this.#text += piece;
    const again = this.#known.quote.startsWith(this.#text.trimStart());
    const long = !again && (this.#text.length > holdsAtMost(this.#known) || now - this.#since > LONGEST_HOLD);
    return this.#judge(long);
  }

  /** No more comes. `believed`: that there is nothing to add, where a sentence had ended. */
  end(believed = false): Joined {
    if (this.how !== undefined) return NOTHING;
    if (!this.empty) return this.#judge(true);
    if (!believed || !isClosed(this.#known.quote)) return 'rejected';
    this.how = 'open';
    return NOTHING;
  }

  #judge(final: boolean): Joined {
    const verdict = verdictOf(this.#known, this.#text, this.#way, final);
    if (verdict === 'reject') return 'rejected';
    if (verdict === 'hold') return NOTHING;
    this.how = verdict.joint;
    this.dropped = verdict.drop;
    return this.#pass(this.#text.slice(verdict.drop));
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
