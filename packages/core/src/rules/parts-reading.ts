import type { LanguageModelV4StreamPart } from '@ai-sdk/provider';
import type { Splice, SpliceStart } from './continuing.ts';
import { BROKEN, FINISHED, HARD, isVisible, PENDING, PENDING_QUIET, PING, QUIET, seen } from './commit.ts';
import { ModelFailure } from './failure.ts';
import { OpenBlocks } from './open-blocks.ts';
import { PartsContent } from './parts-content.ts';
import { brokenFinish, usageOf } from './parts-finish.ts';
import type { Finish, Look, Reading } from './reader.ts';
import { ShownText } from './shown-text.ts';
import { endsFragile } from './splice/graphemes.ts';
import { PartsSplice } from './splice/parts-splice.ts';

type Part = LanguageModelV4StreamPart;
type Delta = Extract<Part, { readonly delta: string }>;

/** The fold over AI SDK stream parts (C1, C2, C7). */
export class PartsReading extends PartsContent implements Reading<Part> {
  error: unknown = undefined;
  finish: Finish | undefined = undefined;
  refused = false;
  readonly #text = new ShownText();
  #visible = false;
  #openText: string | undefined;
  #over = false;
  /** Mirrors the chain: what commits nothing waits behind what is held. */
  #holding = false;
  readonly #blocks = new OpenBlocks();

  get cutCall(): boolean {
    return this.#blocks.callShown;
  }

  look(part: Part): Look {
    if (this.#over) return this.#after(part);
    const look = this.#see(part);
    if (look.ping || look.ends === 'error') return look;
    if (look.hold) this.#holding = this.#blocks.holding = true;
    else if (this.#holding ? look.commit !== 'nothing' || look.ends !== false : this.#blocks.hidden) this.released();
    return look;
  }

  released(): void {
    this.#holding = this.#blocks.holding = false;
    this.#text.release();
    this.#blocks.shown();
  }

  get text(): string {
    return this.#text.all;
  }

  get shown(): string {
    return this.#text.shown;
  }

  suspend(): Part[] | undefined {
    this.#text.forget();
    this.#holding = this.#over = false;
    this.error = this.finish = undefined;
    // A text with references, or content of another kind, is more than another target could be told of.
    if (this.files > 0 || this.calls > 0 || (this.cited && this.#blocks.textOpen)) return undefined;
    const { open, parts } = this.#blocks.suspend();
    this.#openText = open;
    return parts;
  }

  splice(start: SpliceStart): Splice<Part> {
    return new PartsSplice(start, this.#openText, new Set(this.#blocks.used));
  }

  /** Nothing of this attempt is handed on any more but these parts. */
  closing(): Part[] {
    this.#over = true;
    return this.#blocks.closing();
  }

  #see(part: Part): Look {
    switch (part.type) {
      case 'text-delta':
        return this.#textDelta(part);
      case 'text-start':
        this.cited = false;
        this.#blocks.track(part);
        return seen(this.#visible ? QUIET : PENDING_QUIET, this.#blocks.textOpen);
      case 'text-end':
        this.#blocks.track(part);
        return seen(this.#visible ? QUIET : PENDING_QUIET, this.#blocks.textOpen);
      case 'finish':
        return this.#finished(part);
      case 'error':
        return this.#broke(part.error);
      case 'ping':
        return seen(PING, this.#blocks.textOpen);
      default:
        return this.see(part, this.#blocks);
    }
  }

  #textDelta({ delta }: Delta): Look {
    const open = this.#blocks.textOpen;
    if (!delta) return seen(QUIET, open);
    // White space before any visible text would stay in the answer if its attempt broke after reasoning: nothing withdraws it. Half a
    // character is not shown before its other half.
    this.#visible ||= isVisible(delta);
    if (!this.#visible || endsFragile(delta)) {
      this.#text.hold(delta);
      return seen(PENDING, open);
    }
    this.#text.add(delta);
    return seen(HARD, open);
  }

  #finished({ finishReason, usage }: Extract<Part, { type: 'finish' }>): Look {
    const broken = brokenFinish(finishReason);
    if (broken) return this.#broke(broken);
    const { unified, raw } = finishReason;
    this.#over = true;
    this.finish = { reason: unified, ...(raw !== undefined && { raw }), usage: usageOf(usage) };
    this.refused = unified === 'content-filter' && !this.#visible;
    return seen(FINISHED, this.#blocks.textOpen);
  }

  #broke(error: unknown): Look {
    this.#over = true;
    this.error = error ?? new ModelFailure('unknown', 'the stream reported an error without saying which');
    return seen(BROKEN, this.#blocks.textOpen);
  }

  /** R3: the verdict stands; only the ends of open blocks are still of interest. */
  #after(part: Part): Look {
    if (part.type === 'text-end' || part.type === 'reasoning-end' || part.type === 'tool-input-end') this.#blocks.track(part);
    return seen(QUIET, this.#blocks.textOpen);
  }
}
