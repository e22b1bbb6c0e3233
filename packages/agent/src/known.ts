import type { EventRow } from './rules/events.ts';
import type { RunState } from './rules/run-state.ts';
import { emptyTree, grow, stateAt, type Tree } from './rules/tree.ts';

/** A session as far as this process has seen it; between runs others may append to it. */
export class Known {
  readonly tree: Tree = emptyTree();
  seq = 0;
  /** Id of the root's last run. */
  run = '';

  get state(): RunState {
    return stateAt(this.tree, []);
  }

  /** Two that read at once bring the same rows: each counts once. */
  take(rows: readonly EventRow[]): void {
    for (const row of rows) {
      // Two who look at once have both read it.
      if (row.seq <= this.seq) continue;
      grow(this.tree, row);
      if (row.path.length === 0) this.run = row.run;
      this.seq = row.seq;
    }
  }
}
