import type { MaybePromise } from './ports.ts';
import type { Model, ModelOptions } from './model.ts';
import { factsOf } from './request-facts.ts';
import type { Amounts } from './rules/budget/budget.ts';
import { worstOf } from './rules/budget/worst.ts';
import type { Target } from './rules/target.ts';

/** What one attempt of a call can cost at most, by the dearest of the targets that may answer it. */
export interface Quote {
  readonly most: Amounts;
  /** Somebody may answer whose price nobody knows. */
  readonly unpriced: boolean;
}

type Quoting = (options: ModelOptions) => MaybePromise<Quote>;

const known = new WeakMap<Model, Quoting>();

/** Lets `quote` know what a model of ours may cost. Answers the model. */
export function quoted(model: Model, quoting: Quoting): Model {
  known.set(model, quoting);
  return model;
}

/** `asked`: by place, what the configuration sets as `max_tokens`. */
export const quoteOf = (targets: readonly Target[], asked: readonly (number | undefined)[]): Quoting => {
  const unpriced = targets.some(({ price }) => price === undefined);
  return (options) => {
    const facts = factsOf(options, () => '');
    const each = targets.map((target) => worstOf(target, facts, asked[target.place]));
    const most = (unit: 'usd' | 'tokens'): number => Math.max(...each.map((amounts) => amounts[unit]));
    return { most: { usd: most('usd'), tokens: most('tokens'), calls: 1 }, unpriced };
  };
};

/** A model that is none of ours is taken for one without limits and prices. */
const STRANGER = { place: 0 } as Target;

export const quote = (model: Model, options: ModelOptions): MaybePromise<Quote> => (known.get(model) ?? quoteOf([STRANGER], []))(options);
