import { BudgetExceeded, BudgetRefusal } from './budget-exceeded.ts';
import { MemoryBudgets } from './io/budget-memory.ts';
import type { Model, ModelOptions } from './model.ts';
import { promptOf, type PlainMessage } from './object.ts';
import { count, known, refuse } from './option-checks.ts';
import type { Clock, NewId } from './ports.ts';
import { quote } from './quotes.ts';
import { windowsOf, type Budget, type Window } from './rules/budget/budget.ts';
import { factOf } from './rules/budget/refusal.ts';
import { HOLD_MS } from './rules/budget/reserve.ts';
import { joinRecords } from './rules/meta/join-records.ts';
import { EMPTY_LEDGER, entered, tallyOf, type RunLedger } from './rules/meta/run-ledger.ts';
import type { CallRecord } from './rules/record.ts';

/** Of one run. What is absent is not limited. */
export interface MetaLimits {
  readonly maxCalls?: number;
  /** Input and output, of everything that is paid for. */
  readonly maxTokens?: number;
  /** US dollars. */
  readonly maxUsd?: number;
  /** How deep meta calls may be within each other; 0: a tool that is called within one may make none. */
  readonly maxDepth?: number;
}

interface BookPorts {
  readonly clock: Clock;
  readonly newId: NewId;
}

/** One meta call, as it is paid for. */
export interface Account {
  /** Holds what one more request can cost; rejects with a `BudgetExceeded` where that is too much. */
  hold(
    model: Model,
    asked: Omit<ModelOptions, 'prompt'> & { readonly messages: readonly PlainMessage[] },
    so: readonly CallRecord[],
  ): Promise<void>;
  close(records: readonly CallRecord[]): void;
}

/** What each run may spend on meta calls, and what it did spend: calls side by side never go beyond a limit together. */
export class MetaBooks {
  readonly #budget: Budget;
  readonly #maxDepth: number | undefined;
  readonly #store = new MemoryBudgets();
  readonly #ledgers = new Map<string, RunLedger>();
  readonly #ports: BookPorts;

  constructor(limits: MetaLimits, allowUnpriced: boolean, ports: BookPorts, where: (option: string) => string) {
    this.#ports = ports;
    this.#budget = budgetOf(limits, allowUnpriced, where);
    this.#maxDepth = count(where('limits.maxDepth'), limits.maxDepth, 0);
  }

  ledger(run: string): RunLedger {
    return this.#ledgers.get(run) ?? EMPTY_LEDGER;
  }

  end(run: string): RunLedger {
    const ledger = this.ledger(run);
    this.#ledgers.delete(run);
    return ledger;
  }

  open(run: string, tier: string, tool: string | undefined, depth: number): Account {
    const { clock, newId } = this.#ports;
    const id = newId();
    const windows = windowsOf([this.#budget], { id, run }, clock.now());
    let held = false;
    return {
      hold: async (model, asked, so) => {
        if (this.#maxDepth !== undefined && depth > this.#maxDepth) throw this.#tooDeep(run, depth);
        await this.#hold(id, windows, model, asked, so);
        held = true;
      },
      close: (records) => {
        const tally = tallyOf(records);
        if (held)
          this.#store.settle(
            id,
            windows.map((window) => ({ window, amount: tally[window.unit] })),
            clock.now(),
          );
        if (held) this.#ledgers.set(run, entered(this.ledger(run), tally, tier, tool));
      },
    };
  }

  async #hold(
    id: string,
    windows: readonly Window[],
    model: Model,
    asked: Parameters<Account['hold']>[1],
    so: readonly CallRecord[],
  ): Promise<void> {
    if (windows.length === 0) return;
    const { most, unpriced } = await quote(model, {
      ...asked,
      prompt: promptOf({ prompt: undefined, messages: asked.messages, system: undefined }),
    });
    if (unpriced && !this.#budget.allowUnpriced && windows.some(({ unit }) => unit === 'usd'))
      return refuse('metaCalls({ limits.maxUsd })', `the price of ${model.modelId} is not known: give it one, or say unpriced: 'allow'`);
    const spent = tallyOf(so);
    const needs = { calls: 1, tokens: spent.tokens + most.tokens, usd: spent.usd + most.usd };
    const now = this.#ports.clock.now();
    const parts = windows.map((window) => ({ window, amount: needs[window.unit] }));
    const held = this.#store.reserve({ id, owner: '', until: now + HOLD_MS, parts }, now);
    if (held.ok) return;
    const refusal = new BudgetRefusal(factOf(held.window, held.left, needs[held.window.unit]), now);
    throw new BudgetExceeded(refusal, joinRecords(so) ?? this.#unasked(id));
  }

  #tooDeep(run: string, depth: number): BudgetExceeded {
    const limit = this.#maxDepth!;
    const fact = { budget: this.#budget.name, unit: 'depth' as const, per: 'run' as const, limit, left: 0, needs: depth };
    return new BudgetExceeded(new BudgetRefusal(fact, this.#ports.clock.now()), this.#unasked(run));
  }

  #unasked(id: string): CallRecord {
    return {
      id,
      chain: this.#budget.name,
      began: this.#ports.clock.now(),
      ms: 0,
      outcome: 'quota',
      attempts: [],
      skips: [],
      paid: {},
      marks: [],
    };
  }
}

const UNITS = { maxCalls: 'calls', maxTokens: 'tokens', maxUsd: 'usd' } as const;

function budgetOf(limits: MetaLimits, allowUnpriced: boolean, where: (option: string) => string): Budget {
  if (typeof limits !== 'object' || limits === null) return refuse(where('limits'), 'must be an object');
  known(limits, [...Object.keys(UNITS), 'maxDepth'], (name) => where(`limits.${name}`));
  const of = Object.entries(UNITS).flatMap(([name, unit]) => {
    const most = limits[name as keyof typeof UNITS];
    if (most === undefined) return [];
    if (typeof most !== 'number' || !(most >= 0)) return refuse(where(`limits.${name}`), 'must be a number of at least 0');
    return [{ unit, per: 'run' as const, most }];
  });
  return { name: 'meta calls', each: false, limits: of, allowUnpriced, renewsAt: 0 };
}
