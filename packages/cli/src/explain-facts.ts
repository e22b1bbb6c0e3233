import type { AgentFile, ChainSpec, ChainTarget } from '@holdfast/agent/engine';
import {
  BUDGET,
  fit,
  laneOf,
  laneRules,
  limitsFor,
  next,
  planOf,
  resolveProvider,
  scopesOf,
  standingOf,
  worstCase,
  type Belief,
  type Beliefs,
  type BudgetStore,
  type HealthStore,
  type LaneRules,
  type LaneTable,
  type Limits,
  type RequestFacts,
  type ResolvedKey,
  type ResolvedProvider,
  type Target,
} from '@holdfast/core/engine';
import { chainSettings } from './chain-settings.ts';
import { allRefused, budgetStandings, refusalOf } from './explain-budgets.ts';
import { defaultsOf } from './model-defaults.ts';
import type { Explained, ExplainedTarget } from './render/explained.ts';
import { runBudgets, unpricedBar } from './run-budgets.ts';
import { targetOf } from './target-facts.ts';

export interface ExplainPorts {
  readonly env: (name: string) => string | undefined;
  readonly health: HealthStore;
  readonly budgets: BudgetStore;
  /** Whose request it is. */
  readonly caller?: string;
  readonly hash: (text: string) => string;
  readonly now: number;
}

type Request = Pick<RequestFacts, 'tokens' | 'maxTokens' | 'images'>;

/** A chain target by target, in the order in which they are asked. */
export async function explained(chain: ChainSpec, file: AgentFile, request: Request, ports: ExplainPorts): Promise<Explained> {
  const facts: RequestFacts = { ...request, stops: false, afterTool: false, prompt: '', replayable: true };
  const { settings } = chain;
  const full = chainSettings(settings);
  const places = chain.targets.flatMap((target) => placesOf(target, ports));
  const reachable = places
    .flatMap((place) => (place.known ? [place] : []))
    .map((place, at) => ({ ...place, known: { ...place.known!, place: at } }));
  const beliefs = await ports.health.read(reachable.flatMap(({ known }) => scopesOf(known)));
  const limits = (known: Target): Limits => limitsFor(settings.timeouts ?? {}, known, facts);
  const targets = places.map((place) =>
    explainedTarget(place, { facts, beliefs, now: ports.now, limits, lanes: laneRules(matchesOf(file.lanes)).rules }),
  );
  const standings = await budgetStandings(runBudgets(file, ports.caller), ports.budgets, ports.caller, ports.now);
  const refusals = reachable.map(({ known, target }) => refusalOf(standings, known, facts, target.settings.maxTokens));
  const open = planOf(
    { targets: reachable.map(({ known }) => known), settings: full, firstToken: (known) => limits(known).firstToken },
    facts,
    {},
  );
  const barredByBudget = (place: number) => refusals[place] && ({ fits: 'no', reason: BUDGET } as const);
  const plan = { ...open, fits: open.fits.map((fits, place) => barredByBudget(place) ?? fits) };
  const step = reachable.length === 0 ? undefined : next(plan, [], beliefs, { now: ports.now, left: full.total, waited: 0 });
  const barred = unpricedBar(file, chain.targets, ports.caller) ?? allRefused(refusals, ports.now);
  const first = step?.do === 'try' && barred === undefined ? reachable[step.place] : undefined;
  return {
    chain: chain.name,
    targets,
    budgets: standings.map(({ window: { budget: name, unit, per, limit: most, renewsAt }, ...amounts }) => ({
      name,
      unit,
      per,
      most,
      ...amounts,
      ...(renewsAt !== undefined && { renewsAt }),
    })),
    ...(barred !== undefined && { barred }),
    ...(first && { first: places.findIndex(({ key, target }) => key === first.key && target === first.target) }),
    drawn: chain.members.length > 1,
    settings: full,
    worst: worstCase({ ...full, targets: reachable.length }),
  };
}

const matchesOf = (lanes: LaneTable): Readonly<Record<string, readonly string[]>> =>
  Object.fromEntries(Object.entries(lanes).map(([name, { match = [] }]) => [name, match]));

interface Place {
  readonly target: ChainTarget;
  readonly provider?: ResolvedProvider;
  readonly key?: ResolvedKey;
  readonly known?: Target;
  readonly problem?: string;
}

/** One place for each key of a target; one with a problem where it cannot be asked. */
function placesOf(target: ChainTarget, { env, hash }: ExplainPorts): readonly Place[] {
  const answer = resolveProvider(target.entry, env);
  if ('error' in answer) return [{ target, problem: `${answer.error.message}; ${answer.error.wayOut}` }];
  return answer.ok.keys.map((key) => ({ target, provider: answer.ok, key, known: targetOf(target, answer.ok, key, hash) }));
}

interface Seen {
  readonly facts: RequestFacts;
  readonly beliefs: Beliefs;
  readonly now: number;
  readonly limits: (known: Target) => Limits;
  readonly lanes: LaneRules;
}

function explainedTarget({ target, provider, key, known, problem }: Place, { facts, beliefs, now, limits, lanes }: Seen): ExplainedTarget {
  const plain: Target = known ?? {
    place: 0,
    ref: target.ref,
    entry: target.entry.name,
    model: target.model,
    protocol: 'other',
    credential: '',
    account: '',
    group: '',
  };
  const fits = fit(plain, facts);
  const standing = known ? standingOf(known, beliefs, [], now) : undefined;
  const lane = laneOf(lanes, plain);
  return {
    target: target.ref,
    entry: plain.entry,
    model: plain.model,
    ...(provider && { protocol: provider.protocol, baseUrl: provider.baseUrl }),
    key: keyOf(key),
    ...(problem !== undefined && { problem }),
    fits: fits.fits,
    ...('reason' in fits && { unfit: fits.reason }),
    ...(plain.window !== undefined && { window: plain.window }),
    ...(plain.maxOutput !== undefined && { maxOutput: plain.maxOutput }),
    ...(plain.images !== undefined && { images: plain.images }),
    standing: standing?.tag ?? 'free',
    ...(known && standing?.tag === 'fixed' && { rest: restOf(known, beliefs, standing.from) }),
    ...(standing && standing.from > now && { until: standing.from }),
    ...(standing?.why && { why: standing.why }),
    ...(lane !== undefined && { lane }),
    ...(plain.price && { price: plain.price }),
    settings: { ...(target.effort !== undefined && { effort: target.effort }), ...(provider && defaultsOf(target, provider)) },
    limits: limits(plain),
    ...(known && known.account !== known.credential && { account: known.account }),
  };
}

/** Who says that it rests until then. */
function restOf(known: Target, beliefs: Beliefs, until: number): NonNullable<ExplainedTarget['rest']> {
  const resting = scopesOf(known).flatMap((scope) => {
    const belief: Belief | undefined = beliefs.get(scope);
    return belief === undefined || belief.tag === 'cool' ? [] : [belief];
  });
  const last = resting.find((belief) => belief.until === until || belief.probeAt === until);
  return last?.byHand ? 'by-hand' : last?.told ? 'told' : 'guessed';
}

function keyOf(key: ResolvedKey | undefined): ExplainedTarget['key'] {
  if (key?.source) return { from: 'file' in key.source ? key.source.file : 'token_command', present: 'when-asked' };
  if (key?.variable !== undefined) return { from: key.variable, present: key.value !== undefined };
  return { from: 'none', present: key !== undefined };
}
