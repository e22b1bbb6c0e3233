import { orAbort } from '@holdfast/core/engine';
import type { World } from './rules/world.ts';

/** What a user answers to a question of a run: what was asked for, or that it is refused. */
export type Answer = NonNullable<World['question']['answer']>;

/** Answers to questions, by the question's id. One that comes before its question waits for it; the first one counts. */
export class Answers {
  readonly #kept = new Map<string, Answer>();
  readonly #waiting = new Map<string, (answer: Answer) => void>();

  give(id: string, answer: Answer): void {
    const claim = this.#waiting.get(id);
    if (claim) claim(answer);
    else if (!this.#kept.has(id)) this.#kept.set(id, answer);
  }

  async wait(id: string, signal: AbortSignal): Promise<Answer> {
    const kept = this.#kept.get(id);
    this.#kept.delete(id);
    if (kept) return kept;
    try {
      return await orAbort(new Promise<Answer>((resolve) => this.#waiting.set(id, resolve)), signal);
    } finally {
      this.#waiting.delete(id);
    }
  }
}
