import { connect } from 'node:net';
import { MemoryCalls, MemoryHealth, systemClock, systemNewId, type CallEvent } from '@holdfast/core/engine';
import { recordOf } from '@holdfast/core/testing';
import { describe, expect, it } from 'vitest';
import { accessOf, CallFeed, callMetrics, callsRoutes, healthRoutes, httpServer, keyHash, metricsText, probeRoutes } from '../src/index.ts';

const TOKEN = 'the-token-of-the-state-folder';
const KEYS = { ci: 'key-of-ci-0123456789', ann: 'key-of-ann-0123456789', boss: 'key-of-boss-0123456789' };

/** The routes around the models', over real HTTP. */
async function gateway() {
  const [calls, health, metrics] = [new MemoryCalls(), new MemoryHealth(), callMetrics()];
  const watched: boolean[] = [];
  const feed = new CallFeed({
    watched: (now) => watched.push(now),
    scrub: (fact) => JSON.parse(JSON.stringify(fact).replaceAll('sk-secret', '[secret]')) as typeof fact,
  });
  const keys = Object.entries(KEYS).map(([name, key]) => ({ holder: { name, admin: name === 'boss' }, hash: keyHash(key) }));
  const access = accessOf({ keys, token: keyHash(TOKEN), loopbackOnly: true }, keyHash);
  let draining = false;
  const http = httpServer({
    routes: [
      ...probeRoutes({ draining: () => draining, version: '1', metrics: async () => metricsText([await metrics.data()]) }),
      ...healthRoutes({ health, clock: systemClock }),
      ...callsRoutes({ calls, feed, clock: systemClock, keepAlive: () => 10_000 }),
    ],
    access: () => access,
    clock: systemClock,
    newId: systemNewId,
    refuse: (_, { message }) => JSON.stringify({ error: { message } }),
  });
  const port = await http.listen('127.0.0.1', 0);
  const ask = async (path: string, key: string | undefined = TOKEN, init: { readonly method?: string; readonly body?: unknown } = {}) => {
    const response = await fetch(`http://127.0.0.1:${port}${path}`, {
      method: init.method ?? 'GET',
      headers: {
        ...(key !== '' && { authorization: `Bearer ${key}` }),
        ...(init.body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(init.body !== undefined && { body: JSON.stringify(init.body) }),
    });
    const text = await response.text();
    return {
      status: response.status,
      headers: response.headers,
      text,
      json: (): Record<string, unknown> => JSON.parse(text) as Record<string, unknown>,
    };
  };
  return {
    calls,
    health,
    metrics,
    feed,
    watched,
    http,
    port,
    ask,
    drain: () => (draining = true),
    [Symbol.asyncDispose]: async () => {
      feed.end('over');
      await http.close();
    },
  };
}

const ids = (answer: { json(): Record<string, unknown> }): readonly string[] =>
  (answer.json()['calls'] as readonly { readonly id: string }[]).map(({ id }) => id);

describe('probes', () => {
  it('say that the process answers, and whether it takes calls; nobody needs a key', async () => {
    await using one = await gateway();
    expect([(await one.ask('/healthz', '')).json(), (await one.ask('/readyz', '')).status]).toEqual([{ ok: true, version: '1' }, 200]);
    one.drain();
    expect([(await one.ask('/healthz', '')).status, (await one.ask('/readyz', '')).status]).toEqual([200, 503]);
    const { status, text } = await one.ask('/metrics', '');
    expect([status, text.includes('# TYPE holdfast_calls_total counter')]).toEqual([200, true]);
  });
});

it.each(['/healthz', '/api/calls', '/api/calls?limit=x', '/api/calls/nothing', '/api/health', '/metrics'])(
  '%s: every answer has the id of its request, and an error says that it is not to be sent again',
  async (path) => {
    await using one = await gateway();
    const { status, headers } = await one.ask(path);
    expect([headers.get('request-id'), headers.get('x-request-id')]).toEqual([
      expect.stringMatching(/^[\da-f-]{36}$/),
      headers.get('request-id'),
    ]);
    expect(headers.get('x-should-retry')).toBe(status < 400 ? null : 'false');
  },
);

describe('/api/health', () => {
  it('asks for the token or an admin, on loopback too', async () => {
    await using one = await gateway();
    const statuses = await Promise.all(['', KEYS.ci, KEYS.boss, TOKEN].map(async (key) => (await one.ask('/api/health', key)).status));
    expect(statuses).toEqual([401, 403, 200, 200]);
  });

  it('rests a scope and clears it with all below', async () => {
    await using one = await gateway();
    const path = `/api/health/${encodeURIComponent('endpoint:work/small')}`;
    const put = await one.ask(path, TOKEN, { method: 'PUT', body: { kind: 'overload', for: '10m' } });
    expect([put.status, put.json()['scope']]).toEqual([200, 'endpoint:work/small']);
    expect((await one.ask('/api/health')).json()['beliefs']).toMatchObject([
      { scope: 'endpoint:work/small', belief: { byHand: true, why: { kind: 'overload' } } },
    ]);
    expect((await one.ask(`/api/health/${encodeURIComponent('endpoint:work')}`, TOKEN, { method: 'DELETE' })).json()).toEqual({
      scope: 'endpoint:work',
      cleared: 1,
    });
    expect((await one.ask('/api/health')).json()['beliefs']).toEqual([]);
  });

  it.each([
    ['endpoint:w', { kind: 'overload' }, '"for"'],
    ['endpoint:w', { kind: 'overload', for: '0s' }, 'longer than nothing'],
    ['endpoint:w', { kind: 'overload', for: '10m', untill: 5 }, 'unknown field "untill"'],
    ['endpoint:w', { resaon: 'overload', for: '10m' }, 'did you mean "reason"?'],
    ['endpoint:w', { kind: 'tired', for: '10m' }, '"kind" must be one of'],
    ['endpoint:w', { kind: 'quota', reason: 'quota', for: '10m' }, 'two names of one field'],
    ['work/small', { kind: 'quota', for: '10m' }, 'a scope is endpoint:E'],
    ['credential:w', { kind: 'auth', for: '10m' }, 'a scope is endpoint:E'],
    ['endpoint:a b', { kind: 'auth', for: '10m' }, 'a scope is endpoint:E'],
  ])('PUT %s %j is refused, and nothing is written', async (scope, body, told) => {
    await using one = await gateway();
    const answer = await one.ask(`/api/health/${encodeURIComponent(scope)}`, TOKEN, { method: 'PUT', body });
    expect([answer.status, answer.text]).toEqual([400, expect.stringContaining(told.replaceAll('"', '\\"'))]);
    expect(await one.health.list()).toEqual([]);
  });
});

describe('/api/calls', () => {
  const seeded = async () => {
    const one = await gateway();
    for (const [at, caller] of ['ci', 'ann', 'ci/nightly', 'cid'].entries())
      one.calls.closed(recordOf(`call-${at}`, { caller, began: 1_700_000_000_000 + at, ...(at === 1 && { outcome: 'server' }) }));
    return one;
  };

  it('a key sees its own and what is below it; an admin and the token see all', async () => {
    await using one = await seeded();
    expect(ids(await one.ask('/api/calls', KEYS.ci))).toEqual(['call-2', 'call-0']);
    expect(ids(await one.ask('/api/calls?caller=ann', KEYS.ci))).toEqual([]);
    expect(ids(await one.ask('/api/calls', KEYS.boss))).toHaveLength(4);
    expect(ids(await one.ask('/api/calls?failed=true'))).toEqual(['call-1']);
    expect((await one.ask('/api/calls', '')).status).toBe(401);
  });

  it('page by page', async () => {
    await using one = await seeded();
    const first = await one.ask('/api/calls?limit=3');
    const next = first.json()['next'] as string;
    const second = await one.ask(`/api/calls?limit=3&cursor=${encodeURIComponent(next)}`);
    expect([ids(first), ids(second), second.json()['next']]).toEqual([['call-3', 'call-2', 'call-1'], ['call-0'], undefined]);
  });

  it('one by its id, or by how it begins; that of somebody else is not there', async () => {
    await using one = await seeded();
    expect((await one.ask('/api/calls/call-0', KEYS.ci)).json()).toMatchObject({ id: 'call-0', state: 'done' });
    expect([(await one.ask('/api/calls/call-1', KEYS.ci)).status, (await one.ask('/api/calls/call-1')).status]).toEqual([404, 200]);
    expect((await one.ask('/api/calls/call-', TOKEN)).status).toBe(404);
  });

  it.each(['limit=0', 'limit=501', 'limit=x', 'since=soon', 'failed=yes', 'cursor=1', 'colour=red'])(
    '%s is refused by name',
    async (query) => {
      await using one = await gateway();
      const { status, text } = await one.ask(`/api/calls?${query}`);
      expect([status, text]).toEqual([400, expect.stringContaining(query.split('=', 1)[0]!)]);
    },
  );
});

/** Reads a stream until it has said `what`, or has ended. */
async function until(response: Response, what: string): Promise<string> {
  let said = '';
  for await (const piece of response.body!.pipeThrough(new TextDecoderStream())) {
    said += piece;
    if (said.includes(what)) break;
  }
  return said;
}

const call = (id: string, caller: string): readonly CallEvent[] => [
  { call: id, at: 1, type: 'call-start', chain: 'smart', targets: ['a/one'], mode: 'stream', caller, session: 'sk-secret' },
  { call: id, at: 2, type: 'attempt-commit', attempt: 1, target: 'a/one', ms: 1 },
  { call: id, at: 3, type: 'call-end', record: recordOf(id, { caller }) },
];

describe('/api/calls/stream', () => {
  const open = (one: Awaited<ReturnType<typeof gateway>>, key: string): Promise<Response> =>
    fetch(`http://127.0.0.1:${one.port}/api/calls/stream`, { headers: { authorization: `Bearer ${key}` } });

  it('F1: a key hears of its own calls only, scrubbed', async () => {
    await using one = await gateway();
    const [mine, all] = [await open(one, KEYS.ci), await open(one, TOKEN)];
    await until(mine.clone(), 'as they happen');
    for (const event of [...call('x', 'ann'), ...call('y', 'ci/nightly')]) one.feed.emit(event);
    one.feed.end('over');
    const [heard, heardAll] = [await until(mine, 'never'), await until(all, 'never')];
    expect(heard.match(/"call":"[xy]"/g)).toEqual(Array<string>(3).fill('"call":"y"'));
    expect(heardAll.match(/^event: call-end$/gm)).toHaveLength(2);
    expect(heardAll).not.toContain('sk-secret');
    expect(heard.endsWith(': over\n\n')).toBe(true);
  });

  it('a watcher that leaves is forgotten', async () => {
    await using one = await gateway();
    const watched: boolean[] = [];
    const feed = new CallFeed({ scrub: (fact) => fact, watched: (now) => watched.push(now) });
    const stop = feed.watch({ take: () => {}, end: () => {} });
    stop();
    stop();
    expect(watched).toEqual([true, false]);
    const cut = new AbortController();
    const response = await fetch(`http://127.0.0.1:${one.port}/api/calls/stream`, {
      headers: { authorization: `Bearer ${TOKEN}` },
      signal: cut.signal,
    });
    await until(response.clone(), 'as they happen');
    cut.abort();
    while (one.http.open > 0) await new Promise((resolve) => void setImmediate(resolve));
  });

  it('a reader that reads nothing is let go: what waits for it has a bound', async () => {
    await using one = await gateway();
    const socket = connect(one.port, '127.0.0.1');
    socket.write(`GET /api/calls/stream HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer ${TOKEN}\r\n\r\n`);
    await new Promise((resolve) => void socket.once('readable', resolve));
    const event = { ...call('x', 'ci')[0]!, chain: 'c'.repeat(64 * 1024) } as CallEvent;
    let sent = 0;
    while (one.watched.at(-1) && sent < 10_000) {
      one.feed.emit(event);
      sent += 1;
      await new Promise((resolve) => void setImmediate(resolve));
    }
    expect(sent).toBeLessThan(10_000);
    socket.destroy();
  });
});
