import { ModelFailure } from './failure.ts';
import { build, type Diagnosis } from './classify/build.ts';
import { gather } from './classify/gather.ts';
import type { ClassifyContext } from './classify/row.ts';

export type { Diagnosis } from './classify/build.ts';
export { finishFailure } from './classify/finish.ts';
export { classifyResponse, diagnoseResponse, frameCarriesError, type RawResponse } from './classify/response.ts';
export type { ClassifyContext, UserRow } from './classify/row.ts';
export { scrub } from './classify/scrub.ts';
export { readUserRows, USER_KINDS, type RowProblem } from './classify/user-rows.ts';

/**
 * The one place where a foreign error, error part or abort becomes one of ours. Everything behind it reads `kind`.
 *
 * K1. It never throws and always answers, whatever it is given.
 * K2. One of our own failures, anywhere in the chain of causes, is returned as it is.
 * K3. Evidence counts in the order of E1; which entry of which table decided is told by `diagnose`.
 */
export function classify(error: unknown, context: ClassifyContext): ModelFailure {
  return diagnose(error, context).failure;
}

export function diagnose(error: unknown, context: ClassifyContext): Diagnosis {
  try {
    const evidence = gather(error);
    return evidence.own ? { failure: evidence.own, row: 'own' } : build(evidence, context, error);
  } catch {
    return { failure: new ModelFailure('unknown', 'failed in an unknown way', {}, { cause: error }), row: 'none' };
  }
}
