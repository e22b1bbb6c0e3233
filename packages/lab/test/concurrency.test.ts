import { fork } from 'node:child_process';
import { once } from 'node:events';
import { failOpen, processIdentity, SqliteHealth, systemClock, systemRandom } from '@holdfast/core/engine';
import { tempState, texts, type Facts, type LabAnswer, type ScriptedModel } from '@holdfast/lab';
import { describe, expect, it } from 'vitest';
import type { Answered, Order } from './chain-worker.ts';
import { ask, failureOf, httpScene, PROMPT, promptOf, TOOLS, Listener, type Place } from './http-scene.ts';
import { scene, tell } from './scene.ts';

const TEXT = texts.plain;

describe('many calls at once over [503, healthy, 500]', () => {
  const places: Readonly<Record<string, Place>> = {
    east: { api: 'openai-compatible', fault: { do: 'status', status: 503 } },
    west: { api: 'anthropic', script: { text: TEXT } },
    north: { api: 'openai', fault: { do: 'status', status: 500 } },
  };

  it.each(['stream', 'generate'] as const)(
    '20 calls give 20 whole answers, one strike, and nobody asks the resting one again: %s',
    async (how) => {
      await using on = await httpScene(places, { keepAlive: true });
      const wave = () => Promise.all(Array.from({ length: 20 }, (_, i) => ask(on, how, { prompt: promptOf(`call ${i}`) })));
      const first = await wave();
      expect(first.map(({ text, finish }) => [text, finish])).toEqual(Array.from({ length: 20 }, () => [TEXT, 'stop']));
      expect(new Set(first.map(({ record }) => record!.id)).size).toBe(20);
      expect(await on.health.list()).toMatchObject([{ scope: 'endpoint:east/small-1', belief: { tag: 'resting', strikes: 1 } }]);
      expect(on.providers['north']!.requests).toEqual([]);
      const asked = on.providers['east']!.requests.length;
      const second = await wave();
      expect(second.map(({ text, record }) => [text, record!.target])).toEqual(Array.from({ length: 20 }, () => [TEXT, 'west/small-1']));
      expect(on.providers['east']!.requests).toHaveLength(asked);
      for (const { record } of second) expect(record!.skips).toMatchObject([{ target: 'east/small-1', reason: 'resting' }]);
    },
  );
});

describe('two callers of one chain', () => {
  const said = ({ turns }: Facts): string => /(\w+) asks/.exec(turns.at(-1)!.text)![1]!;
  /** Each gets an answer of its own; the first target breaks every second one in the middle. */
  const script = (facts: Facts): LabAnswer => ({
    text: Array.from({ length: 12 }, (_, i) => `${said(facts)}-${i}`).join(' '),
    ...(facts.provider === 'east' && facts.nth % 2 === 0 && { fault: { do: 'cut' as const } }),
  });

  it('never see each other’s prompt, answer, record or withdrawal, however their reads interleave', async () => {
    await using on = await httpScene(
      { east: { api: 'openai-compatible', script }, west: { api: 'anthropic', script } },
      { keepAlive: true },
    );
    const callers = Array.from({ length: 12 }, (_, i) => (i % 2 === 0 ? `alice${i}` : `bob${i}`));
    const calls = await Promise.all(
      callers.map(async (caller) => {
        const providerOptions = { holdfast: { caller, run: `run of ${caller}`, session: `session of ${caller}` } };
        const { stream } = await on.model.doStream({ prompt: promptOf(`${caller} asks`), tools: TOOLS, providerOptions });
        return { caller, reader: stream.getReader(), listener: new Listener() };
      }),
    );
    // One part each, round and round: as interleaved as can be.
    for (let open = [...calls]; open.length > 0;) {
      const reads = await Promise.all(open.map(async (call) => ({ call, read: await call.reader.read() })));
      for (const { call, read } of reads) if (!read.done) call.listener.hear(read.value);
      open = reads.filter(({ read }) => !read.done).map(({ call }) => call);
    }
    for (const { caller, listener } of calls) {
      expect(listener.text).toBe(Array.from({ length: 12 }, (_, i) => `${caller}-${i}`).join(' '));
      expect(listener.record).toMatchObject({ caller, run: `run of ${caller}`, session: `session of ${caller}`, outcome: 'done' });
      expect(listener.withdrawn).toBe(listener.record!.attempts.length - 1);
    }
    expect(calls.some(({ listener }) => listener.withdrawn > 0)).toBe(true);
    expect(calls.some(({ listener }) => listener.withdrawn === 0)).toBe(true);
    const of = (id: string) => on.events.filter(({ call }) => call === id);
    for (const { caller, listener } of calls) {
      const [begun, ended] = [of(listener.record!.id)[0], of(listener.record!.id).at(-1)];
      expect(begun!.type).toBe('call-start');
      expect(ended).toMatchObject({ type: 'call-end', record: { caller } });
    }
    // What is ours stays here: no provider is told who calls.
    for (const { requests } of Object.values(on.providers))
      for (const { body, headers } of requests) expect(JSON.stringify([body, headers])).not.toMatch(/holdfast|session of|run of/);
  });

  it('one that fails for good does not end the other', async () => {
    const script = ({ turns }: Facts): LabAnswer =>
      turns.at(-1)!.text.includes('bad') ? { fault: { do: 'status', reason: 'bad-request' } } : { text: TEXT };
    await using on = await httpScene({ east: { api: 'anthropic', script } }, { keepAlive: true });
    const [bad, good] = await Promise.all([failureOf(ask(on, 'stream', { prompt: promptOf('bad') })), ask(on)]);
    expect(bad).toMatchObject({ kind: 'bad-request', record: { attempts: [{ target: 'east/small-1' }] } });
    expect(good).toMatchObject({ text: TEXT, record: { outcome: 'done' } });
    expect(await on.rests()).toEqual([]);
  });
});

