import type { Beliefs } from './belief.ts';
import { NO_ROOM } from './fit.ts';
import { LONGEST_PAUSE, retryOf, type Retry } from './plan-again.ts';
import { standingOf, type Standing } from './plan-standing.ts';
import type { Moment, PastAttempt, Plan } from './plan-types.ts';
import { failingScopes, shares, SHARES_FAILURE } from './shared-failure.ts';

/** Where one target stands for this call. `last`: only when nobody is `ready` (P3). `wait`: not before its time (P4). `out`: not again. */
export interface Place {
  readonly place: number;
  readonly rank: 'ready' | 'last' | 'wait' | 'out';
  readonly standing: Standing;
  /** Ms to pause before it is asked (P2). */
  readonly pause: number;
  /** Epoch ms, for the order of those asked last (P3): the end of its rest. */
  readonly ends: number;
  /** P9: it broke after it had shown something. */
  readonly broken: boolean;
  /** Not asked yet, but another target failed this call at a scope that both have: an endpoint, an account. */
  readonly doubted: boolean;
  /** Its last attempt failed because of this machine. */
  readonly local: boolean;
  /** Why it is passed over; absent when nothing speaks against it, or its attempts say why. */
  readonly reason?: string;
}

const OFFLINE = 'offline';
/** P6: the endpoint's bucket had no retry for this call. */
export const NO_RETRIES = 'retry-budget';
/** The request was refused as wrong by another target of this provider entry. */
const SAME_PROVIDER = 'same-provider';
/** A target with at least this window refused the request by size. */
const SMALLER_WINDOW = 'smaller-window';

/** Ms: how long a target that limited the rate without a word is taken to rest, among those asked last. */
const UNTOLD_REST = 60_000;

const NONE: readonly PastAttempt[] = [];

/** What the history says of the call as a whole. */
interface Looked {
  readonly locals: number;
  readonly offline: boolean;
  /** Tokens: the largest window that refused by size; 0 when none is known. */
  readonly refused: number;
  readonly wrong: ReadonlySet<string>;
  /** Scopes that failures of this call speak of. */
  readonly failing: ReadonlySet<string | undefined>;
}

export function survey(plan: Plan, past: readonly PastAttempt[], beliefs: Beliefs, moment: Moment): Place[] {
  const looked = lookBack(plan, past);
  const out: Place[] = [];
  for (let place = 0; place < plan.targets.length; place++) {
    const mine = past.filter((attempt) => attempt.place === place);
    // Whom the bucket refused stands as everybody does: its own failure bars it too (H4).
    const own = moment.refused?.has(place) ? NONE : mine;
    out.push(placeOf(plan, place, mine, looked, standingOf(plan.targets[place]!, beliefs, own, moment.now), moment));
  }
  return out;
}

function lookBack({ targets }: Plan, past: readonly PastAttempt[]): Looked {
  let [locals, refused, offline] = [0, 0, false];
  const wrong = new Set<string>();
  for (const { place, failure } of past) {
    const { entry, loopback, window } = targets[place]!;
    if (failure.kind === 'local') locals++;
    if (failure.kind === 'local') offline = true;
    else if (!loopback) offline = false;
    if (failure.kind === 'bad-request') wrong.add(entry);
    if (failure.kind === 'context-length') refused = Math.max(refused, window ?? failure.facts.tokens?.limit ?? 0);
  }
  return { locals, offline, refused, wrong, failing: failingScopes(targets, past) };
}

