/** What is counted: US dollars, tokens of input and output, calls that reached a provider. */
export const UNITS = ['usd', 'tokens', 'calls'] as const;
export type Unit = (typeof UNITS)[number];

/** How long it is counted for: one run (a call without one is its own), a day, a calendar month. */
export const SPANS = ['run', 'day', 'month'] as const;
export type Span = (typeof SPANS)[number];

export interface BudgetLimit {
  readonly unit: Unit;
  readonly per: Span;
  readonly most: number;
}

/** One budget, checked. */
export interface Budget {
  readonly name: string;
  /** Only calls of this caller and of those below it (`ci` has `ci/nightly`). */
  readonly caller?: string;
  /** Only calls of this run. */
  readonly run?: string;
  /** Every caller has such a budget of its own. */
  readonly each: boolean;
  readonly limits: readonly BudgetLimit[];
  /** A model without a known price may stand under it: its money is not counted. */
  readonly allowUnpriced: boolean;
  /** IANA name; undefined is UTC. */
  readonly timeZone?: string;
  /** Minutes after midnight at which a day, and on the first a month, begins. */
  readonly renewsAt: number;
}

/** What a call is, to a budget. */
export interface Spender {
  /** Of the call: stands for the run where there is none. */
  readonly id: string;
  readonly caller?: string | undefined;
  readonly run?: string | undefined;
}

/** What is counted together. `id` is unique over all budgets. */
export interface Window {
  readonly id: string;
  readonly budget: string;
  readonly unit: Unit;
  readonly per: Span;
  readonly limit: number;
  /** Epoch ms at which it is counted anew; absent for a run. */
  readonly renewsAt?: number;
}

export type Amounts = Readonly<Record<Unit, number>>;

export const limitsMoney = ({ limits }: Budget): boolean => limits.some(({ unit }) => unit === 'usd');

const below = (caller: string | undefined, of: string): boolean => caller === of || (caller?.startsWith(`${of}/`) ?? false);

export const appliesTo = ({ caller, run }: Budget, spender: Spender): boolean =>
  (caller === undefined || below(spender.caller, caller)) && (run === undefined || spender.run === run);

/** The windows that a call is counted in at `now` (epoch ms), over all budgets. */
export function windowsOf(budgets: readonly Budget[], spender: Spender, now: number): readonly Window[] {
  return budgets
    .filter((budget) => appliesTo(budget, spender))
    .flatMap((budget) =>
      budget.limits.map(({ unit, per, most }): Window => {
        const { key, ends } = per === 'run' ? { key: spender.run ?? spender.id, ends: undefined } : spanAt(budget, per, now);
        const whose = budget.each ? [spender.caller ?? ''] : [];
        const id = JSON.stringify([budget.name, unit, per, key, ...whose]);
        return { id, budget: budget.name, unit, per, limit: most, ...(ends !== undefined && { renewsAt: ends }) };
      }),
    );
}

interface SpanAt {
  readonly key: string;
  readonly ends: number | undefined;
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** The last answer of each budget and span: it holds until the span ends. */
const known = new WeakMap<Budget, Partial<Record<Span, SpanAt & { readonly from: number }>>>();

function spanAt(budget: Budget, per: Exclude<Span, 'run'>, now: number): SpanAt {
  const before = known.get(budget)?.[per];
  if (before && now >= before.from && now < before.ends!) return before;
  const keyOf = (at: number): string => localDate(at - budget.renewsAt * MINUTE, budget.timeZone).slice(0, per === 'day' ? 10 : 7);
  const key = keyOf(now);
  const found = { key, from: now, ends: firstChange(keyOf, key, now, per === 'day' ? 26 * HOUR : 32 * 24 * HOUR) };
  known.set(budget, { ...known.get(budget), [per]: found });
  return found;
}

/** The first ms after `from` at which the key is another; days have 23 to 25 hours where clocks are changed. */
function firstChange(keyOf: (at: number) => string, key: string, from: number, within: number): number {
  let [same, other] = [from, from + within];
  while (other - same > 1) {
    const middle = Math.floor((same + other) / 2);
    if (keyOf(middle) === key) same = middle;
    else other = middle;
  }
  return other;
}

const formats = new Map<string, Intl.DateTimeFormat>();

/** `2026-11-20` at that place. */
function localDate(at: number, timeZone: string | undefined): string {
  if (timeZone === undefined) return new Date(at).toISOString();
  let format = formats.get(timeZone);
  if (!format)
    formats.set(timeZone, (format = new Intl.DateTimeFormat('en-CA', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' })));
  return format.format(at);
}
