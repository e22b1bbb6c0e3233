import type { CallRecord } from '../record.ts';

/** What the meta calls of a run, of one tier or of one tool came to. */
export interface Tally {
  /** Meta calls: one, however often it was asked again. */
  readonly calls: number;
  /** Requests to providers, those that failed and those that asked again included. */
  readonly attempts: number;
  /** Input and output, of everything that was paid for. */
  readonly tokens: number;
  /** US dollars, of what has a known price. */
  readonly usd: number;
  /** Of some of it nobody knows the price. */
  readonly unpriced: boolean;
}

export interface RunLedger extends Tally {
  readonly byTier: Readonly<Record<string, Tally>>;
  readonly byTool: Readonly<Record<string, Tally>>;
}

const NOTHING: Tally = { calls: 0, attempts: 0, tokens: 0, usd: 0, unpriced: false };
export const EMPTY_LEDGER: RunLedger = { ...NOTHING, byTier: {}, byTool: {} };

/** What the records of one meta call come to. */
export const tallyOf = (records: readonly CallRecord[]): Tally =>
  records.reduce(
    (sum, { attempts, paid, usd = 0, unpriced }) => ({
      calls: 1,
      attempts: sum.attempts + attempts.length,
      tokens: sum.tokens + (paid.input ?? 0) + (paid.output ?? 0),
      usd: sum.usd + usd,
      unpriced: sum.unpriced || unpriced === true,
    }),
    { ...NOTHING, calls: 1 },
  );

const sum = (a: Tally = NOTHING, b: Tally): Tally => ({
  calls: a.calls + b.calls,
  attempts: a.attempts + b.attempts,
  tokens: a.tokens + b.tokens,
  usd: a.usd + b.usd,
  unpriced: a.unpriced || b.unpriced,
});

const own = (tallies: RunLedger['byTier'], name: string): Tally | undefined => (Object.hasOwn(tallies, name) ? tallies[name] : undefined);

export const entered = (ledger: RunLedger, tally: Tally, tier: string, tool: string | undefined): RunLedger => ({
  ...sum(ledger, tally),
  byTier: { ...ledger.byTier, [tier]: sum(own(ledger.byTier, tier), tally) },
  byTool: tool === undefined ? ledger.byTool : { ...ledger.byTool, [tool]: sum(own(ledger.byTool, tool), tally) },
});
