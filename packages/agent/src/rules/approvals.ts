import type { RunScope } from './agent-rules.ts';
import { approvalSource, BY, byAnswer } from './decision-source.ts';
import type { ToolCall } from './events.ts';
import { hook } from './loop-hooks.ts';
import { nobodyThere, refused, rejected } from './outcome.ts';
import { callerOf } from './owed-call.ts';
import type { OwedCall } from './run-state.ts';
import { ask, flush } from './teller.ts';
import type { Loop, Verdict } from './world.ts';

/** Asks for what needs asking. Stops at a grant for more than this call, which may have settled the rest: then the rules are asked once more. */
export function* approvals(
  run: RunScope,
  asked: readonly (Verdict & { readonly do: 'ask' })[],
  settled: ReadonlyMap<string, string>,
): Loop<{ readonly settled: ReadonlyMap<string, string>; readonly all: boolean }> {
  const { teller } = run;
  const done = new Map(settled);
  for (const { id, reason, input } of asked) {
    const owed = teller.state().owed.find(({ call }) => call.id === id);
    // What began was allowed then.
    if (!owed || owed.started || done.has(id)) continue;
    // What would run is what is asked about.
    const shown = input === undefined ? owed : { ...owed, call: { ...owed.call, input } };
    const before = isAsked(shown, 'approval') ? owed.answer : undefined;
    const hooked = before ? undefined : yield* hookOn(run, shown.call, reason);
    if (hooked !== undefined) {
      if (hooked === 'allow') done.set(id, BY.permissionHook);
      yield* decided(run, shown.call, hooked, BY.permissionHook);
      continue;
    }
    const answer = yield* question(run, shown, 'approval', reason);
    const { decision } = answer ?? { decision: undefined };
    const yes = decision !== undefined && decision !== 'deny' && decision !== 'cancel';
    if (!answer) teller.tell(nobodyThere(owed.call, reason));
    else if (!yes) teller.tell(rejected(owed.call, answer.reason));
    if (yes) done.set(id, byAnswer(decision));
    yield* decided(run, shown.call, yes ? 'allow' : 'deny', decision === undefined ? BY.nobody : byAnswer(decision));
    if ((decision === 'allow-tool' || decision === 'allow-session') && !before) return { settled: done, all: false };
  }
  return { settled: done, all: true };
}

/** A call as hooks read it. */
const callFacts = ({ id, name, input }: ToolCall) => ({ tool_use_id: id, tool_name: name, tool_input: input });

/** Told of every decision about a call, whoever made it. */
export function* decided(run: RunScope, call: ToolCall, decision: 'allow' | 'deny', by: string): Loop<void> {
  yield* hook(
    run,
    'on_tool_approval_decision',
    {
      ...callFacts(call),
      approval_decision: decision,
      approval_source: approvalSource(decision, by),
    },
    callerOf(run.teller.state()),
  );
}

/** A hook may answer instead of the user. */
function* hookOn(run: RunScope, call: ToolCall, reason: string): Loop<'allow' | 'deny' | undefined> {
  const outcome = yield* hook(run, 'permission_request', { ...callFacts(call), reason }, callerOf(run.teller.state()));
  if (!outcome.allowed || outcome.decision === 'deny') {
    const why = `Not run: a hook denied it. ${outcome.decisionReason ?? outcome.message ?? ''}`.trim();
    run.teller.tell(refused(call, why, BY.permissionHook));
    return 'deny';
  }
  return outcome.decision === 'allow' ? 'allow' : undefined;
}

export function* question(run: RunScope, owed: OwedCall, about: 'approval' | 'may-have-run', reason: string): Loop<OwedCall['answer']> {
  const { teller, options } = run;
  const { call } = owed;
  const same = isAsked(owed, about);
  if (same && owed.answer) return owed.answer;
  const id = same ? owed.question!.id : anotherId([...options.path, idOf(teller.state().turn, owed, about)].join('/'), owed.question?.id);
  yield* hook(run, 'on_user_input', { source: about, ...callFacts(call) }, callerOf(teller.state()));
  // Told again, under the same id, when a run goes on: who watches from there must see it.
  teller.tell({ type: 'question', id, about, call, reason });
  yield* flush(teller);
  const answer = yield* ask({ do: 'question', id, about, call, reason });
  if (answer) teller.tell({ type: 'answer', id, ...answer });
  return answer;
}

/** A hook may make other arguments of the same call after a restart: what was said to the first is not said to these. */
const isAsked = ({ call, question: asked }: OwedCall, about: 'approval' | 'may-have-run'): boolean =>
  asked?.about === about && (about === 'may-have-run' || asked.asked === call.input);

/** An answer to the question before may still be on its way: it must not be taken for one to this. */
const anotherId = (id: string, before: string | undefined): string => (before?.startsWith(id) ? `${before}'` : id);

/** Unique in a session: one call can be asked about again after each start. */
const idOf = (turn: number, { call, started }: { readonly call: ToolCall; readonly started?: { readonly times: number } }, about: string) =>
  `${about}:${turn}:${call.id}:${started?.times ?? 0}`;
