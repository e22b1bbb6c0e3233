import type { CallOptions, Chain } from './chain-spec.ts';
import type { NewId } from './ports.ts';
import { Purse, type PursePorts } from './purse.ts';
import { appliesTo, type Amounts, type Budget } from './rules/budget/budget.ts';
import { worstOf } from './rules/budget/worst.ts';
import type { CallRecord } from './rules/record.ts';
import type { RequestFacts } from './rules/target.ts';

export interface BudgetPorts extends PursePorts {
  readonly budgets: readonly Budget[];
  readonly newId: NewId;
}

/** A chain whose calls stand under budgets. `asked`: by place, what the configuration sets as `max_tokens`. */
export function budgeted<Q, P>(chain: Chain<Q, P>, asked: readonly (number | undefined)[], ports: BudgetPorts | undefined): Chain<Q, P> {
  if (!ports || ports.budgets.length === 0) return chain;
  return {
    name: chain.name,
    targets: chain.targets,
    call(request: Q, facts: RequestFacts, options: CallOptions) {
      const spender = { id: ports.newId(), caller: options.caller, run: options.run };
      if (!ports.budgets.some((budget) => appliesTo(budget, spender))) return chain.call(request, facts, options);
      const most = (place: number, now: RequestFacts): Amounts => worstOf(chain.targets[place]!, now, asked[place]);
      const purse = new Purse(ports.budgets, spender, most, ports);
      const ended = (record: CallRecord): void => {
        purse.settle(paidOf(record));
        options.ended?.(record);
      };
      return chain.call(request, facts, { ...options, purse, ended });
    },
  };
}

/** What a record says was paid: failed, withdrawn and lost attempts included (C9). */
const paidOf = ({ paid, usd = 0, attempts }: Pick<CallRecord, 'paid' | 'usd' | 'attempts'>): Amounts => ({
  usd,
  tokens: (paid.input ?? 0) + (paid.output ?? 0),
  calls: attempts.length > 0 ? 1 : 0,
});
