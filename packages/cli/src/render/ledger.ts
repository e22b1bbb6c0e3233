import type { EventRow, RunEvent } from '@holdfast/agent';
import { columns, usageWords, usd as money } from './call-words.ts';
import { speakerOf } from './row-words.ts';
import { tameLine } from './width.ts';

type Usage = NonNullable<(RunEvent & { readonly type: 'model-failed' })['usage']>;

interface Entry {
  readonly what: string;
  readonly model: string;
  readonly usage: Usage;
  readonly usd?: number;
  readonly unpriced: boolean;
}

/** What a session has paid, message by message: children, failed and withdrawn attempts included. */
export class Ledger {
  readonly #entries: Entry[] = [];
  #agent = '';

  take({ event, path }: Pick<EventRow, 'event' | 'path'>): void {
    if (path.length === 0 && event.type === 'run-start' && this.#agent === '') this.#agent = event.agent;
    if (path.length === 0 && event.type === 'agent-switch') this.#agent = event.to;
    const name = speakerOf(path) || this.#agent;
    if (event.type === 'model-reply')
      this.#add(event.agent ?? name, event.origin.ref, event.paid ?? event.usage, event.usd, event.unpriced === true);
    else if (event.type === 'model-failed') this.#add(`${name} (failed)`, '', event.usage, event.usd);
    else if (event.type === 'compaction') this.#add(`${name} (summary)`, '', event.usage, event.usd);
    else if (event.type === 'spent') this.#add(`${name} (other)`, '', event.usage, event.usd);
  }

  /** `most`: of messages, the newest. */
  lines(most: number): readonly string[] {
    if (this.#entries.length === 0) return ['nothing was paid yet'];
    const left = Math.max(this.#entries.length - most, 0);
    const rows = this.#entries.slice(left).map(({ what, model, usage, usd, unpriced }, at) => {
      const price = unpriced ? `${usd === undefined ? '' : `${money(usd)} and `}unpriced` : money(usd ?? 0);
      return [`${left + at + 1}`, tameLine(what), tameLine(model), tokens(usage.input), tokens(usage.output), price];
    });
    const before = left === 0 ? [] : [`(${left} before these)`];
    return [...before, ...columns([['#', 'AGENT', 'MODEL', 'IN', 'OUT', 'COST'], ...rows]), this.#total()];
  }

  #total(): string {
    const usage = this.#entries.reduce(
      (sum, one) => ({ input: sum.input + (one.usage.input ?? 0), output: sum.output + (one.usage.output ?? 0) }),
      {
        input: 0,
        output: 0,
      },
    );
    const priced = this.#entries.flatMap(({ usd }) => usd ?? []);
    const unpriced = this.#entries.filter((one) => one.unpriced).length;
    const words = usageWords(usage, priced.length === 0 ? undefined : priced.reduce((a, b) => a + b, 0));
    return `session: ${words}${unpricedWords(unpriced, this.#entries.length)}`;
  }

  #add(what: string, model: string, usage: Usage | undefined, usd: number | undefined, unpriced = usd === undefined): void {
    if (usage === undefined && usd === undefined) return;
    this.#entries.push({ what, model, usage: usage ?? {}, ...(usd !== undefined && { usd }), unpriced });
  }
}

const tokens = (n: number | undefined): string => (n ?? 0).toLocaleString('en-US');

function unpricedWords(unpriced: number, all: number): string {
  if (unpriced === 0) return '';
  return unpriced === all ? '; nobody knows the price' : `; ${unpriced} of ${all} unpriced`;
}