function placeOf(plan: Plan, place: number, mine: readonly PastAttempt[], looked: Looked, standing: Standing, moment: Moment): Place {
  const last = mine.at(-1);
  const broken = mine.some(({ shown }) => shown === 'hard');
  const doubted = !last && shares(plan.targets[place]!, looked.failing);
  const base = { place, standing, pause: 0, ends: standing.from, broken, doubted, local: last?.failure.kind === 'local' };
  const bar = barred(plan, place, last, looked);
  if (bar !== undefined) return { ...base, rank: 'out', reason: bar };
  const retry = last && retryOf(plan, mine, looked.locals, moment.waited);
  if (last && !retry) return { ...base, rank: 'out' };
  if (last && moment.refused?.has(place)) return refused(base, standing, last, plan, moment);
  const pause = last && retry ? Math.max(0, last.ended + retry.pause - moment.now) : 0;
  const soon = standing.tag === 'fixed' && retry?.when === 'now' && standing.from - moment.now <= LONGEST_PAUSE;
  const ends = retry?.when === 'last' && standing.tag === 'free' ? last!.ended + UNTOLD_REST : standing.from;
  const rank = soon && mayLease(standing, plan, moment) ? 'ready' : rankOf(plan, place, standing, retry, moment);
  const reason = reasonOf(plan, place, standing, last !== undefined) ?? (doubted ? SHARES_FAILURE : undefined);
  return {
    ...base,
    rank,
    pause: soon ? Math.max(pause, standing.from - moment.now) : pause,
    ends,
    ...(reason !== undefined && { reason }),
  };
}

/**
 * P6: another target is asked at once. Where there is none, this is the last resort: under the lease where its failure rests it, else after
 * the longest pause, so that a dead endpoint is not stormed and no call is lost to a blip that many met.
 */
function refused(base: Omit<Place, 'rank'>, standing: Standing, last: PastAttempt, plan: Plan, moment: Moment): Place {
  const calm = last.ended + LONGEST_PAUSE * (0.5 + last.chance / 2);
  const waits = standing.tag === 'fixed' || standing.tag === 'held' || !mayLease(standing, plan, moment);
  const pause = standing.tag === 'free' ? Math.max(0, calm - moment.now) : 0;
  return { ...base, rank: waits ? 'wait' : 'last', pause, ends: Math.max(standing.from, calm), reason: NO_RETRIES };
}

/** Column "next": what an earlier failure of this call says against a target it was not yet seen at. */
function barred(plan: Plan, place: number, last: PastAttempt | undefined, looked: Looked): string | undefined {
  const fit = plan.fits[place]!;
  if (fit.fits === 'no') return fit.reason;
  const { entry, window, loopback } = plan.targets[place]!;
  if (looked.offline && !loopback && last?.failure.kind !== 'local') return OFFLINE;
  if (last) return undefined;
  if (looked.wrong.has(entry)) return SAME_PROVIDER;
  return window !== undefined && window <= looked.refused ? SMALLER_WINDOW : undefined;
}

/** A lease that others keep taking is waited for no longer than `patience`, however the waiting came about. */
const mayLease = ({ lease }: Standing, plan: Plan, { waited }: Moment): boolean => lease === 'none' || waited <= plan.patience;

function rankOf(plan: Plan, place: number, standing: Standing, retry: Retry, moment: Moment): Place['rank'] {
  if (standing.tag === 'fixed' || standing.tag === 'held' || !mayLease(standing, plan, moment)) return 'wait';
  return standing.tag === 'guess' || isDear(plan, standing) || retry?.when === 'last' || plan.fits[place]!.fits === 'soft'
    ? 'last'
    : 'ready';
}

/** H6: a probe that may fail is made with a small request, if anybody else can take the large one. */
const isDear = ({ dear }: Plan, { tag, ramps }: Standing): boolean => dear === true && tag === 'due' && !ramps;

function reasonOf(plan: Plan, place: number, standing: Standing, tried: boolean): string | undefined {
  const { tag, ramps } = standing;
  if (isDear(plan, standing)) return 'probe-too-large';
  if (tag === 'held') return ramps ? 'ramping' : 'probing';
  if (tag === 'guess' || (tag === 'fixed' && !tried)) return 'resting';
  const fit = plan.fits[place]!;
  return fit.fits === 'soft' && !tried ? fit.reason : undefined;
}

/** P7: it cannot hold the request, by what is known of its window. */
export const isTooSmall = (plan: Plan, { place, reason }: Place): boolean =>
  reason === SMALLER_WINDOW || (plan.fits[place]!.fits === 'no' && reason === NO_ROOM);
