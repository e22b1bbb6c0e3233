import type { EventRow } from '../rules/events.ts';

/** Rows kept for readers; who is further behind reads from the server's log. */
const KEPT = 1_000;

/**
 * The rows of one run as they came, for any number of readers.
 * M1. Every reader sees every row once, in order, at its own pace.
 * M2. What is kept has a bound, however slow a reader is.
 */
export class RowWindow {
  #rows: EventRow[] = [];
  #over: { readonly error?: unknown } | undefined;
  readonly #waiting = new Set<() => void>();

  push(row: EventRow): void {
    this.#rows.push(row);
    // Dropped by halves: an array that loses its first at each step is moved at each step.
    if (this.#rows.length > 2 * KEPT) this.#rows = this.#rows.slice(-KEPT);
    this.#wake();
  }

  end(over: { readonly error?: unknown } = {}): void {
    this.#over ??= over;
    this.#wake();
  }

  /** `page`: rows after a seq out of the log, as many as it likes. */
  async *read(after: number, page: (after: number) => Promise<readonly EventRow[]>): AsyncGenerator<EventRow, void> {
    for (let cursor = after; ;) {
      const first = this.#rows[0]?.seq ?? Infinity;
      const ready = first > cursor + 1 && first < Infinity ? await missed(cursor, first, page) : this.#after(cursor);
      for (const row of ready) {
        yield row;
        cursor = row.seq;
      }
      if (ready.length > 0) continue;
      if (this.#over && 'error' in this.#over) throw this.#over.error;
      if (this.#over) return;
      await new Promise<void>((resolve) => void this.#waiting.add(resolve));
    }
  }

  #after(cursor: number): readonly EventRow[] {
    const first = this.#rows[0]?.seq ?? 0;
    return this.#rows.slice(Math.max(cursor + 1 - first, 0));
  }

  #wake(): void {
    for (const wake of this.#waiting) wake();
    this.#waiting.clear();
  }
}

async function missed(cursor: number, first: number, page: (after: number) => Promise<readonly EventRow[]>): Promise<readonly EventRow[]> {
  const rows = (await page(cursor)).filter(({ seq }) => seq < first);
  if (rows.length === 0) throw new Error(`rows ${cursor + 1} to ${first - 1} are not in the log of the server any more`);
  return rows;
}
