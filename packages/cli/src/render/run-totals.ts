import type { CallRecord, Usage } from '@holdfast/core/engine';
import { usageWords } from './call-words.ts';

const sum = (a: number | undefined, b: number | undefined): number | undefined =>
  a === undefined && b === undefined ? undefined : (a ?? 0) + (b ?? 0);

/** What a run has paid so far, over all its calls: failed and withdrawn attempts included. */
export class RunTotals {
  #usage: Usage = {};
  #usd: number | undefined;
  #calls = 0;
  /** Calls in which a model was asked at all. */
  #asked = 0;

  add({ paid, usd, attempts }: CallRecord): void {
    this.#calls += 1;
    if (attempts.length > 0) this.#asked += 1;
    const fields = ['input', 'cacheRead', 'cacheWrite', 'output', 'reasoning'] as const;
    const added = Object.fromEntries(
      fields.map((field) => [field, sum(this.#usage[field], paid[field])]).filter(([, value]) => value !== undefined),
    );
    this.#usage = { ...added, ...((this.#usage.estimated || paid.estimated) && { estimated: true }) };
    this.#usd = sum(this.#usd, usd);
  }

  line(): string | undefined {
    if (this.#calls === 0) return undefined;
    if (this.#asked === 0) return 'no model was asked';
    return `${this.#asked} model call${this.#asked === 1 ? '' : 's'}, ${usageWords(this.#usage, this.#usd)}`;
  }
}
