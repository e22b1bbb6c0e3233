import { END, type End, type Part, type Source } from '@holdfast/core/engine';

/** The parts of an answer that came in one piece. */
export class WholeSource implements Source<Part> {
  readonly #parts: Part[];

  constructor(parts: readonly Part[]) {
    this.#parts = [...parts];
  }

  next(): Promise<Part | End> {
    return Promise.resolve(this.#parts.shift() ?? END);
  }

  pull(take: (part: Part | End) => void): void {
    take(this.#parts.shift() ?? END);
  }

  cancel(): void {
    this.#parts.length = 0;
  }
}
