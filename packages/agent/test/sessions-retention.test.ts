import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openSqliteSessions } from '../src/io/sessions-sqlite.ts';
import type { SessionStore, Writer } from '../src/ports.ts';
import type { RunEvent } from '../src/rules/events.ts';
import type { RetentionSpec } from '../src/rules/retention.ts';

const DAY = 86_400_000;
const LIVE: Writer = { pid: 1, started: '1', boot: 'b' };
const start: RunEvent = { type: 'run-start', agent: 'root', resumed: false };
const over: RunEvent = { type: 'run-end', why: 'done' };
const asked: RunEvent = { type: 'question', id: 'q', about: 'approval', call: { id: 'c', name: 'shell', input: '{}' }, reason: 'r' };

let root = '';
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'holdfast-retention-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const open = (retention?: RetentionSpec) =>
  openSqliteSessions({ folder: root, alive: ({ pid }) => pid === LIVE.pid, ...(retention && { retention }) });
const ids = async (store: SessionStore) => (await store.list({})).map(({ id }) => id).toSorted();

async function add(store: SessionStore, id: string, daysAgo: number, events: readonly RunEvent[] = [start, over], file = '/f') {
  const at = Date.now() - daysAgo * DAY;
  await store.create({ id, file, agent: 'root', cwd: '/', at });
  await store.append(
    id,
    0,
    events.map((event) => ({ event, run: 'r', path: [] })),
    at,
  );
}

/** Opened, swept in the background, and closed: a sweep ends before the file is let go, but for what it leaves for the next day. */
async function swept(retention: RetentionSpec) {
  const store = await open(retention);
  await until(async () => (await ids(store)).every((id) => !id.startsWith('old')));
  await store.close();
}

async function until(done: () => Promise<boolean>) {
  while (!(await done())) await new Promise((resolve) => setImmediate(resolve));
}

const forgetSweep = () => {
  using db = new DatabaseSync(join(root, 'sessions.db'));
  db.exec('DELETE FROM chore');
};

describe('retention', () => {
  it('K1: old sessions go; what is starred, runs, waits or is asked about stays', async () => {
    const store = await open();
    await add(store, 'old', 91);
    await add(store, 'old-unfinished', 91, [start]);
    await add(store, 'young', 89);
    await add(store, 'starred', 200);
    await store.update('starred', { starred: true });
    await add(store, 'running', 200, [start]);
    await store.lock('running', LIVE, () => true);
    await add(store, 'waiting', 200);
    await store.enqueue('waiting', { id: 'i', kind: 'steer', text: 'x', at: 1 });
    await add(store, 'asked', 200, [start, asked]);
    await store.close();
    await swept({ keep: 90 * DAY });
    const after = await open();
    expect(await ids(after)).toEqual(['asked', 'running', 'starred', 'waiting', 'young']);
    await after.close();
  });

  it('once a day, whoever opens the store; and what an unknowing process left behind goes too', async () => {
    const store = await open();
    await add(store, 'old', 91);
    await store.close();
    await swept({ keep: 90 * DAY });
    const again = await open();
    await add(again, 'later', 91);
    await again.close();
    await (await open({ keep: 90 * DAY })).close();
    const third = await open();
    expect(await ids(third)).toEqual(['later']);
    await third.close();
    using db = new DatabaseSync(join(root, 'sessions.db'));
    db.exec("INSERT INTO event VALUES ('nobody', 1, 1, 1, 'r', '[]', NULL, 'notice', '{}')");
    forgetSweep();
    const fourth = await open({ max: 0 });
    await until(async () => (db.prepare("SELECT count(*) AS n FROM event WHERE session = 'nobody'").get() as { n: number }).n === 0);
    expect(await ids(fourth)).toEqual([]);
    await fourth.close();
  });

  it('K2: what one file says holds for its own sessions, each file in its turn; those of others stay', async () => {
    const store = await open();
    for (const [id, file] of [
      ['old-one', '/one'],
      ['new-one', '/one'],
      ['old-two', '/two'],
      ['new-two', '/two'],
    ] as const)
      await add(store, id, id.startsWith('old') ? 91 : 1, [start, over], file);
    await store.close();
    const one = await open({ max: 1, file: '/one' });
    await until(async () => !(await ids(one)).includes('old-one'));
    await one.close();
    const two = await open({ max: 1, file: '/two' });
    expect(await ids(two)).toContain('new-one');
    await until(async () => !(await ids(two)).includes('old-two'));
    expect(await ids(two)).toEqual(['new-one', 'new-two']);
    await two.close();
  });

  it('without a word about it everything is kept', async () => {
    const store = await open();
    await add(store, 'ancient', 5000);
    await store.close();
    const again = await open();
    expect(await ids(again)).toEqual(['ancient']);
    await again.close();
  });
});
