import { nearest, parseDuration, type CallFilter, type CallStore, type Clock, type StoredCall } from '@holdfast/core/engine';
import { sendJson, unmeant } from '../http/answers.ts';
import { mayTell } from '../operations/call-feed.ts';
import { streamCalls, type StreamPorts } from './calls-stream.ts';
import type { Exchange, Holder, Route } from '../ports.ts';
import { refusal } from '../rules/refusal.ts';

export interface CallsPorts extends StreamPorts {
  readonly calls: CallStore;
  readonly clock: Clock;
}

/** `/api/calls`: records of calls and calls as they happen. A key sees its own; `admin` and the token see all. */
export const callsRoutes = (ports: CallsPorts): readonly Route[] => [
  { method: 'GET', path: '/api/calls', access: 'api', handle: (exchange) => list(exchange, ports) },
  {
    method: 'GET',
    path: '/api/calls/stream',
    access: 'api',
    handle: (exchange) => streamCalls(exchange, seesOnly(exchange.holder), ports),
  },
  { method: 'GET', path: '/api/calls/:id', access: 'api', handle: (exchange) => show(exchange, ports) },
];

const seesOnly = ({ admin, name }: Holder): string | undefined => (admin ? undefined : name);

const PARAMS = ['since', 'caller', 'session', 'model', 'failed', 'limit', 'cursor'];
const MOST = 500;
const DEFAULT = 50;

interface Fault {
  readonly fault: string;
  readonly param: string;
}

async function list(exchange: Exchange, { calls, clock }: CallsPorts): Promise<void> {
  const { query, holder } = exchange;
  const asked = filterOf(query, clock.now());
  if ('fault' in asked) throw unmeant(asked.fault, asked.param);
  const of = seesOnly(holder);
  const limit = asked.limit ?? DEFAULT;
  const found = await calls.list({ ...asked, limit: limit + 1, ...(of !== undefined && { under: of }) });
  const page = found.slice(0, limit);
  const last = found.length > limit ? page.at(-1) : undefined;
  sendJson(exchange, 200, { calls: page, ...(last && { next: cursorOf(last) }) });
}

async function show(exchange: Exchange, { calls }: CallsPorts): Promise<void> {
  const { params, holder } = exchange;
  const id = params['id'] ?? '';
  // What somebody else's call is called is nothing to find out.
  const found = (id === '' ? [] : await calls.find(id)).filter(({ caller }) => mayTell(seesOnly(holder), caller));
  const call = found.find((one) => one.id === id) ?? (id.length >= SHORTEST && found.length === 1 ? found[0] : undefined);
  if (call === undefined) throw refusal(404, 'not-found', 'there is no such call, or it is not kept any more', { param: 'id' });
  const messages = await calls.messages(call.id);
  sendJson(exchange, 200, { ...call, ...(messages && { messages }) });
}

/** Of the beginning of an id, as in `holdfast calls show`. */
const SHORTEST = 4;

function filterOf(query: URLSearchParams, now: number): CallFilter | Fault {
  const odd = [...query.keys()].find((name) => !PARAMS.includes(name));
  if (odd !== undefined) {
    const near = nearest(odd, PARAMS);
    return {
      fault: `unknown parameter "${odd.slice(0, 40)}"${near === undefined ? '' : `; did you mean "${near}"?`}`,
      param: odd.slice(0, 40),
    };
  }
  const given = (name: string): string | undefined => query.get(name) ?? undefined;
  const [since, limit, past] = [sinceOf(given('since'), now), limitOf(given('limit')), pastOf(given('cursor'))];
  const failed = given('failed');
  if (failed !== undefined && failed !== 'true' && failed !== 'false') return { fault: '"failed" must be true or false', param: 'failed' };
  for (const one of [since, limit, past]) if (typeof one === 'object' && 'fault' in one) return one;
  return Object.fromEntries(
    Object.entries({
      since,
      limit,
      past,
      failed: failed === 'true' || undefined,
      caller: given('caller'),
      session: given('session'),
      model: given('model'),
    }).filter(([, value]) => value !== undefined),
  ) as CallFilter;
}

/** Epoch ms, so long ago (`2h`), or a date. */
function sinceOf(text: string | undefined, now: number): number | Fault | undefined {
  if (text === undefined) return undefined;
  if (/^\d{12,15}$/.test(text)) return Number(text);
  const ago = parseDuration(text);
  if ('ms' in ago) return now - ago.ms;
  const at = /^\d{4}-\d{2}-\d{2}/.test(text) ? Date.parse(text) : NaN;
  return Number.isNaN(at) ? { fault: '"since" must be a duration such as 2h, a date such as 2026-11-20, or epoch ms', param: 'since' } : at;
}

function limitOf(text: string | undefined): number | Fault | undefined {
  if (text === undefined) return undefined;
  const limit = /^\d{1,6}$/.test(text) ? Number(text) : 0;
  return limit >= 1 && limit <= MOST ? limit : { fault: `"limit" must be a whole number from 1 to ${MOST}`, param: 'limit' };
}

/** Where a page ended, as the client gives it back. */
const cursorOf = ({ began, id }: StoredCall): string => `${began}~${id}`;

function pastOf(text: string | undefined): { readonly began: number; readonly id: string } | Fault | undefined {
  if (text === undefined) return undefined;
  const [, began, id] = /^(\d{1,16}(?:\.\d{1,6})?)~(.{1,200})$/.exec(text) ?? [];
  return began === undefined || id === undefined
    ? { fault: '"cursor" must be what `next` of a page said', param: 'cursor' }
    : { began: Number(began), id };
}
