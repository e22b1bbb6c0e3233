import { appliesTo, unpricedUnder, type Budget, type Target } from '@holdfast/core/engine';
import type { ClientError } from '@holdfast/core/wire';
import { quietest } from './quiet.ts';

/** A budget refuses (note 8: a 403 makes clients ask for another login): one of money holds for this caller, and what has no known price would spend unseen under it (docs/budgets.md). */
export function unpricedError(
  budgets: readonly Budget[],
  targets: readonly Pick<Target, 'ref' | 'price'>[],
  spender: Parameters<typeof appliesTo>[1],
): ClientError | undefined {
  const found = unpricedUnder(
    budgets.filter((one) => appliesTo(one, spender)),
    targets,
  );
  if (found === undefined) return undefined;
  const why = 'while a budget of money holds for this key';
  const message = quietest(
    `the price of ${found.targets.join(', ')} is not known, and it may not be asked ${why}`,
    `this model has no known price, and may not be asked ${why}`,
  );
  return { status: 429, class: 'quota', message, param: 'model' };
}
