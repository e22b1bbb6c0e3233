import type { Said, StartInput } from '@holdfast/agent/engine';
import type { JsonObject } from '@holdfast/core/wire';
import { sendJson } from '../http/answers.ts';
import type { Exchange, Route } from '../ports.ts';
import { refusal } from '../rules/refusal.ts';
import { streamEvents } from '../runs/event-stream.ts';
import { idempotencyKey } from '../runs/once.ts';
import type { RunDesk } from '../runs/run-desk.ts';
import type { ServedRun } from '../runs/served-runs.ts';
import { known, modelsIn, rulesIn, saidIn, textIn, wholeIn } from './run-bodies.ts';
import { told } from './run-errors.ts';

/** Runs: they begin, are gone on with, are stopped and are watched. */
export const runRoutes = (desk: RunDesk): readonly Route[] => {
  const route = (method: Route['method'], path: string, handle: (exchange: Exchange, desk: RunDesk) => Promise<void>): Route => ({
    method,
    path,
    access: 'token',
    handle: told((exchange) => handle(exchange, desk)),
  });
  return [
    route('GET', '/api/runs', async (exchange) => sendJson(exchange, 200, { runs: desk.runs.list().map(shortOf) })),
    route('POST', '/api/runs', startNew),
    route('POST', '/api/sessions/:session/runs', startIn),
    route('POST', '/api/sessions/:session/resume', resume),
    route('POST', '/api/sessions/:session/stop', stop),
    route('GET', '/api/sessions/:session/runs/:run', show),
    route('GET', '/api/sessions/:session/runs/:run/events', watch),
  ];
};

const shortOf = ({ run, session, seq }: ServedRun) => ({ run, session, seq });

/** The request as it was meant: what a second one under the same key must say too. */
const printOf = ({ req, path }: Exchange, json: unknown, { parts }: RunDesk): string =>
  Buffer.from(parts.hash(JSON.stringify([req.method, path, json]))).toString('base64');

/** Does what a request asks for once, however often it comes under its `Idempotency-Key`. */
export async function once<T>(exchange: Exchange, desk: RunDesk, session: string, json: unknown, work: () => Promise<T>): Promise<T> {
  const key = idempotencyKey(exchange.req.headers['idempotency-key']);
  const { first, answer } = await desk.once.do(session, { key, print: printOf(exchange, json, desk) }, work);
  if (!first) exchange.res.setHeader('idempotency-replayed', 'true');
  return answer;
}

/** The body, where one need not be sent. */
export async function jsonOf(exchange: Exchange): Promise<JsonObject> {
  const { 'content-length': length = '0', 'transfer-encoding': coding } = exchange.req.headers;
  return length === '0' && coding === undefined ? {} : (await exchange.body()).json;
}

/** What is said in a body without which there would be nothing to do. */
export const needed = (said: readonly Said[] | undefined): readonly Said[] => {
  if (said) return said;
  throw refusal(400, 'invalid-request', 'There is nothing to say: give "prompt" a text.', { param: 'prompt' });
};

async function startNew(exchange: Exchange, desk: RunDesk): Promise<void> {
  const { json } = await exchange.body();
  known(json, ['agent', 'prompt', 'prompts', 'files', 'permissions', 'models', 'title']);
  const [said, permissions, title] = [needed(saidIn(json)), rulesIn(json), textIn(json, 'title')];
  const models = modelsIn(json);
  const begun = await once(exchange, desk, '', json, async () => {
    const { team, agent } = await desk.sessions.meant(textIn(json, 'agent'));
    const chosen = { ...(agent !== undefined && { agent }), ...(permissions && { permissions }), ...(models && { models }) };
    const input: StartInput = { prompt: said, ...chosen };
    const own = desk.runs.add(await team.runtime.start(input), 0);
    // The run has begun: who is told of a failure begins another.
    if (title !== undefined) await desk.parts.store.update(own.session, { title }).catch(() => {});
    return own;
  });
  await begin(exchange, desk, begun, 201);
}

async function startIn(exchange: Exchange, desk: RunDesk): Promise<void> {
  const { json } = await exchange.body();
  known(json, ['agent', 'prompt', 'prompts', 'files']);
  const said = saidIn(json);
  const session = await desk.sessions.found(sessionOf(exchange));
  const begun = await once(exchange, desk, session.head.id, json, async () => {
    const agent = await desk.sessions.agentOf(session, textIn(json, 'agent'));
    const input: StartInput = { session: session.head.id, ...(said && { prompt: said }), ...agent };
    return desk.begin(session, () => session.team.runtime.start(input));
  });
  await begin(exchange, desk, begun, 202);
}

async function resume(exchange: Exchange, desk: RunDesk): Promise<void> {
  const json = await jsonOf(exchange);
  known(json, []);
  const session = await desk.sessions.found(sessionOf(exchange));
  const begun = await once(exchange, desk, session.head.id, json, () =>
    desk.begin(session, () => session.team.runtime.resume(session.head.id)),
  );
  await begin(exchange, desk, begun, 202);
}

async function stop(exchange: Exchange, desk: RunDesk): Promise<void> {
  const { head, team } = await desk.sessions.found(sessionOf(exchange));
  await team.runtime.stop(head.id);
  sendJson(exchange, 200, { status: 'stopped' });
}

async function show(exchange: Exchange, desk: RunDesk): Promise<void> {
  const run = await desk.found(
    await desk.sessions.found(sessionOf(exchange)),
    exchange.params['run'] ?? '',
    wholeIn(exchange.query, 'seq'),
  );
  const { result, failed, last } = run;
  const status = last === undefined ? 'running' : (result?.why ?? 'failed');
  sendJson(exchange, 200, {
    ...shortOf(run),
    status,
    ...(last !== undefined && { last }),
    ...(result && { result }),
    ...(failed && { error: failed }),
  });
}

async function watch(exchange: Exchange, desk: RunDesk): Promise<void> {
  const session = await desk.sessions.found(sessionOf(exchange));
  const run = await desk.found(session, exchange.params['run'] ?? '', wholeIn(exchange.query, 'seq'));
  // An id that means nothing here: all of the run once more, under the same ids.
  const after = Math.max(resumePoint(exchange) || run.seq, run.seq);
  await streamEvents(exchange, { session: run.session, runtime: session.team.runtime, after, run }, streamPorts(desk));
}

export const sessionOf = ({ params }: Exchange): string => params['session'] ?? '';

export const streamPorts = ({ hub, streams, parts: { store, clock } }: RunDesk) => ({ hub, streams, store, clock });

/** Where a stream goes on: the id of the last event its reader has seen, or `after`. Undefined: from the start; NaN: no place in a log. */
export function resumePoint({ req, query }: Exchange): number | undefined {
  const asked = req.headers['last-event-id'] ?? query.get('after') ?? '';
  if (asked === '') return undefined;
  return typeof asked === 'string' && /^\d{1,15}$/.test(asked) ? Number(asked) : NaN;
}

/** Its beginning, as JSON, or as the events of the run from its first on. */
async function begin(exchange: Exchange, desk: RunDesk, run: ServedRun, status: number): Promise<void> {
  const begun = shortOf(run);
  if (!/\btext\/event-stream\b/.test(exchange.req.headers.accept ?? '')) return sendJson(exchange, status, begun);
  const { team } = await desk.sessions.found(run.session);
  await streamEvents(
    exchange,
    { session: run.session, runtime: team.runtime, after: run.seq, run, first: { event: 'run', data: begun } },
    streamPorts(desk),
  );
}