/** In [0, 1), by a seed (mulberry32). */
function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let x = Math.imul(state ^ (state >>> 15), state | 1);
    x ^= x + Math.imul(x ^ (x >>> 7), x | 61);
    return ((x ^ (x >>> 14)) >>> 0) / 2 ** 32;
  };
}

describe('clients that failed together', () => {
  const CLIENTS = 20;
  /** Ms since the start at which the model was asked. */
  const timesOf = ({ log }: ScriptedModel) => log.filter(({ what }) => what === 'asked').map(({ at }) => at - 1_700_000_000_000);

  it.each([1, 2, 3])(
    'P2, P6: a few try again at once, the others a second later, spread over it, and nobody is lost (seed %i)',
    async (seed) => {
      const failing = { text: '', fails: { fail: 'server' as const } };
      const { clock, model, models } = scene(
        { a: [...Array.from({ length: CLIENTS }, () => failing), { text: 'ok' }] },
        { random: seeded(seed) },
      );
      const all = await clock.run(
        Promise.all(Array.from({ length: CLIENTS }, () => model.doStream({ prompt: PROMPT }).then(({ stream }) => tell(stream)))),
      );
      expect(all.map(({ text }) => text)).toEqual(Array.from({ length: CLIENTS }, () => 'ok'));
      const again = timesOf(models['a']!).slice(CLIENTS);
      expect(again).toHaveLength(CLIENTS);
      // 20 % of 20 calls are four retries, each within 200 ms; whom the bucket refused waits for one to two seconds.
      expect(again.filter((at) => at < 200)).toHaveLength(4);
      const late = again.filter((at) => at >= 1000 && at < 2000);
      expect(late).toHaveLength(16);
      // Of 16 draws no quarter stays empty, and none holds most.
      const quarters = [0, 1, 2, 3].map((quarter) => late.filter((at) => Math.floor((at - 1000) / 250) === quarter).length);
      expect(Math.min(...quarters)).toBeGreaterThan(0);
      expect(Math.max(...quarters)).toBeLessThan(CLIENTS / 2);
    },
  );

  it('P6: the bucket lets a few of them try the same model again; the others go to the next at once, and their records say so', async () => {
    const failing = { text: '', fails: { fail: 'server' as const } };
    const { clock, model, models } = scene({ a: failing, b: { text: 'ok' } }, { random: seeded(5), retries: 1 });
    const started = clock.mono();
    const all = await clock.run(
      Promise.all(
        Array.from({ length: CLIENTS }, () =>
          model.doStream({ prompt: PROMPT }).then(async ({ stream }) => ({ ...(await tell(stream)), ms: clock.mono() - started })),
        ),
      ),
    );
    expect(all.map(({ text }) => text)).toEqual(Array.from({ length: CLIENTS }, () => 'ok'));
    const refused = all.filter(({ record }) => record!.skips.some(({ reason }) => reason === 'retry-budget'));
    expect(refused).toHaveLength(CLIENTS - 4);
    expect(refused.map(({ ms }) => ms)).toEqual(refused.map(() => 0));
    for (const { record } of refused) expect(record!.skips).toMatchObject([{ target: 'lab/a', place: 0, reason: 'retry-budget' }]);
    expect(models['a']!.requests).toHaveLength(CLIENTS + 4);
  });

  it('H6: of those that wait for a told rest one asks first, the others when it has been answered', async () => {
    const limited = { text: '', fails: { fail: 'rate-limit' as const, facts: { retryAt: 1_700_000_010_000 } } };
    const { clock, model, models } = scene(
      { a: [...Array.from({ length: CLIENTS }, () => limited), { text: 'ok', after: 40 }] },
      { random: seeded(4) },
    );
    const all = await clock.run(
      Promise.all(Array.from({ length: CLIENTS }, () => model.doStream({ prompt: PROMPT }).then(({ stream }) => tell(stream)))),
    );
    expect(all.map(({ text }) => text)).toEqual(Array.from({ length: CLIENTS }, () => 'ok'));
    const [first, second] = timesOf(models['a']!).slice(CLIENTS);
    expect(first).toBeGreaterThanOrEqual(10_000);
    expect(second! - first!).toBeGreaterThanOrEqual(40);
    expect(all.filter(({ record }) => record!.attempts.at(-1)!.probe)).toHaveLength(1);
    expect(models['a']!.requests).toHaveLength(2 * CLIENTS);
  });
});

