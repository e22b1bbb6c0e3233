import * as fc from 'fast-check';
import type { Belief } from '../rules/belief.ts';
import { NO_IMAGES, NO_ROOM, type Fit } from '../rules/fit.ts';
import { FAILURE_KINDS, type FailureFacts, type FailureKind } from '../rules/failure.ts';
import { next, type PastAttempt, type Plan, type Step } from '../rules/plan.ts';
import { scopesOf } from '../rules/scope.ts';
import type { Target } from '../rules/target.ts';
import { NOW, plan as planOf, target } from './plan-fixture.ts';

/** A world in which one call runs to its end: what is believed, how each attempt fails and how long it takes of its share. */
export interface World {
  readonly plan: Plan;
  readonly beliefs: ReadonlyMap<string, Belief>;
  readonly fates: readonly Fate[];
}

interface Fate {
  readonly kind: FailureKind;
  readonly facts: FailureFacts;
  readonly shown: 'nothing' | 'soft' | 'hard';
  readonly chance: number;
  /** Of its share. */
  readonly takes: number;
  /** The failure makes the target's endpoint rest, as the health fold would. */
  readonly rests: boolean;
  /** Another call takes the lease first. */
  readonly contested: boolean;
}

export interface Seen {
  readonly step: Step;
  readonly now: number;
  readonly left: number;
  readonly waited: number;
  readonly past: readonly PastAttempt[];
  readonly beliefs: ReadonlyMap<string, Belief>;
}

const fits: fc.Arbitrary<Fit> = fc.oneof(
  { weight: 4, arbitrary: fc.constant<Fit>({ fits: 'yes' }) },
  fc.constantFrom<Fit>({ fits: 'soft', reason: NO_ROOM }, { fits: 'no', reason: NO_ROOM }, { fits: 'no', reason: NO_IMAGES }),
);

const targetAt = (place: number): fc.Arbitrary<Target> =>
  fc
    .record({
      entry: fc.constantFrom('a', 'b', 'c'),
      model: fc.constantFrom('m', 'n'),
      window: fc.option(fc.constantFrom(100, 200), { nil: undefined }),
      loopback: fc.boolean(),
    })
    .map(({ entry, model, window, loopback }) => {
      const key = `${entry}#${place}`;
      return target(place, entry, model, { loopback, credential: key, account: key, ...(window !== undefined && { window }) });
    });

const orderOf = (size: number): fc.Arbitrary<readonly number[]> => {
  const places = Array.from({ length: size }, (_, place) => place);
  return fc.shuffledSubarray(places, { minLength: size, maxLength: size });
};

const plans: fc.Arbitrary<Plan> = fc.integer({ min: 1, max: 4 }).chain((size) =>
  fc
    .record({
      targets: fc.tuple(...Array.from({ length: size }, (_, place) => targetAt(place))),
      fits: fc.array(fits, { minLength: size, maxLength: size }),
      retries: fc.nat(3),
      maxAttempts: fc.integer({ min: 1, max: 20 }),
      patience: fc.constantFrom(0, 300, 30_000),
      total: fc.constantFrom(100, 8000, 900_000),
      onRefusal: fc.constantFrom('pass', 'next'),
      keep: fc.option(fc.nat(size - 1), { nil: undefined }),
      order: fc.option(orderOf(size), { nil: undefined }),
    })
    .map(({ keep, order, targets, ...rest }) =>
      planOf(targets, { ...rest, ...(keep !== undefined && { keep }), ...(order !== undefined && { order }) }),
    ),
);

const kinds = fc.constantFrom(...FAILURE_KINDS.filter((kind) => kind !== 'resting'));

const restOf: fc.Arbitrary<Belief> = fc
  .record({
    since: fc.integer({ min: -9000, max: 0 }),
    ends: fc.constantFrom(-1, 0, 1, 200, 4000, 20_000, 90_000),
    early: fc.boolean(),
    told: fc.boolean(),
    byHand: fc.boolean(),
    kind: kinds,
    lease: fc.option(fc.constantFrom(-1, 200, 9000), { nil: undefined }),
  })
  .map(({ since, ends, early, told, byHand, kind, lease }) => {
    const until = NOW + ends;
    const rest = { since: NOW + since, until, probeAt: early ? until - 500 : until, told, byHand, strikes: 1, why: { kind } };
    return lease === undefined
      ? { tag: 'resting', ...rest }
      : { tag: 'probing', ...rest, lease: { id: 'other', owner: 'other', until: NOW + lease } };
  });

const fate: fc.Arbitrary<Fate> = fc.record({
  kind: fc.oneof(kinds, fc.constantFrom<FailureKind>('server', 'overload', 'truncated', 'rate-limit', 'local')),
  facts: fc.oneof(
    { weight: 3, arbitrary: fc.constant<FailureFacts>({}) },
    fc.constantFrom<FailureFacts>(
      { sameTarget: false },
      { repair: 'refresh' },
      { retryAt: NOW + 900 },
      { retryAt: NOW + 9000 },
      { retryAt: NOW + 9e6 },
    ),
  ),
  shown: fc.oneof({ weight: 4, arbitrary: fc.constant('nothing' as const) }, fc.constantFrom('soft' as const, 'hard' as const)),
  chance: fc.double({ min: 0, max: 0.999, noNaN: true }),
  takes: fc.double({ min: 0, max: 1, noNaN: true }),
  rests: fc.boolean(),
  contested: fc.boolean(),
});

export const worlds: fc.Arbitrary<World> = plans.chain((plan) => {
  const scopes = [...new Set(plan.targets.flatMap((one) => scopesOf(one)))];
  const believed = fc.array(fc.tuple(fc.constantFrom(...scopes), restOf), { maxLength: 6 });
  return fc.record({
    plan: fc.constant(plan),
    beliefs: believed.map((entries) => new Map(entries)),
    fates: fc.array(fate, { minLength: 1, maxLength: 12 }),
  });
});

const MOST_STEPS = 1000;

/** Obeys the plan until it stops; every attempt fails. */
export function play({ plan, beliefs: before, fates }: World): Seen[] {
  const beliefs = new Map(before);
  const past: PastAttempt[] = [];
  const seen: Seen[] = [];
  let [now, left, waited] = [NOW, plan.total, 0];
  const pass = (ms: number): void => {
    now += ms;
    left -= ms;
  };
  for (let count = 0; count < MOST_STEPS; count++) {
    const step = next(plan, past, beliefs, { now, left, waited });
    seen.push({ step, now, left, waited, past: [...past], beliefs: new Map(beliefs) });
    if (step.do === 'stop') return seen;
    if (step.do === 'wait') {
      pass(step.ms);
      waited += step.ms;
      continue;
    }
    pass(step.pause);
    const { kind, facts, shown, chance, takes, rests, contested } = fates[count % fates.length]!;
    if (step.lease !== 'none' && contested) {
      pass(250);
      waited += 250;
      continue;
    }
    const began = now;
    pass(step.share * takes);
    past.push({ place: step.place, began, ended: now, failure: { kind, facts }, shown, chance });
    const [, scope = ''] = scopesOf(plan.targets[step.place]!);
    if (rests)
      beliefs.set(scope, {
        tag: 'resting',
        since: now,
        until: now + 20_000,
        probeAt: now + 20_000,
        told: false,
        byHand: false,
        strikes: 1,
        why: { kind },
      });
  }
  return seen;
}
