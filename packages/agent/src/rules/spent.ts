import type { Accumulator } from './accumulator.ts';
import type { TokenUsage } from './events.ts';
import type { Spent } from './run-state.ts';

/** Adds what one model call cost to the totals of the session's path and of its run. */
export function pay(own: Accumulator, usage: TokenUsage, usd: number | undefined, unpriced = usd === undefined): void {
  own.spent = plus(own.spent, usage, usd, unpriced);
  own.spentOfRun = plus(own.spentOfRun, usage, usd, unpriced);
}

const plus = (before: Spent, { input = 0, output = 0 }: TokenUsage, usd = 0, unpriced: boolean): Spent => ({
  calls: before.calls + 1,
  input: before.input + input,
  output: before.output + output,
  usd: before.usd + usd,
  unpriced: before.unpriced + (unpriced ? 1 : 0),
});
