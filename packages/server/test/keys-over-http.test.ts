/** What keys may do, as their holders meet it: tiers, rates, budgets, callers below them, records. */
import { gate, texts } from '@holdfast/lab';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CLIENTS, front, GATEWAY, type Client, type Front } from './gateway-process.ts';
import { listenTo } from './listening.ts';
import { bodyOf, CLIENT, hear, type Heard } from './readers/index.ts';

const TEXT = texts.plain;
const NAMES = [
  'free',
  'fast',
  'ann',
  'boss',
  'open',
  ...CLIENTS.flatMap((client) => ['rpm', 'tpm', 'one', 'calls', 'tokens'].map((of) => `${of}-${client}`)),
];
const keyOf = (name: string): string => `key-of-${name}-0123456789`;
const variableOf = (name: string): string => `KEY_${name.replaceAll('-', '_').toUpperCase()}`;
const env = Object.fromEntries(NAMES.map((name) => [variableOf(name), keyOf(name)]));

const LIMITS: Readonly<Record<string, object>> = {
  rpm: { rate: { rpm: 2 } },
  tpm: { rate: { tpm: 50 } },
  one: { rate: { concurrent: 1 } },
  calls: { budget: { calls_per_day: 1 } },
  tokens: { budget: { tokens_per_day: 9_000 } },
  fast: { tiers: ['fast'] },
  boss: { admin: true },
  open: { record: 'content' },
};

const keys = NAMES.map((name) => ({ name, env: variableOf(name), ...LIMITS[name.split('-')[0]!] }));
const doors = new Map(CLIENTS.map((client) => [client, gate('head')]));

const target = { api: 'openai-chat', script: { text: TEXT } } as const;
const tiers = {
  fast: { targets: [target] },
  smart: { targets: [target] },
  ...Object.fromEntries(
    CLIENTS.map((client) => [`held-${client}`, { targets: [{ ...target, script: { text: TEXT, gate: doors.get(client)! } }] }]),
  ),
};

const errorOf = (heard: Heard): unknown => (JSON.parse(heard.text) as { readonly error: unknown }).error;
/** What a limit of the key's is called in each protocol. */
const LIMIT: Readonly<Record<Client, object>> = {
  'openai-chat': { code: 'rate_limit_exceeded' },
  'openai-responses': { code: 'rate_limit_exceeded' },
  'anthropic-messages': { type: 'rate_limit_error' },
};
const MONEY: Readonly<Record<Client, object>> = {
  'openai-chat': { code: 'insufficient_quota' },
  'openai-responses': { code: 'insufficient_quota' },
  'anthropic-messages': { type: 'rate_limit_error' },
};

