import type { RunLimits, RunScope } from './agent-rules.ts';
import type { LimitName } from './events.ts';
import { notification } from './hook-facts.ts';
import { hook } from './loop-hooks.ts';
import type { Heard } from './loop-inbox.ts';
import type { RunState } from './run-state.ts';
import { ask, flush } from './teller.ts';
import type { Loop } from './world.ts';

/** Model calls a user adds with one yes. */
const MORE_TURNS = 10;

export interface Reached {
  readonly limit: LimitName;
  /** What was reached, and where the limit goes when the user says yes. */
  readonly reached: number;
  readonly next: number;
}

type Counts = Pick<RunState, 'turnsOfRun' | 'spentOfRun' | 'began' | 'raised'>;

/** The first limit of a run that is reached. 0 or less is no limit. Children's spending counts for tokens and money. */
export function reachedLimit(state: Counts, limits: RunLimits, { now, below }: Pick<Heard, 'now' | 'below'>): Reached | undefined {
  const { turnsOfRun, spentOfRun, began = now, raised } = state;
  const all: readonly (readonly [LimitName, number | undefined, number])[] = [
    ['iterations', limits.iterations, turnsOfRun],
    ['time', limits.timeMs, now - began],
    ['tokens', limits.tokens, spentOfRun.input + spentOfRun.output + below.tokens],
    ['usd', limits.usd, spentOfRun.usd + below.usd],
  ];
  for (const [limit, own, count] of all) {
    if (own === undefined || own <= 0) continue;
    if (count < (raised[limit] ?? own)) continue;
    return { limit, reached: count, next: limit === 'iterations' ? count + MORE_TURNS : count + own };
  }
  return undefined;
}

/** One sentence for people. */
export function limitWords({ limit, reached }: Reached): string {
  switch (limit) {
    case 'iterations':
      return `the run reached its max_iterations limit (${reached})`;
    case 'time':
      return `the run reached its time limit (${Math.round(reached / 1000)} s)`;
    case 'tokens':
      return `the run reached its limit of tokens (${reached})`;
    case 'usd':
      return `the run reached its limit of money ($${reached.toFixed(4)})`;
  }
}

/** Asks whether the run may go on. With nobody there it may not. */
export function* mayGoOn(run: RunScope, over: Reached): Loop<boolean> {
  const { teller } = run;
  const facts = notification('warning', limitWords(over));
  yield* hook(run, 'notification', facts);
  if (over.limit === 'iterations') yield* hook(run, 'on_max_iterations', { ...facts, max_iterations: over.reached });
  const before = teller.state().limit;
  const asked = before?.limit === over.limit ? before : undefined;
  const id = asked?.id ?? [...run.options.path, `limit:${teller.state().turn}:${over.limit}`].join('/');
  const question = { id, about: 'limit', limit: over.limit, reached: over.reached, reason: `${limitWords(over)}; may it go on?` } as const;
  let answer = asked?.answer;
  if (!answer) {
    yield* hook(run, 'on_user_input', { source: 'limit' });
    teller.tell({ type: 'question', ...question });
    yield* flush(teller);
    const given = yield* ask({ do: 'question', ...question });
    if (given) teller.tell({ type: 'answer', id, ...given });
    answer = given;
  }
  if (!answer || answer.decision === 'deny' || answer.decision === 'cancel') return false;
  teller.tell({ type: 'limit-raised', limit: over.limit, to: over.next });
  yield* hook(run, 'on_session_resume', { previous_max_iterations: over.reached, new_max_iterations: over.next, limit: over.limit });
  return true;
}
