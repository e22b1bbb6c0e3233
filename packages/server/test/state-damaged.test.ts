/** The state folder is deleted, locked or overwritten while a gateway serves: it forgets, and says so once; no call fails for it. */
import { readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { texts } from '@holdfast/lab';
import { describe, expect, it } from 'vitest';
import { carriesOn } from './carries-on.ts';
import { CLIENTS, front, GATEWAY, type Client, type Front, type Tiers } from './gateway-process.ts';
import { listenTo } from './listening.ts';
import { CLIENT, hear } from './readers/index.ts';
import { OTHER } from './rehearsal.ts';

const TEXT = texts.plain;
const ROUNDS = 4;
const rows = CLIENTS.flatMap((client) => [client, OTHER[client]].map((api) => ({ client, api })));
const tierOf = (client: Client, api: string, round: number): string => `${client}-${api}-${round}`;

/** Each with a failure and a takeover: beliefs are written, budgets held and settled. */
const tiers: Tiers = Object.fromEntries(
  rows.flatMap(({ client, api }) =>
    Array.from({ length: ROUNDS }, (_, round) => [
      tierOf(client, api, round),
      {
        targets: [
          { api: client, script: { text: TEXT, fault: { do: 'status', reason: 'overload' } } },
          { api, script: { text: TEXT, fault: { do: 'cut' } } },
          { api, script: carriesOn(() => ({ text: TEXT })) },
        ],
        settings: { retries: 0 },
      },
    ]),
  ),
);
const file = {
  server: { keys: [{ name: 'ci', env: 'KEY_CI', budget: { tokens_per_day: 50_000_000 }, record: 'content' }] },
};
const env = { KEY_CI: 'key-of-ci-0123456789' };

/** Answers the ids of the calls. */
async function allAnswer(on: Front, round: number): Promise<readonly string[]> {
  const ids: string[] = [];
  const credential = { authorization: `Bearer ${env.KEY_CI}`, 'x-api-key': env.KEY_CI };
  const all = rows.flatMap(({ client, api }) =>
    [true, false].map((stream) => ({
      name: `${client} over ${api}, streamed: ${stream}, round ${round}`,
      client,
      stream,
      heard: listenTo(
        client,
        on.at(tierOf(client, api, round), client),
        { stream },
        { headers: { ...credential, 'x-holdfast-session': `s-${client}` } },
      ),
    })),
  );
  for (const { name, client, stream, heard } of all) {
    const over = await heard.over;
    const told = CLIENT[client][stream ? 'stream' : 'whole'](over);
    ids.push(String(over.headers['x-holdfast-call']));
    expect({ name, told }).toMatchObject({ told: { text: TEXT, finish: CLIENT[client].stop, faults: [], error: undefined } });
  }
  return ids;
}

const databases = (state: string): readonly string[] =>
  readdirSync(state)
    .filter((name) => name.endsWith('.db'))
    .map((name) => join(state, name));

const DAMAGES: Readonly<Record<string, (state: string) => Disposable>> = {
  deleted: (state) => {
    for (const name of readdirSync(state)) if (/\.db(-\w+)?$/.test(name)) rmSync(join(state, name));
    return new DisposableStack();
  },
  'the whole folder deleted': (state) => {
    rmSync(state, { recursive: true });
    return new DisposableStack();
  },
  locked: (state) => {
    const held = new DisposableStack();
    for (const path of databases(state)) {
      const database = held.adopt(new DatabaseSync(path, { timeout: 2_000 }), (one) => one.close());
      database.exec('BEGIN EXCLUSIVE');
    }
    return held;
  },
  'overwritten with rubbish': (state) => {
    // With its log: what stands there would mend the file.
    for (const path of databases(state))
      for (const file of [path, `${path}-wal`]) writeFileSync(file, 'this is no database, and never was one\n'.repeat(2_000));
    return new DisposableStack();
  },
};

/** Lines that say something of the state; a store of each kind may say that it is gone, and that it is back. */
const saidOf = (err: string): readonly string[] => err.split('\n').filter((line) => line !== '' && !line.startsWith('call '));

describe.runIf(GATEWAY)('the state, while calls go on', () => {
  it.each(Object.keys(DAMAGES))('%s', { timeout: 90_000 }, async (name) => {
    await using on = await front(tiers, { file, env });
    const get = (path: string) =>
      hear(on.served.url + path, undefined, { method: 'GET', headers: { authorization: `Bearer ${env.KEY_CI}` } });
    await allAnswer(on, 0);
    expect(databases(on.served.state).length).toBeGreaterThanOrEqual(5);
    {
      using _damage = DAMAGES[name]!(on.served.state);
      await allAnswer(on, 1);
      expect((await get('/readyz')).status).toBe(200);
      expect((await get('/api/calls')).status).toBeLessThan(600);
      await allAnswer(on, 2);
    }
    const last = await allAnswer(on, 3);
    for (const id of last) await expect.poll(async () => (await get(`/api/calls/${id}`)).status, { timeout: 20_000 }).toBe(200);
    expect(on.served.gone).toBe(false);
    expect(on.served.err).not.toContain('a fault of ours');
    const said = saidOf(on.served.err);
    expect(said).toEqual([...new Set(said)]);
    if (name === 'locked')
      expect(said.join()).toMatch(/budget store unavailable.*health store unavailable|health store unavailable.*budget store unavailable/);
  });

  it.each(['deleted', 'the whole folder deleted', 'overwritten with rubbish'])(
    '%s, and then every worker dies: those that take their places answer',
    { timeout: 90_000 },
    async (name) => {
      await using on = await front(tiers, { file, env, args: ['--workers', '2'] });
      await allAnswer(on, 0);
      using _damage = DAMAGES[name]!(on.served.state);
      for (const pid of on.served.children()) process.kill(pid, 'SIGKILL');
      await on.served.says('another one takes its place', 2);
      const answers = async (): Promise<number | undefined> =>
        (await hear(`${on.served.url}/healthz`, undefined, { method: 'GET' })).status;
      await expect.poll(async () => on.served.gone || (await answers()), { interval: 20, timeout: 30_000 }).toBe(200);
      for (const round of [1, 2, 3]) await allAnswer(on, round);
      const said = saidOf(on.served.err);
      expect(said).toEqual([...new Set(said)]);
      if (name === 'overwritten with rubbish') expect(said.join('\n')).toMatch(/health file of .* was damaged and is now/);
      expect(on.served.children()).toHaveLength(2);
    },
  );
});