describe('a second process on the same state folder', () => {
  it('sends nothing to what rests after the first one wrote it, and the first nothing to what the second found', async () => {
    using state = tempState();
    const folder = state.dir;
    const places: Readonly<Record<string, Place>> = {
      east: { api: 'openai-compatible', fault: { do: 'status', status: 529 } },
      west: { api: 'anthropic', script: { text: TEXT }, outage: [{ target: 'west', from: 3, fault: { do: 'status', status: 401 } }] },
      north: { api: 'openai', script: { text: TEXT } },
    };
    const { owner, alive } = processIdentity();
    const say = (line: string) => expect(line).toBe('');
    const store = new SqliteHealth({ folder, clock: systemClock, random: systemRandom, alive, say });
    const health = failOpen(store, { clock: systemClock, say });
    await using on = await httpScene(places, { health, owner, keepAlive: true });
    const child = fork(new URL('./chain-worker.ts', import.meta.url), { execArgv: [] });
    try {
      await once(child, 'message');
      const asked = () => Object.values(on.providers).map(({ requests }) => requests.length);
      expect((await ask(on)).record!.target).toBe('west/small-1');
      expect(asked()).toEqual([3, 1, 0]);
      const bare = Object.fromEntries(Object.entries(places).map(([name, { api }]) => [name, { api, at: on.providers[name]!.url }]));
      const reply = once(child, 'message') as Promise<[readonly Answered[]]>;
      child.send({ folder, places: bare, prompts: ['one', 'two', 'three'] } satisfies Order);
      const [answers] = await reply;
      expect(answers.map(({ text, target }) => [text, target])).toEqual([
        [TEXT, 'west/small-1'],
        [TEXT, 'north/small-1'],
        [TEXT, 'north/small-1'],
      ]);
      expect(answers[0]!.skips).toEqual(['east/small-1 resting']);
      // Not one request to the resting model from the second process; one of its own found the bad key.
      expect(asked()).toEqual([3, 3, 2]);
      const back = await ask(on);
      expect(back.record).toMatchObject({ target: 'north/small-1', skips: [{ target: 'east/small-1' }, { target: 'west/small-1' }] });
      expect(asked()).toEqual([3, 3, 3]);
      expect(await on.rests()).toEqual(['credential:west#WEST_KEY auth', 'endpoint:east/small-1 overload']);
    } finally {
      const exit = once(child, 'exit');
      child.disconnect();
      await exit;
      await health.close();
    }
  });
});
