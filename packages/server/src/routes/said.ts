import { sendJson } from '../http/answers.ts';
import type { Exchange, Route } from '../ports.ts';
import type { RunDesk } from '../runs/run-desk.ts';
import type { Served } from '../runs/sessions-desk.ts';
import { answerIn, known, saidIn, textIn } from './run-bodies.ts';
import { told } from './run-errors.ts';
import { jsonOf, needed, once, sessionOf } from './runs.ts';

/** What is said to a session while it runs, or before it does. */
export const saidRoutes = (desk: RunDesk): readonly Route[] => {
  const route = (method: Route['method'], name: string, handle: (exchange: Exchange, desk: RunDesk) => Promise<void>): Route => ({
    method,
    path: `/api/sessions/:session/${name}`,
    access: 'token',
    handle: told((exchange) => handle(exchange, desk)),
  });
  return [
    route('POST', 'steer', (exchange) => say(exchange, desk, ({ team, head }, said) => team.runtime.steer(head.id, said))),
    route('POST', 'followup', (exchange) => say(exchange, desk, ({ team, head }, said) => team.runtime.followUp(head.id, said))),
    route('GET', 'questions', questions),
    route('POST', 'questions/:question', answer),
    route('POST', 'compact', compact),
  ];
};

type Say = (session: Served, said: ReturnType<typeof needed>[number]) => Promise<void>;

async function say(exchange: Exchange, desk: RunDesk, put: Say): Promise<void> {
  const { json } = await exchange.body();
  known(json, ['prompt', 'prompts', 'files']);
  const all = needed(saidIn(json));
  const session = await desk.sessions.found(sessionOf(exchange));
  await once(exchange, desk, session.head.id, json, async () => {
    for (const one of all) await put(session, one);
  });
  sendJson(exchange, 202, { status: 'queued', queued: all.length });
}

async function questions(exchange: Exchange, desk: RunDesk): Promise<void> {
  const { head, team } = await desk.sessions.found(sessionOf(exchange));
  sendJson(exchange, 200, { questions: await team.runtime.pending(head.id) });
}

async function answer(exchange: Exchange, desk: RunDesk): Promise<void> {
  const { json } = await exchange.body();
  const given = answerIn(json);
  const { head, team } = await desk.sessions.found(sessionOf(exchange));
  const question = exchange.params['question'] ?? '';
  await once(exchange, desk, head.id, json, () => team.runtime.answer(head.id, question, given));
  sendJson(exchange, 202, { status: 'answered', question });
}

async function compact(exchange: Exchange, desk: RunDesk): Promise<void> {
  const json = await jsonOf(exchange);
  known(json, ['words']);
  const words = textIn(json, 'words');
  const { head, team } = await desk.sessions.found(sessionOf(exchange));
  await once(exchange, desk, head.id, json, () => team.runtime.compact(head.id, ...(words === undefined ? [] : [words])));
  sendJson(exchange, 202, { status: 'queued' });
}
