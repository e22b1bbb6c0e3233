import type { RunScope } from './agent-rules.ts';
import { dueAfterOverflow } from './due.ts';
import type { EndFailure, Ending } from './events.ts';
import { compactNow } from './loop-compact.ts';
import { answered, fail, textOf } from './loop-end.ts';
import { replyFacts } from './hook-facts.ts';
import { hook, lastUserText } from './loop-hooks.ts';
import { settle } from './settle.ts';
import { ask, flush } from './teller.ts';
import type { Loop, World } from './world.ts';

/** One model call and its tools. */
export function* step(run: RunScope): Loop<Ending | undefined> {
  const { teller } = run;
  const turn = teller.state().turn + 1;
  // Looked for only where a hook reads it: the transcript can be long.
  const facts = () => ({ iteration: teller.state().turnsOfRun + 1, last_user_message: lastUserText(run) });
  const started = yield* hook(run, 'turn_start', facts);
  if (!started.allowed)
    return yield* fail(run, 'hook-blocked', `a hook kept the turn from beginning: ${started.message ?? 'no reason given'}`);
  const before = yield* hook(run, 'before_llm_call', () => ({ ...facts(), model_id: modelNow(run) }));
  if (!before.allowed)
    return yield* fail(run, 'hook-blocked', `a hook kept the model from being asked: ${before.message ?? 'no reason given'}`);
  const context = [...run.context, started.context, before.context].filter((text): text is string => Boolean(text));
  yield* flush(teller);
  const answer = yield* ask({ do: 'model', state: teller.state(), turn, ...(context.length > 0 && { context }) });
  teller.tell(...(answer.notices ?? []).map((text) => ({ type: 'notice', text }) as const));
  if ('failure' in answer) return yield* failed(run, turn, answer);
  const { withdrawn, marks, ...reply } = answer.reply;
  const agent = teller.state().agent;
  teller.tell(...withdrawn, { type: 'model-reply', turn, ...reply, ...(marks.length > 0 && { marks }), ...(agent !== '' && { agent }) });
  yield* hook(run, 'after_llm_call', () => ({
    ...replyFacts(reply),
    stop_response: textOf(teller.state().transcript.at(-1)),
    last_user_message: lastUserText(run),
  }));
  const halted = yield* settle(run);
  if (halted !== undefined) return yield* fail(run, 'hook-stopped', halted);
  yield* hook(run, 'turn_end', { reason: answered(teller.state()) ? 'normal' : 'continue' });
  return undefined;
}

/** Who is asked first; who answers may be another. */
function modelNow({ teller, rules }: RunScope): string | undefined {
  const { agent, turnModel, models } = teller.state();
  return (turnModel?.agent === agent ? turnModel.ref : undefined) ?? models.get(agent) ?? rules().model;
}

type Failed = Extract<World['model']['answer'], { readonly failure: EndFailure }>;

/** A conversation that no model of the chain can hold is summarised, and asked again; everything else ends the run. */
function* failed(run: RunScope, turn: number, { failure, withdrawn = [], usage, usd, call }: Failed): Loop<Ending | undefined> {
  const { teller } = run;
  const paid = { ...(usage && { usage }), ...(usd !== undefined && { usd }), ...(call !== undefined && { call }) };
  teller.tell(...withdrawn, { type: 'model-failed', turn, failure, ...paid });
  if (dueAfterOverflow(failure.kind, teller.state().overflows, run.rules().compaction)) {
    teller.tell({ type: 'notice', text: 'the conversation exceeded the model’s context window; it is summarised' });
    if (yield* compactNow(run, 'overflow')) return undefined;
  }
  return yield* fail(run, failure.kind, failure.message, failure);
}
