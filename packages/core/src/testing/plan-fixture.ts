import type { Belief, Beliefs } from '../rules/belief.ts';
import type { Fit } from '../rules/fit.ts';
import type { FailureFacts, FailureKind } from '../rules/failure.ts';
import { next, type Moment, type PastAttempt, type Plan, type Step } from '../rules/plan.ts';
import type { Target } from '../rules/target.ts';

export const NOW = 1_000_000;

export const target = (place: number, entry: string, model: string, more: Partial<Target> = {}): Target => ({
  place,
  ref: `${entry}/${model}`,
  entry,
  model,
  protocol: 'other',
  credential: `${entry}#KEY`,
  account: `${entry}#KEY`,
  group: model,
  ...more,
});

export const YES: Fit = { fits: 'yes' };

export function plan(targets: readonly Target[], more: Partial<Plan> = {}): Plan {
  return {
    targets,
    fits: targets.map(() => YES),
    firstToken: targets.map(() => 90_000),
    retries: 2,
    maxAttempts: 20,
    patience: 30_000,
    total: 900_000,
    onRefusal: 'pass',
    ...more,
  };
}

export const abc = (more: Partial<Plan> = {}): Plan => plan([target(0, 'a', 'm'), target(1, 'b', 'n'), target(2, 'c', 'o')], more);
export const one = (more: Partial<Plan> = {}): Plan => plan([target(0, 'a', 'm')], more);

export const failed = (place: number, kind: FailureKind, facts: FailureFacts = {}, more: Partial<PastAttempt> = {}): PastAttempt => ({
  place,
  began: NOW - 100,
  ended: NOW,
  failure: { kind, facts },
  shown: 'nothing',
  chance: 0.5,
  ...more,
});

export interface RestSpec {
  readonly kind?: FailureKind;
  readonly until?: number;
  readonly probeAt?: number;
  readonly told?: boolean;
  readonly byHand?: boolean;
  readonly since?: number;
  readonly fingerprint?: string;
  readonly heldUntil?: number;
}

export function rest({ kind = 'server', until = NOW + 20_000, told = false, heldUntil, ...more }: RestSpec = {}): Belief {
  const base = { since: NOW - 5000, until, probeAt: until, told, byHand: false, strikes: 1, why: { kind }, ...more };
  return heldUntil === undefined
    ? { tag: 'resting', ...base }
    : { tag: 'probing', ...base, lease: { id: 'x', owner: 'o', until: heldUntil } };
}

export const beliefs = (of: Record<string, Belief>): Beliefs => new Map(Object.entries(of));
const moment = (more: Partial<Moment> = {}): Moment => ({ now: NOW, left: 900_000, waited: 0, ...more });
export const step = (p: Plan, past: readonly PastAttempt[] = [], known: Beliefs = new Map(), more: Partial<Moment> = {}): Step =>
  next(p, past, known, moment(more));
