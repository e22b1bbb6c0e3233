import { nearest, parseDuration, parseScope, RESTING_KINDS, type Clock, type FailureKind, type HealthStore } from '@holdfast/core/engine';
import type { JsonObject } from '@holdfast/core/wire';
import { sendJson, unmeant } from '../http/answers.ts';
import type { Exchange, Route } from '../ports.ts';

export interface HealthPorts {
  readonly health: HealthStore;
  readonly clock: Pick<Clock, 'now'>;
}

/** `/api/health`: what is believed of models, keys, accounts and endpoints, all of it everybody's. Nothing is written before all of it was looked at. */
export const healthRoutes = (ports: HealthPorts): readonly Route[] => [
  { method: 'GET', path: '/api/health', access: 'token', handle: (exchange) => list(exchange, ports) },
  { method: 'PUT', path: '/api/health/:scope', access: 'token', handle: (exchange) => set(exchange, ports) },
  { method: 'DELETE', path: '/api/health/:scope', access: 'token', handle: (exchange) => clear(exchange, ports) },
];

async function list(exchange: Exchange, { health, clock }: HealthPorts): Promise<void> {
  const { query } = exchange;
  const scope = query.get('scope');
  const beliefs = (await health.list()).filter((one) => scope === null || one.scope.includes(scope));
  sendJson(exchange, 200, { now: clock.now(), beliefs });
}

async function set(exchange: Exchange, { health, clock }: HealthPorts): Promise<void> {
  const { params } = exchange;
  const scope = params['scope'] ?? '';
  const asked = parseScope(scope);
  const { json } = await exchange.body();
  if (asked === undefined || !asked.whole) throw unmeant(SCOPES, 'scope');
  const wanted = restOf(json);
  if ('fault' in wanted) throw unmeant(wanted.fault, wanted.param);
  const now = clock.now();
  const until = now + wanted.ms;
  await health.set(scope, { until, why: { kind: wanted.kind } }, now);
  sendJson(exchange, 200, { scope, until });
}

async function clear(exchange: Exchange, { health }: HealthPorts): Promise<void> {
  const scope = exchange.params['scope'] ?? '';
  if (parseScope(scope) === undefined) throw unmeant(SCOPES, 'scope');
  sendJson(exchange, 200, { scope, cleared: await health.clear(scope) });
}

const SCOPES =
  'a scope is endpoint:E, endpoint:E/MODEL, account:A, account:A/GROUP, credential:E#VARIABLE or credential:E#VARIABLE/MODEL, percent-encoded';

const FIELDS = ['kind', 'reason', 'for'];

type Wanted = { readonly kind: FailureKind; readonly ms: number } | { readonly fault: string; readonly param: string };

function restOf(json: JsonObject): Wanted {
  const odd = Object.keys(json).find((key) => !FIELDS.includes(key));
  if (odd !== undefined) {
    const near = nearest(odd, FIELDS);
    return {
      fault: `unknown field "${odd.slice(0, 40)}"${near === undefined ? '' : `; did you mean "${near}"?`}`,
      param: odd.slice(0, 40),
    };
  }
  const name = json['kind'] === undefined ? 'reason' : 'kind';
  if (json['kind'] !== undefined && json['reason'] !== undefined)
    return { fault: 'kind and reason are two names of one field: give one', param: 'reason' };
  const kind = RESTING_KINDS.find((one) => one === json[name]);
  if (kind === undefined) return { fault: `"${name}" must be one of ${RESTING_KINDS.join(', ')}`, param: name };
  const rest = parseDuration(json['for']);
  if ('error' in rest) return { fault: `"for": ${rest.error}`, param: 'for' };
  return rest.ms > 0 ? { kind, ms: rest.ms } : { fault: '"for" must be longer than nothing; DELETE clears a rest', param: 'for' };
}
