import type { EndFailure, Ending, RunEvent } from './events.ts';
import type { RunState } from './fold.ts';
import { stoppedBefore } from './outcome.ts';
import { REPEATS, stuckIn } from './repeat.ts';
import { settle } from './settle.ts';
import { ask, flush, Stopped, tellerFrom, type Teller } from './teller.ts';
import type { InboxItem, Loop } from './world.ts';

export interface LoopOptions {
  readonly agent: string;
  /** A run that broke off, or was over, goes on without a new prompt. */
  readonly resumed: boolean;
  /** Turns since the last input; 0 or less is no limit. */
  readonly maxIterations: number;
  /** Identical batches of calls in a row that end the run; 0 is the default. */
  readonly maxConsecutiveToolCalls: number;
}

/**
 * The run loop. It never waits: a driver does, so the same loop runs in a process, inside a durable workflow and in a drill.
 *
 * R1. Every change of state is first an event, then a fold of it; nothing with an effect is asked for before the events told so
 *     far are recorded.
 * R2. A run that stopped anywhere goes on from its events: what is owed is done first, what is recorded is not asked or run again.
 * R3. A step with one tool and no question costs two appends: the reply with its tool-start, and the result. Each further call that
 *     has to wait its turn costs one: the result it waited for, with its tool-start.
 * R4. A run ends with exactly one `run-end`.
 */
export function* loop(start: RunState, options: LoopOptions): Loop<Ending> {
  const teller = tellerFrom(start);
  try {
    return yield* turns(start, teller, options);
  } catch (error) {
    if (!(error instanceof Stopped)) throw error;
    return yield* end(teller, 'stopped');
  }
}

function* turns(start: RunState, teller: Teller, options: LoopOptions): Loop<Ending> {
  const was = start.ended;
  teller.tell({ type: 'run-start', agent: options.agent, resumed: options.resumed });
  if (was?.why === 'stopped' && !options.resumed) yield* dropOwed(teller);
  yield* settle(teller);
  for (let first = true; ; first = false) {
    yield* takeInbox(teller);
    const { transcript, turnsOfRun, turn } = teller.state();
    const last = transcript.at(-1);
    if (!last || last.role === 'assistant') return yield* end(teller, 'done');
    // After an end of its own a run that goes on has one more try.
    const stuck = first && was ? undefined : stuckIn(transcript, options.maxConsecutiveToolCalls || REPEATS);
    if (stuck) return yield* end(teller, 'failed', stuck);
    if (options.maxIterations > 0 && turnsOfRun >= options.maxIterations) return yield* end(teller, 'out-of-turns');
    yield* flush(teller);
    const answer = yield* ask({ do: 'model', state: teller.state(), turn: turn + 1 });
    if ('failure' in answer) {
      teller.tell(...(answer.withdrawn ?? []));
      return yield* end(teller, 'failed', answer.failure);
    }
    const { withdrawn, marks, ...reply } = answer.reply;
    teller.tell(...withdrawn, { type: 'model-reply', turn: turn + 1, ...reply, ...(marks.length > 0 && { marks }) });
    yield* settle(teller);
  }
}

/** Steering is taken at once; a follow-up waits for the end of a turn, and has one of its own. */
function* takeInbox(teller: Teller): Loop<void> {
  const { consumed } = teller.state();
  const items = (yield* ask({ do: 'inbox' })).filter(({ id }) => !consumed.has(id));
  teller.tell(...items.filter(({ kind }) => kind !== 'follow-up').map(input));
  const last = teller.state().transcript.at(-1);
  const next = items.find(({ kind }) => kind === 'follow-up');
  if (next && last?.role !== 'user' && last?.role !== 'tool') teller.tell(input(next));
}

const input = ({ id, text }: InboxItem): RunEvent => ({ type: 'input', text, item: id });

/** The user stopped the run and now says something else: calls that never began are not begun. */
function* dropOwed(teller: Teller): Loop<void> {
  const waiting = teller.state().owed.filter(({ started }) => !started);
  if (waiting.length > 0 && (yield* ask({ do: 'inbox' })).length > 0) teller.tell(...waiting.map(({ call }) => stoppedBefore(call)));
}

function* end(teller: Teller, why: Ending, failure?: EndFailure): Loop<Ending> {
  teller.tell({ type: 'run-end', why, ...(failure && { failure }) });
  yield* flush(teller);
  return why;
}
