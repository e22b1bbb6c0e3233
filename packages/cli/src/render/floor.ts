import type { LiveEvent } from '@holdfast/agent';

/** Somebody whose words are shown: one agent path. */
export interface Speaker {
  /** How deep below the root. */
  readonly depth: number;
  /** What of its answer in the making came in pieces. */
  streamed: string;
  /** The last answer that is whole: run and turn. */
  answered?: { readonly run: string; readonly turn: number };
  /** Some of that answer stands on the screen already, and can no longer be struck there. */
  parted: boolean;
  queue: Turn[];
}

interface Turn {
  /** Of text: which showing of the answer it belongs to. */
  readonly attempt?: string;
  readonly act: () => string;
}

/**
 * Who speaks on a terminal where several agents work at once.
 * S1. One answer streams at a time; who comes meanwhile waits for its end, and keeps its order.
 * S2. Who stands above takes the floor at once: nobody waits for who works for him.
 * S3. What is withdrawn while it waits is never shown.
 */
export class Floor {
  readonly #speakers = new Map<string, Speaker>();
  #holder: Speaker | undefined;

  of(path: readonly string[]): Speaker {
    const key = path.join('/');
    const known = this.#speakers.get(key);
    if (known) return known;
    const speaker: Speaker = { depth: path.length, streamed: '', parted: false, queue: [] };
    this.#speakers.set(key, speaker);
    return speaker;
  }

  has(speaker: Speaker): boolean {
    return this.#holder === undefined || this.#holder === speaker;
  }

  /** A piece of an answer: whoever shows it has the floor from then on. `took`: he takes it with this piece. */
  speak(speaker: Speaker, attempt: string, act: (took: boolean) => string): string {
    const said = (): string => {
      const took = this.#holder !== speaker;
      if (this.#holder && took) this.#holder.parted = true;
      this.#holder = speaker;
      return act(took);
    };
    if (this.#mayNow(speaker)) return said();
    speaker.queue.push({ attempt, act: said });
    return '';
  }

  /** A line. */
  say(speaker: Speaker, act: () => string): string {
    if (this.#mayNow(speaker)) {
      if (this.#holder && this.#holder !== speaker) this.#holder.parted = true;
      return act();
    }
    speaker.queue.push({ act });
    return '';
  }

  /** What stands of the answer that streams cannot be changed any more. */
  part(): void {
    if (this.#holder) this.#holder.parted = true;
  }

  withdraw(speaker: Speaker, attempt: string): void {
    speaker.streamed = '';
    speaker.queue = speaker.queue.filter((turn) => turn.attempt !== attempt);
  }

  /** An answer is over, or its speaker is. */
  leave(speaker: Speaker): void {
    speaker.streamed = '';
    speaker.parted = false;
    if (this.#holder === speaker) this.#holder = undefined;
  }

  gone(path: readonly string[]): void {
    const speaker = this.of(path);
    this.leave(speaker);
    if (speaker.queue.length === 0) this.#speakers.delete(path.join('/'));
  }

  /** What waited and may be said now. */
  flush(): string {
    let text = '';
    for (const speaker of this.#speakers.values()) {
      while (speaker.queue.length > 0 && this.has(speaker)) text += speaker.queue.shift()!.act();
    }
    return text;
  }

  #mayNow(speaker: Speaker): boolean {
    const holder = this.#holder;
    if (speaker.queue.length > 0) return false;
    return holder === undefined || holder === speaker || speaker.depth < holder.depth;
  }
}

/** A piece of an answer that stands there whole already. */
export const isLate = (event: LiveEvent, { answered }: Speaker): boolean =>
  event.type !== 'tool-output' && answered?.run === event.run && event.turn <= answered.turn;
