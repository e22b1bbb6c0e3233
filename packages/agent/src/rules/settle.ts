import type { ToolCall } from './events.ts';
import type { OwedCall } from './fold.ts';
import { nobodyThere, outcomeUnknown, refused, rejected } from './outcome.ts';
import { ask, flush, type Teller } from './teller.ts';
import type { Loop, Verdict } from './world.ts';

type About = 'approval' | 'may-have-run';

/**
 * Does what is owed: every call of the last reply gets exactly one result.
 * O1. A call that has begun before and is not idempotent runs again only when the user says so.
 * O2. Rules are asked before every run, also before one the user allowed: a denial wins.
 * O3. One question at a time, each recorded before it is asked; what was answered is not asked again.
 */
export function* settle(teller: Teller): Loop<void> {
  yield* lookBack(teller);
  yield* decide(teller);
  const calls = teller.state().owed.map(({ call }) => call);
  if (calls.length === 0) return;
  const before = teller.take();
  const { events } = yield* ask({ do: 'tools', before, calls });
  teller.saw(events.slice(before.length));
}

/** Calls that had begun when a process ended. */
function* lookBack(teller: Teller): Loop<void> {
  const begun = teller.state().owed.filter(({ started }) => started);
  if (begun.length === 0) return;
  const found = yield* ask({ do: 'unfinished', state: teller.state(), calls: begun.map(({ call }) => call) });
  for (const { call } of begun.filter(({ call }) => found.some(({ id, killed }) => id === call.id && killed))) {
    teller.tell({ type: 'notice', text: `a process that ${call.name} had started before the restart was still running; it was killed` });
  }
  for (const owed of begun) {
    if (found.find(({ id }) => id === owed.call.id)?.idempotent) continue;
    const answer = yield* question(teller, owed, 'may-have-run', 'it may have run before the restart');
    if (!answer) teller.tell(outcomeUnknown(owed.call, false));
    else if (answer.decision === 'deny') teller.tell(outcomeUnknown(owed.call, true));
  }
}

/** After this, what is still owed is to run. */
function* decide(teller: Teller): Loop<void> {
  let settled: ReadonlySet<string> = new Set();
  for (;;) {
    const calls = teller.state().owed.map(({ call }) => call);
    if (calls.length === 0) return;
    const verdicts = yield* ask({ do: 'permit', state: teller.state(), calls });
    for (const verdict of verdicts) {
      const call = calls.find(({ id }) => id === verdict.id);
      if (call && verdict.do === 'refuse') teller.tell(refused(call, verdict.output));
    }
    const done = yield* approvals(
      teller,
      verdicts.filter((verdict) => verdict.do === 'ask'),
      settled,
    );
    if (done === undefined) return;
    settled = done;
  }
}

/** Asks for what needs asking. Stops at an `allow-tool`, which may have settled the rest: then the rules are asked once more. */
function* approvals(
  teller: Teller,
  asked: readonly (Verdict & { readonly do: 'ask' })[],
  settled: ReadonlySet<string>,
): Loop<ReadonlySet<string> | undefined> {
  const done = new Set(settled);
  for (const { id, reason } of asked) {
    const owed = teller.state().owed.find(({ call }) => call.id === id);
    // What began was allowed then.
    if (!owed || owed.started || done.has(id)) continue;
    const before = owed.answer;
    const answer = yield* question(teller, owed, 'approval', reason);
    if (!answer) teller.tell(nobodyThere(owed.call, reason));
    else if (answer.decision === 'deny') teller.tell(rejected(owed.call, answer.reason));
    else done.add(id);
    if (answer?.decision === 'allow-tool' && !before) return done;
  }
  return undefined;
}

function* question(teller: Teller, owed: OwedCall, about: About, reason: string): Loop<OwedCall['answer']> {
  const same = owed.question?.about === about;
  if (same && owed.answer) return owed.answer;
  const id = same && owed.question ? owed.question.id : idOf(teller.state().turn, owed, about);
  const { call } = owed;
  // Told again, under the same id, when a run goes on: who watches from there must see it.
  teller.tell({ type: 'question', id, about, call, reason });
  yield* flush(teller);
  const answer = yield* ask({ do: 'question', id, about, call, reason });
  if (answer) teller.tell({ type: 'answer', id, ...answer });
  return answer;
}

/** Unique in a session: one call can be asked about again after each start. */
const idOf = (turn: number, { call, started }: { readonly call: ToolCall; readonly started?: { readonly times: number } }, about: About) =>
  `${about}:${turn}:${call.id}:${started?.times ?? 0}`;
