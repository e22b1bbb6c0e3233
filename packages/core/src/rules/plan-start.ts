import { fit, type Fit } from './fit.ts';
import type { Plan } from './plan.ts';
import type { RequestFacts, Target } from './target.ts';

export interface PlanStart {
  readonly targets: readonly Target[];
  readonly settings: Pick<Plan, 'retries' | 'maxAttempts' | 'patience' | 'total' | 'onRefusal'>;
  readonly firstToken: (target: Target, facts: RequestFacts) => number;
}

export interface PlanCall {
  /** P8: where the conversation is to stay. */
  readonly keep?: { readonly place: number; readonly ref: string };
  readonly order?: readonly number[];
  readonly maxAttempts?: number;
  readonly retries?: number;
  readonly total?: number;
}

/** Input tokens above which a request is too dear to find out with whether a model is back (H6). */
const DEAR = 50_000;

/** The plan of one call: the chain's settings, the call's own over them, and what each target can take of this request. */
export function planOf({ targets, settings, firstToken }: PlanStart, facts: RequestFacts, call: PlanCall): Plan {
  const { keep, order } = call;
  const kept = keep !== undefined && targets[keep.place]?.ref === keep.ref ? keep.place : undefined;
  return {
    targets,
    fits: targets.map((target) => fit(target, facts)),
    firstToken: targets.map((target) => firstToken(target, facts)),
    retries: Math.min(settings.retries, call.retries ?? settings.retries),
    maxAttempts: Math.min(settings.maxAttempts, call.maxAttempts ?? settings.maxAttempts),
    patience: settings.patience,
    total: Math.min(settings.total, call.total ?? settings.total),
    onRefusal: settings.onRefusal,
    ...(kept !== undefined && { keep: kept }),
    ...(order && { order }),
    ...(!facts.replayable && { unrepeatable: true }),
    ...(facts.tokens > DEAR && { dear: true }),
  };
}

const ASKED: Fit = { fits: 'no', reason: 'asked' };

/** The same plan while `place` is being asked. */
export const without = (plan: Plan, place: number): Plan => ({ ...plan, fits: plan.fits.map((one, at) => (at === place ? ASKED : one)) });

/** The same plan for a request that has grown. */
export const refitted = (plan: Plan, facts: RequestFacts): Plan => ({ ...plan, fits: plan.targets.map((target) => fit(target, facts)) });
