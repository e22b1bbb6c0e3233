import { sendJson, unmeant } from '../http/answers.ts';
import type { Exchange, Route } from '../ports.ts';
import { streamEvents } from '../runs/event-stream.ts';
import type { RunDesk } from '../runs/run-desk.ts';
import { known, modelIn, rulesIn, textIn, wholeIn } from './run-bodies.ts';
import { told } from './run-errors.ts';
import { once, resumePoint, sessionOf, streamPorts } from './runs.ts';

const LISTED = 50;
const MOST = 500;
/** Rows of one page. */
const PAGE = 1_000;

/** Agents that are served, and their sessions. */
export const sessionRoutes = (desk: RunDesk): readonly Route[] => {
  const route = (method: Route['method'], path: string, handle: (exchange: Exchange, desk: RunDesk) => Promise<void>): Route => ({
    method,
    path,
    access: 'token',
    handle: told((exchange) => handle(exchange, desk)),
  });
  const one = '/api/sessions/:session';
  return [
    route('GET', '/api/agents', async (exchange) => sendJson(exchange, 200, { teams: await teamsOf(exchange, desk) })),
    route('GET', '/api/sessions', list),
    route('POST', '/api/sessions', create),
    route('GET', one, async (exchange) => sendJson(exchange, 200, (await desk.sessions.found(sessionOf(exchange))).head)),
    route('PATCH', one, change),
    route('DELETE', one, remove),
    route('GET', `${one}/rows`, rows),
    route('GET', `${one}/state`, async (exchange) => sendJson(exchange, 200, await desk.sessions.snapshot(sessionOf(exchange)))),
    route('GET', `${one}/events`, watch),
  ];
};

async function teamsOf({ query }: Exchange, desk: RunDesk) {
  const written = query.get('agent') ?? undefined;
  const teams = await desk.sessions.agents();
  if (written === undefined) return teams;
  const { team } = await desk.sessions.meant(written);
  return teams.filter(({ name }) => name === team.name);
}

async function list(exchange: Exchange, desk: RunDesk): Promise<void> {
  const { query } = exchange;
  const limit = wholeIn(query, 'limit', MOST) ?? LISTED;
  const sessions = await desk.sessions.list(query.get('agent') ?? undefined, limit, query.get('search') ?? undefined);
  sendJson(exchange, 200, { sessions });
}

async function create(exchange: Exchange, desk: RunDesk): Promise<void> {
  const { json } = await exchange.body();
  known(json, ['agent', 'title', 'permissions']);
  const [agent, title, permissions] = [textIn(json, 'agent'), textIn(json, 'title'), rulesIn(json)];
  const head = await once(exchange, desk, '', json, () =>
    desk.sessions.create(agent, { ...(title !== undefined && { title }), ...(permissions && { permissions }) }),
  );
  sendJson(exchange, 201, head);
}

async function change(exchange: Exchange, desk: RunDesk): Promise<void> {
  const { json } = await exchange.body();
  known(json, ['title', 'starred', 'permissions', 'model']);
  const { starred } = json;
  if (starred !== undefined && typeof starred !== 'boolean') throw unmeant('"starred" must be true or false', 'starred');
  const [title, permissions, model] = [textIn(json, 'title'), rulesIn(json), modelIn(json)];
  const { head, team } = await desk.sessions.found(sessionOf(exchange));
  if (title !== undefined || starred !== undefined)
    await desk.parts.store.update(head.id, { ...(title !== undefined && { title }), ...(starred !== undefined && { starred }) });
  if (permissions) await team.runtime.setPermissions(head.id, permissions);
  if (model) await team.runtime.setModel(head.id, model);
  sendJson(exchange, 200, (await desk.sessions.found(head.id)).head);
}

/** A run of this process is stopped first; a session that another process drives stays. */
async function remove(exchange: Exchange, desk: RunDesk): Promise<void> {
  const { head, team } = await desk.sessions.found(sessionOf(exchange));
  await team.runtime.stop(head.id);
  await desk.parts.store.delete(head.id, { alive: desk.parts.alive });
  desk.once.forget(head.id);
  desk.streams.deleted(head.id);
  sendJson(exchange, 200, { deleted: head.id });
}

async function rows(exchange: Exchange, desk: RunDesk): Promise<void> {
  const { query } = exchange;
  const [after, limit] = [wholeIn(query, 'after') ?? 0, wholeIn(query, 'limit', PAGE) ?? PAGE];
  const { head } = await desk.sessions.found(sessionOf(exchange));
  const all = await desk.parts.store.read(head.id, after);
  const page = all.slice(0, Math.max(limit, 1));
  sendJson(exchange, 200, { rows: page, ...(all.length > page.length && { next: page.at(-1)!.seq }) });
}

async function watch(exchange: Exchange, desk: RunDesk): Promise<void> {
  const { head, team } = await desk.sessions.found(sessionOf(exchange));
  const asked = resumePoint(exchange) ?? 0;
  const unknown = !(asked <= head.events);
  const gap = { asked: String(exchange.req.headers['last-event-id'] ?? exchange.query.get('after') ?? ''), last: head.events };
  const after = unknown ? head.events : asked;
  await streamEvents(exchange, { session: head.id, runtime: team.runtime, after, ...(unknown && { gap }) }, streamPorts(desk));
}
