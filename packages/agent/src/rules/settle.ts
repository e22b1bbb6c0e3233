import type { RunScope } from './agent-rules.ts';
import { BY } from './decision-source.ts';
import type { ToolCall } from './events.ts';
import { approvals, decided, question } from './approvals.ts';
import { callerOf } from './owed-call.ts';
import { notAgain, outcomeUnknown, refused } from './outcome.ts';
import { ask } from './teller.ts';
import type { Loop, Verdict } from './world.ts';

/**
 * Does what is owed: every call of the last reply gets exactly one result. Answers why the run stops after it, when a hook says so.
 * O1. A call that has begun before and is not idempotent runs again only when the user says so.
 * O2. Rules are asked before every run, also before one the user allowed: a denial wins.
 * O3. One question at a time, each recorded before it is asked; what was answered is not asked again.
 */
export function* settle(run: RunScope): Loop<string | undefined> {
  const { teller } = run;
  dropAbsent(run);
  yield* lookBack(run);
  const allowed = yield* decide(run);
  const { owed } = teller.state();
  if (owed.length === 0) return undefined;
  const before = teller.take();
  const { events, stop } = yield* ask({
    do: 'tools',
    agent: callerOf(teller.state()),
    before,
    calls: owed.map(({ call }) => call),
    allowed: owed.map(({ call: { id }, started, inquiries }) => ({
      id,
      ...allowed.get(id),
      ...(started && { began: true }),
      ...(inquiries && { inquiries }),
    })),
  });
  teller.stored();
  teller.saw(events.slice(before.length));
  return stop;
}

/** Calls of an agent that the file no longer has: nobody knows its tools. */
function dropAbsent({ teller, options }: RunScope): void {
  const { owed } = teller.state();
  const gone = owed.length === 0 ? undefined : options.absent?.(callerOf(teller.state()));
  if (gone === undefined) return;
  for (const { call, started } of owed) {
    const why = `Not run: ${gone}.`;
    teller.tell(started ? notAgain(call, why, BY.unknownTool) : refused(call, why, BY.unknownTool));
  }
}

/** Calls that had begun when a process ended. */
function* lookBack(run: RunScope): Loop<void> {
  const { teller } = run;
  const begun = teller.state().owed.filter(({ started }) => started);
  if (begun.length === 0) return;
  const found = yield* ask({ do: 'unfinished', state: teller.state(), calls: begun.map(({ call }) => call) });
  for (const { call } of begun.filter(({ call }) => found.some(({ id, killed }) => id === call.id && killed))) {
    teller.tell({ type: 'notice', text: `a process that ${call.name} had started before the restart was still running; it was killed` });
  }
  for (const owed of begun) {
    if (found.find(({ id }) => id === owed.call.id)?.idempotent) continue;
    const answer = yield* question(run, owed, 'may-have-run', 'it may have run before the restart');
    if (!answer) teller.tell(outcomeUnknown(owed.call, false));
    else if (answer.decision === 'deny' || answer.decision === 'cancel') teller.tell(outcomeUnknown(owed.call, true));
  }
}

type Allowances = ReadonlyMap<string, { readonly by?: string; readonly input?: string }>;

/** After this, what is still owed is to run. */
function* decide(run: RunScope): Loop<Allowances> {
  const { teller } = run;
  let settled: ReadonlyMap<string, string> = new Map();
  for (;;) {
    const calls = teller.state().owed.map(({ call }) => call);
    if (calls.length === 0) return new Map();
    const verdicts = yield* ask({ do: 'permit', state: teller.state(), calls });
    for (const verdict of verdicts) {
      teller.tell(...(verdict.warnings ?? []).map((text) => ({ type: 'notice', text }) as const));
      const call = calls.find(({ id }) => id === verdict.id);
      if (call && verdict.do === 'refuse') yield* refuse(run, call, verdict);
    }
    const done = yield* approvals(
      run,
      verdicts.filter((verdict) => verdict.do === 'ask'),
      settled,
    );
    if (done.all) {
      const left = allowances(verdicts, done.settled);
      yield* unasked(run, verdicts);
      return left;
    }
    settled = done.settled;
  }
}

function* refuse(run: RunScope, call: ToolCall, { output, by }: Verdict & { readonly do: 'refuse' }): Loop<void> {
  const began = run.teller.state().owed.some((owed) => owed.call.id === call.id && owed.started);
  run.teller.tell(began ? notAgain(call, output, by) : refused(call, output, by));
  yield* decided(run, call, 'deny', by ?? 'rules');
}

/** Calls that nobody was asked about are decided too. */
function* unasked(run: RunScope, verdicts: readonly Verdict[]): Loop<void> {
  if (!run.rules().hooks('on_tool_approval_decision')) return;
  for (const verdict of verdicts) {
    const owed = verdict.do === 'run' ? run.teller.state().owed.find(({ call }) => call.id === verdict.id) : undefined;
    if (verdict.do === 'run' && owed) yield* decided(run, owed.call, 'allow', verdict.by ?? 'rules');
  }
}

function allowances(verdicts: readonly Verdict[], settled: ReadonlyMap<string, string>): Allowances {
  return new Map(
    verdicts.flatMap((verdict) => {
      if (verdict.do === 'refuse') return [];
      const by = verdict.do === 'run' ? verdict.by : settled.get(verdict.id);
      return [[verdict.id, { ...(by !== undefined && { by }), ...(verdict.input !== undefined && { input: verdict.input }) }] as const];
    }),
  );
}
