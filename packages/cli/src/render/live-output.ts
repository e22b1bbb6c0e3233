import { tameLine } from './width.ts';
import { fitted } from './wrap.ts';

/** Lines of one call that are shown while it runs: the rest is in its result. */
const MOST = 12;
/** Characters kept of a line that has not ended. */
const LONGEST = 2000;

/** Output of tools that run, in whole lines, a few of each call. */
export class LiveOutput {
  readonly #calls = new Map<string, { rest: string; shown: number }>();

  take(call: string, text: string, columns: number): readonly string[] {
    const own = this.#calls.get(call) ?? { rest: '', shown: 0 };
    this.#calls.set(call, own);
    if (own.shown > MOST) return [];
    const lines = (own.rest + text).split('\n');
    own.rest = (lines.pop() ?? '').slice(-LONGEST);
    // A progress line is written over and over: what it says last counts.
    const said = lines.map((line) => tameLine(line.replace(/\r+$/, '').replace(/^[^]*\r/, ''))).filter((line) => line.trim() !== '');
    const left = Math.max(MOST - own.shown, 0);
    own.shown += said.length;
    const shown = said.slice(0, left).map((line) => fitted(`┆ ${line}`, Math.max(columns, 8)));
    return said.length > left ? [...shown, '┆ …'] : shown;
  }

  over(call: string): void {
    this.#calls.delete(call);
  }
}