describe.runIf(GATEWAY)('keys', () => {
  let on: Front;
  beforeAll(async () => {
    on = await front(tiers, { file: { server: { keys } }, env });
  });
  afterAll(() => on[Symbol.asyncDispose]());

  const credential = (client: Client, name: string): Record<string, string> =>
    client === 'anthropic-messages' ? { 'x-api-key': keyOf(name) } : { authorization: `Bearer ${keyOf(name)}` };
  const ask = (client: Client, name: string, tier = 'fast', more: object = {}, headers: Record<string, string> = {}) =>
    listenTo(
      client,
      on.at(tier, client),
      { stream: false, more: more as Record<string, unknown> },
      { headers: { ...credential(client, name), ...headers } },
    );
  const get = async (
    path: string,
    key: string,
  ): Promise<{ readonly status: number | undefined; readonly json: Record<string, unknown> }> => {
    const { status, text } = await hear(on.served.url + path, undefined, { method: 'GET', headers: { authorization: `Bearer ${key}` } });
    return { status, json: JSON.parse(text) as Record<string, unknown> };
  };
  const whole = (client: Client, heard: Heard) =>
    expect(CLIENT[client].whole(heard)).toMatchObject({ text: TEXT, finish: CLIENT[client].stop, faults: [] });

  describe.each(CLIENTS)('%s', (client) => {
    it('without one, with another: 401', async () => {
      const { base, model } = on.at('fast', client);
      const url = base + CLIENT[client].path;
      for (const headers of [{}, { authorization: 'Bearer nobody-0123456789', 'x-api-key': 'nobody-0123456789' }]) {
        const heard = await hear(url, bodyOf(client, { model }), { headers });
        expect([heard.status, heard.headers['x-should-retry']]).toEqual([401, 'false']);
        expect(errorOf(heard)).toMatchObject({ message: expect.stringMatching(/key/i) });
      }
    });

    it('tiers: what is not among them is not there, whatever its name', async () => {
      whole(client, await ask(client, 'fast').over);
      for (const tier of ['smart', 'fast-a/fast-a']) {
        const { base } = on.at('fast', client);
        const heard = await hear(base + CLIENT[client].path, bodyOf(client, { model: tier }), { headers: credential(client, 'fast') });
        expect([heard.status, heard.headers['x-should-retry']], tier).toEqual([404, 'false']);
        expect(errorOf(heard)).toMatchObject({ message: expect.stringContaining(tier) });
      }
      whole(client, await ask(client, 'free', 'smart').over);
    });

    it('rpm: how many are left is told, and when there will be more', async () => {
      const name = `rpm-${client}`;
      const told = [];
      for (let n = 0; n < 3; n++) told.push(await ask(client, name).over);
      expect(told.map(({ status }) => status)).toEqual([200, 200, 429]);
      expect(told.map(({ headers }) => headers['x-ratelimit-remaining-requests'])).toEqual(['1', '0', '0']);
      expect(told[2]!.headers).toMatchObject({ 'x-ratelimit-limit-requests': '2', 'x-should-retry': 'true' });
      const after = Number(told[2]!.headers['retry-after']);
      expect(after).toBeGreaterThanOrEqual(1);
      expect(after).toBeLessThanOrEqual(59);
      expect(errorOf(told[2]!)).toMatchObject(LIMIT[client]);
    });

    it('tpm: what a call used counts when it has ended', async () => {
      const name = `tpm-${client}`;
      const first = await ask(client, name).over;
      expect([first.status, first.headers['x-ratelimit-limit-tokens']]).toEqual([200, '50']);
      const second = await ask(client, name).over;
      expect([second.status, second.headers['x-ratelimit-remaining-tokens'], second.headers['x-should-retry']]).toEqual([429, '0', 'true']);
      expect(errorOf(second)).toMatchObject({ ...LIMIT[client], message: expect.stringContaining('tokens a minute') });
    });

    it('concurrent: a place is free again when its call has ended, or its client has left', async () => {
      const name = `one-${client}`;
      const first = ask(client, name, `held-${client}`);
      await doors.get(client)!.reached;
      const refused = await ask(client, name).over;
      expect([refused.status, refused.headers['x-should-retry']]).toEqual([429, 'true']);
      first.leave();
      await on.waitFor(`held-${client}`, ({ state }) => state === 'aborted');
      doors.get(client)!.release();
      // The place is free when the call has ended, and that is a moment after its client left.
      const next = async (): Promise<Heard> => {
        const heard = await ask(client, name, `held-${client}`).over;
        return heard.status === 429 ? next() : heard;
      };
      whole(client, await next());
      whole(client, await ask(client, name).over);
    });

    it('a budget that is spent: 429 without a retry, until when is told', async () => {
      const name = `calls-${client}`;
      whole(client, await ask(client, name).over);
      const spent = await ask(client, name).over;
      expect([spent.status, spent.headers['x-should-retry'], spent.headers['retry-after']]).toEqual([429, 'false', undefined]);
      expect(Date.parse(String(spent.headers['x-holdfast-retry-at']))).toBeGreaterThan(Date.now());
      expect(errorOf(spent)).toMatchObject(MONEY[client]);
    });

    it('a budget is held before it is spent: what could go beyond it is not asked', async () => {
      const limit = client === 'openai-responses' ? 'max_output_tokens' : 'max_tokens';
      const before = on.asked('fast').length;
      const spent = await ask(client, `tokens-${client}`, 'fast', { [limit]: 10_000 }).over;
      expect([spent.status, on.asked('fast').length - before]).toEqual([429, 0]);
      whole(client, await ask(client, `tokens-${client}`, 'fast', { [limit]: 4_000 }).over);
    });

    it('a name below the key: its records are its own, and those of the key above it', async () => {
      const sent = { 'x-holdfast-caller': 'night ly', 'x-holdfast-run': `run-${client}`, 'x-holdfast-session': `s-${client}` };
      const { headers } = await ask(client, 'free', 'fast', {}, sent).over;
      const id = String(headers['x-holdfast-call']);
      const found = async (key: string) => get(`/api/calls/${id}`, key);
      await expect.poll(async () => (await found(keyOf('free'))).status).toBe(200);
      expect((await found(keyOf('free'))).json).toMatchObject({ caller: 'free/night-ly', run: `run-${client}`, session: `s-${client}` });
      expect([(await found(keyOf('ann'))).status, (await found(keyOf('boss'))).status, (await found(on.served.token)).status]).toEqual([
        404, 200, 200,
      ]);
      const { json } = await get('/api/calls?limit=500', keyOf('ann'));
      expect(json['calls']).toEqual([]);
    });

    it('what is asked is kept only for a key that says so', async () => {
      const marker = `the secret plan of ${client}`;
      const told = await Promise.all(
        ['open', 'free'].map(async (name) => {
          const { headers } = await listenTo(
            client,
            on.at('fast', client),
            { stream: false, prompt: marker },
            { headers: credential(client, name) },
          ).over;
          return { name, id: String(headers['x-holdfast-call']) };
        }),
      );
      for (const { name, id } of told) {
        await expect.poll(async () => (await get(`/api/calls/${id}`, on.served.token)).json['state']).toBe('done');
        const { json } = await get(`/api/calls/${id}`, on.served.token);
        expect(JSON.stringify(json).includes(marker), name).toBe(name === 'open');
      }
    });
  });

  it('models: each sees what it may ask for', async () => {
    const idsOf = async (name: string) =>
      ((await get('/v1/models', keyOf(name))).json['data'] as { readonly id: string }[]).map(({ id }) => id);
    expect(await idsOf('fast')).toEqual(['fast']);
    expect(await idsOf('free')).toEqual(expect.arrayContaining(['fast', 'smart']));
  });

  it('no key is in what it said, nor in what it keeps', () => {
    expect(on.served.err).not.toMatch(/key-of-/);
  });
});
