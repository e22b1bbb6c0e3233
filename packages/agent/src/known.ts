import type { EventRow } from './rules/events.ts';
import { fold, START, type RunState } from './rules/fold.ts';

/** A session as far as this process has seen it; between runs others may append to it. */
export class Known {
  state: RunState = START;
  seq = 0;
  /** Id of the last run. */
  run = '';

  take(rows: readonly EventRow[]): void {
    for (const { event } of rows) this.state = fold(this.state, event);
    const last = rows.at(-1);
    if (last) [this.seq, this.run] = [last.seq, last.run];
  }
}
