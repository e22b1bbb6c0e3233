import { canonical } from './arguments.ts';
import { farOf } from './repeat.ts';
import type { Message, RunState } from './run-state.ts';

interface Call {
  readonly name: string;
  readonly signature: string;
}

type Seen = Pick<RunState, 'transcript' | 'compactions'>;

/**
 * Whether a call of the newest batch was made before, as far back as circles are looked for. Every circle has such a call, and most turns have
 * none: they cost what is new in them, however long the transcript is.
 */
export class RecentCalls {
  /** Batches since the last input, the newest last. */
  #batches: (readonly Call[])[] = [];
  #far = 0;
  #upto = 0;
  #epoch = 0;

  /** `limit` as `circles` takes it. Of one, every batch is a circle. */
  mayCircle({ transcript, compactions }: Seen, limit: number, polling: (tool: string) => boolean): boolean {
    const far = farOf(limit);
    if (compactions !== this.#epoch || far > this.#far) [this.#upto, this.#batches] = [0, []];
    this.#epoch = compactions;
    this.#far = Math.max(far, this.#far);
    for (; this.#upto < transcript.length; this.#upto++) this.#take(transcript[this.#upto] as Message);
    const newest = this.#batches.findLastIndex((calls) => !calls.every(({ name }) => polling(name)));
    const own = this.#batches[newest] ?? [];
    return limit === 1 || own.some((call, nth) => isIn(call, own, nth + 1) || this.#madeBefore(call, newest));
  }

  #madeBefore(call: Call, newest: number): boolean {
    for (let at = newest - 1; at >= 0; at--) if (isIn(call, this.#batches[at] as readonly Call[], 0)) return true;
    return false;
  }

  #take(message: Message): void {
    if (message.role === 'user' && !message.hidden) this.#batches = [];
    if (message.role !== 'assistant') return;
    const calls = message.blocks.flatMap((block) =>
      block.type === 'tool-call' ? [{ name: block.name, signature: `${block.name} ${canonical(block.input)}` }] : [],
    );
    if (calls.length === 0) return;
    this.#batches.push(calls);
    // Batches of polling tools alone do not count, and stand between the others.
    if (this.#batches.length >= 3 * this.#far) this.#batches.splice(0, this.#far);
  }
}

function isIn({ signature }: Call, calls: readonly Call[], from: number): boolean {
  for (let at = from; at < calls.length; at++) if (calls[at]?.signature === signature) return true;
  return false;
}
