import type { LanguageModelV4StreamPart } from '@ai-sdk/provider';
import { BROKEN, FINISHED, HARD, HELD, HELD_QUIET, isMarker, isVisible, PALE, PING, QUIET, seen, SOFT } from './commit.ts';
import { ModelFailure } from './failure.ts';
import { OpenBlocks } from './open-blocks.ts';
import { brokenFinish, usageOf } from './parts-finish.ts';
import type { Finish, Look, Reading } from './reader.ts';

type Part = LanguageModelV4StreamPart;
type Delta = Extract<Part, { readonly delta: string }>;

/** The fold over AI SDK stream parts (C1, C2, C7). */
export class PartsReading implements Reading<Part> {
  error: unknown = undefined;
  finish: Finish | undefined = undefined;
  calls = 0;
  /** Files, and whatever else stands as content of its own: calls that the provider runs, their results, vendors' own blocks. */
  files = 0;
  reasoned = false;
  refused = false;
  /** Joined only when asked for. */
  #pieces: string[] = [];
  #visible = false;
  #over = false;
  /** Mirrors the chain: what commits nothing waits behind what is held. */
  #holding = false;
  readonly #blocks = new OpenBlocks();

  look(part: Part): Look {
    if (this.#over) return this.#after(part);
    const look = this.#see(part);
    if (look.ping || look.ends === 'error') return look;
    if (look.hold) this.#holding = true;
    else if (this.#holding ? look.commit !== 'nothing' || look.ends !== false : this.#blocks.hidden) this.released();
    return look;
  }

  released(): void {
    this.#holding = false;
    this.#blocks.shown();
  }

  get text(): string {
    if (this.#pieces.length > 1) this.#pieces = [this.#pieces.join('')];
    return this.#pieces[0] ?? '';
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
      case 'reasoning-delta':
        return this.#reasoningDelta(part);
      case 'tool-input-delta':
        return seen(part.delta ? HELD : HELD_QUIET, this.#blocks.textOpen);
      case 'text-start':
      case 'text-end':
        this.#blocks.track(part);
        return seen(this.#visible ? QUIET : HELD_QUIET, this.#blocks.textOpen);
      case 'reasoning-start':
      case 'reasoning-end':
        this.#blocks.track(part);
        return seen(QUIET, this.#blocks.textOpen);
      case 'tool-input-start':
      case 'tool-input-end':
        this.#blocks.track(part);
        return seen(HELD_QUIET, this.#blocks.textOpen);
      case 'finish':
        return this.#finished(part);
      case 'error':
        return this.#broke(part.error);
      case 'ping':
        return seen(PING, this.#blocks.textOpen);
      default:
        return this.#other(part);
    }
  }

  #textDelta({ delta }: Delta): Look {
    const open = this.#blocks.textOpen;
    if (!delta) return seen(QUIET, open);
    this.#pieces.push(delta);
    // White space before any visible text would stay in the answer if its attempt broke after reasoning: nothing withdraws it.
    if (!this.#visible && !isVisible(delta)) return seen(HELD, open);
    this.#visible = true;
    return seen(HARD, open);
  }

  /** Omitted thinking comes as empty deltas that carry a signature: nothing was seen. */
  #reasoningDelta({ delta }: Delta): Look {
    if (!delta) return seen(QUIET, this.#blocks.textOpen);
    this.reasoned = true;
    return seen(SOFT, this.#blocks.textOpen);
  }

  #other(part: Part): Look {
    const open = this.#blocks.textOpen;
    switch (part.type) {
      case 'tool-call':
        this.#blocks.called(part.toolCallId);
        if (part.providerExecuted) this.files++;
        else this.calls++;
        return seen(HARD, this.#blocks.textOpen);
      case 'file':
      case 'tool-result':
      case 'tool-approval-request':
        this.files++;
        return seen(HARD, open);
      case 'custom':
        if (isMarker(part.kind)) return seen(QUIET, open);
        this.files++;
        return seen(HARD, open);
      case 'reasoning-file':
        this.reasoned = true;
        return seen(SOFT, open);
      case 'source':
        return seen(PALE, open);
      // Stream start, metadata, raw frames, and parts that a later version adds.
      default:
        return seen(QUIET, open);
    }
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
