import type { LoopOptions, RunScope } from './agent-rules.ts';
import { dueForCompaction, expectedTokens } from './due.ts';
import type { Ending } from './events.ts';
import { compactNow } from './loop-compact.ts';
import { answered, end, ended, fail, goesOn } from './loop-end.ts';
import { hook } from './loop-hooks.ts';
import { takeInbox, type Heard } from './loop-inbox.ts';
import { limitWords, mayGoOn, reachedLimit } from './loop-limits.ts';
import { step } from './loop-step.ts';
import { stoppedBefore } from './outcome.ts';
import { RecentCalls } from './recent-calls.ts';
import { circles } from './repeat.ts';
import type { RunState } from './run-state.ts';
import { isSessionError } from './session-error.ts';
import { settle } from './settle.ts';
import { ask, Stopped, tellerFrom } from './teller.ts';
import type { Loop } from './world.ts';

export type { LoopOptions } from './agent-rules.ts';

/**
 * The run loop. It never waits: a driver does, so the same loop runs in a process, inside a durable workflow and in a drill. Agents that
 * share a conversation, children, skills and resumed runs are this loop too.
 *
 * R1. Every change of state is first an event, then a fold of it; nothing with an effect is asked for before the events told so
 *     far are recorded.
 * R2. A run that stopped anywhere goes on from its events: what is owed is done first, what is recorded is not asked or run again.
 * R3. A step with one tool and no question costs two appends: the reply with its tool-start, and the result. Each further call that
 *     has to wait its turn costs one: the result it waited for, with its tool-start.
 * R4. A run ends with exactly one `run-end`, whatever goes wrong, unless the store fails.
 */
export function* loop(start: RunState, options: LoopOptions): Loop<Ending> {
  const teller = tellerFrom(start);
  const run: RunScope = {
    teller,
    options,
    rules: () => options.rules(teller.state().agent),
    context: [],
    recent: new RecentCalls(),
    held: 0,
  };
  try {
    return yield* turns(start, run);
  } catch (error) {
    if (error instanceof Stopped) return yield* end(run, 'stopped');
    // Nothing more can be stored.
    if (isSessionError(error) || teller.lacking()) throw error;
    return yield* ended(run, 'failed', { kind: 'internal', message: error instanceof Error ? error.message : String(error) });
  }
}

function* turns(start: RunState, run: RunScope): Loop<Ending> {
  const { teller, options } = run;
  const { resumed, at, task, opening = [] } = options;
  const was = start.ended;
  teller.tell({ type: 'run-start', agent: start.agent || options.agent, resumed, at, ...(task && { task }) });
  if (start.transcript.length === 0) teller.tell(...opening);
  const gone = replaceSpeaker(run);
  if (gone !== undefined) return yield* end(run, 'failed', { kind: 'local', message: gone });
  if (was?.why === 'stopped' && !resumed) yield* dropOwed(run);
  const begins = yield* hook(run, 'session_start', { source: resumed ? 'resume' : 'startup' });
  if (!begins.allowed)
    return yield* fail(run, 'hook-blocked', `a hook kept the run from beginning: ${begins.message ?? 'no reason given'}`);
  if (begins.context) run.context.push(begins.context);
  const halted = yield* settle(run);
  if (halted !== undefined) return yield* fail(run, 'hook-stopped', halted);
  for (let first = true; ; first = false) {
    const heard = yield* takeInbox(run);
    for (const item of heard.compact) yield* compactNow(run, 'manual', item);
    if (answered(teller.state())) {
      // The answer that stands there is to something else.
      if (first && heard.refused) return yield* fail(run, 'hook-blocked', 'nothing was said: a hook refused it');
      // Who had finished before this run has nothing more to finish.
      if (!(first && was?.why === 'done') && (yield* goesOn(run))) continue;
      return yield* end(run, 'done');
    }
    // After an end of its own a run that goes on has one more try.
    const ended = yield* bounds(run, heard, first && was !== undefined);
    if (ended) return ended;
    const last = yield* step(run);
    if (last) return last;
  }
}

/** Where who spoke last is gone from the file, who speaks first goes on. Answers why nobody can. */
function replaceSpeaker({ teller, options: { absent, agent } }: RunScope): string | undefined {
  const from = teller.state().agent;
  const gone = absent?.(from);
  if (gone === undefined) return undefined;
  if (from === agent || absent?.(agent) !== undefined) return gone;
  teller.tell({ type: 'notice', text: `${gone}; ${agent} goes on` }, { type: 'agent-switch', from, to: agent, how: 'user' });
  return undefined;
}

/** What would keep a run from its next step: circles, limits, a full window. */
function* bounds(run: RunScope, heard: Heard, spared: boolean): Loop<Ending | undefined> {
  const { teller } = run;
  const { maxConsecutiveToolCalls, limits, polling } = run.rules();
  const { transcript, turn, warnedAt } = teller.state();
  const warned = warnedAt === undefined ? {} : { sinceWarning: turn - warnedAt };
  const may = !spared && run.recent.mayCircle(teller.state(), maxConsecutiveToolCalls, polling);
  const circle = may ? circles(transcript, { limit: maxConsecutiveToolCalls, polling, ...warned }) : undefined;
  if (circle?.do === 'stop') return yield* fail(run, circle.failure.kind, circle.failure.message, circle.failure);
  if (circle) teller.tell({ type: 'loop-warning', text: circle.text });
  for (;;) {
    const reached = reachedLimit(teller.state(), limits, heard);
    if (!reached) break;
    if (yield* mayGoOn(run, reached)) continue;
    const why = reached.limit === 'iterations' ? 'out-of-turns' : 'over-limit';
    return yield* end(run, why, { kind: 'limit', message: limitWords(reached) });
  }
  if (dueForCompaction(teller.state(), run.rules(), run.tried)) {
    yield* compactNow(run, 'threshold');
    run.tried = expectedTokens(teller.state(), run.rules());
  }
  return undefined;
}

/** The user stopped the run and now says something else: calls that never began are not begun. */
function* dropOwed({ teller }: RunScope): Loop<void> {
  const waiting = teller.state().owed.filter(({ started }) => !started);
  if (waiting.length > 0 && (yield* ask({ do: 'inbox' })).items.length > 0) teller.tell(...waiting.map(({ call }) => stoppedBefore(call)));
}
