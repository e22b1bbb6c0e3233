import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '@holdfast/core/engine';
import { processIdentity } from '@holdfast/core/engine';
import { Feed } from '../src/feed.ts';
import { forgetOutputs, keepOutput } from '../src/io/outputs-file.ts';
import { openSqliteSessions } from '../src/io/sessions-sqlite.ts';
import { writerIdentity } from '../src/io/writer-identity.ts';
import type { Entry, SessionStore } from '../src/ports.ts';

const identity = writerIdentity(processIdentity());
const noted = (text: string): Entry => ({ event: { type: 'notice', text }, run: 'r', path: [] });

let root = '';
let stores: SessionStore[] = [];
let workers: ChildProcess[] = [];
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'holdfast-sqlite-'));
});
afterEach(async () => {
  for (const worker of workers) worker.kill('SIGKILL');
  for (const store of stores) await store.close();
  [stores, workers] = [[], []];
  rmSync(root, { recursive: true, force: true });
});

const open = async (folder = join(root, 'state')) => {
  const store = await openSqliteSessions({ folder, alive: identity.alive });
  stores.push(store);
  return store;
};
const created = async (store: SessionStore) => store.create({ id: 's', file: '/f', agent: 'root', cwd: '/', at: 0 });

/** A worker process; `ask` sends a command and resolves with its answer. */
async function worker(folder = join(root, 'state')) {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'session-worker.ts'), folder, 's'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  workers.push(child);
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async () => JSON.parse((await lines.next()).value as string) as Record<string, unknown>;
  const { ready } = await next();
  const ask = (command: string) => (child.stdin.write(`${command}\n`), next());
  const kill = () => new Promise<void>((resolve) => (child.once('exit', () => resolve()), child.kill('SIGKILL')));
  return { pid: ready as number, ask, kill };
}

describe('sessions in SQLite', () => {
  it('the folder is 0700, the database and its side files 0600', async () => {
    const store = await open();
    await created(store);
    expect(statSync(join(root, 'state')).mode & 0o777).toBe(0o700);
    for (const name of ['sessions.db', 'sessions.db-wal', 'sessions.db-shm']) {
      expect(statSync(join(root, 'state', name)).mode & 0o777).toBe(0o600);
    }
  });

  it.each([
    ['not a database', 'corrupt', (file: string): void => writeFileSync(file, 'x'.repeat(5000))],
    [
      'a database of something else',
      'corrupt',
      (file: string): void => edit(file, (db) => void db.exec('CREATE TABLE t (a); PRAGMA user_version = 100')),
    ],
    ['a database of another program', 'corrupt', (file: string): void => edit(file, (db) => void db.exec('CREATE TABLE session (a)'))],
    ['a newer major', 'newer', (file: string): void => edit(file, (db) => void db.exec('CREATE TABLE t (a); PRAGMA user_version = 200'))],
    ['a folder where the database should be', 'unwritable', (file: string): void => void mkdirSync(file)],
  ] as const)('%s is refused as %s, with a way out, and left as it is', async (_, kind, make) => {
    const folder = join(root, 'state');
    mkdirSync(folder);
    const file = join(folder, 'sessions.db');
    make(file);
    const before = kind === 'unwritable' ? undefined : readFileSync(file);
    await expect(open()).rejects.toMatchObject({ kind, facts: { file }, message: expect.stringMatching(/--state/) });
    if (before) expect(readFileSync(file).equals(before)).toBe(true);
  });

  it('a state folder that is a file is unwritable', async () => {
    writeFileSync(join(root, 'state'), '');
    await expect(open()).rejects.toMatchObject({ kind: 'unwritable' });
  });

  it('a newer minor is opened', async () => {
    await created(await open());
    edit(join(root, 'state', 'sessions.db'), (db) => void db.exec('PRAGMA user_version = 107; ALTER TABLE event ADD COLUMN more TEXT'));
    const store = await open();
    expect(await store.append('s', 0, [noted('x')], 1)).toBe(1);
  });

  it('a row of a newer version, or one that is not JSON, is refused by name; the rest of the file stays', async () => {
    const store = await open();
    await created(store);
    await store.append('s', 0, [noted('x')], 1);
    const file = join(root, 'state', 'sessions.db');
    edit(file, (db) => void db.exec('UPDATE event SET version = 9'));
    await expect(store.read('s', 0)).rejects.toMatchObject({ kind: 'newer' });
    edit(file, (db) => void db.exec("UPDATE event SET version = 1, body = '{'"));
    await expect(store.read('s', 0)).rejects.toMatchObject({ kind: 'corrupt' });
    expect(await store.inbox('s')).toEqual([]);
  });

  it('while another program writes it waits without blocking, and goes on', async () => {
    const store = await open();
    await created(store);
    const other = new DatabaseSync(join(root, 'state', 'sessions.db'));
    other.exec('BEGIN IMMEDIATE');
    let appended = false;
    const append = store.append('s', 0, [noted('x')], 1).then((seq) => ((appended = true), seq));
    await new Promise((resolve) => setImmediate(resolve));
    expect(appended).toBe(false);
    other.exec('COMMIT');
    other.close();
    expect(await append).toBe(1);
  });

  it('what was appended survives the store, and an append after it goes on', async () => {
    const first = await open();
    await created(first);
    await first.append('s', 0, [noted('a')], 1);
    await first.close();
    const second = await open();
    expect(await second.append('s', 1, [noted('b')], 1)).toBe(2);
  });
});

describe('sessions in SQLite, across processes', () => {
  it('two processes that append to one log lose nothing and double nothing', async () => {
    const store = await open();
    await created(store);
    const [one, two] = await Promise.all([worker(), worker()]);
    const answers = await Promise.all([one.ask('append 200'), two.ask('append 200')]);
    expect(answers.every(({ value }) => typeof value === 'number')).toBe(true);
    const rows = await store.read('s', 0);
    expect(rows.map(({ seq }) => seq)).toEqual(rows.map((_, i) => i + 1));
    const texts = rows.map(({ event }) => (event.type === 'notice' ? event.text : ''));
    const wanted = [one.pid, two.pid].flatMap((pid) => Array.from({ length: 200 }, (_, i) => `${pid}:${i}`));
    expect(texts.toSorted()).toEqual(wanted.toSorted());
  });

  it('a live process keeps the session; killed, it is free that moment, and what it wrote is there', async () => {
    const store = await open();
    await created(store);
    await store.append('s', 0, [{ event: { type: 'run-start', agent: 'root', resumed: false }, run: 'r', path: [] }], 1);
    const other = await worker();
    expect(await other.ask('lock')).toEqual({ value: other.pid });
    await other.ask('append 3');
    await expect(store.lock('s', identity.self(), identity.alive)).rejects.toMatchObject({
      kind: 'busy',
      facts: { writer: { pid: other.pid } },
    });
    expect((await store.head('s'))?.status).toBe('running');
    await other.kill();
    expect((await store.head('s'))?.status).toBe('unfinished');
    using _lock = await store.lock('s', identity.self(), identity.alive);
    expect(await store.append('s', 4, [noted('mine')], 1)).toBe(5);
  });

  it('our live process keeps the session from another, which is told our pid', async () => {
    const store = await open();
    await created(store);
    const lock = await store.lock('s', identity.self(), identity.alive);
    const other = await worker();
    expect(await other.ask('lock')).toEqual({ error: 'busy', writer: process.pid });
    lock[Symbol.dispose]();
    expect(await other.ask('lock')).toEqual({ value: other.pid });
  });

  it('the version changes when another process wrote, and a follower sees what it wrote', async () => {
    const store = await open();
    await created(store);
    const other = await worker();
    const version = store.version();
    expect(store.version()).toBe(version);
    const rows = new Feed(store, systemClock).follow('s', 0, new AbortController().signal);
    const first = rows.next();
    await other.ask('append 2');
    expect(store.version()).not.toBe(version);
    expect([(await first).value?.seq, (await rows.next()).value?.seq]).toEqual([1, 2]);
    await rows.return(undefined);
    await other.ask('follow-up later');
    expect(await store.inbox('s')).toEqual([{ id: 'later', kind: 'follow-up', text: 'later' }]);
  });
});

function edit(file: string, work: (db: DatabaseSync) => void): void {
  const db = new DatabaseSync(file);
  work(db);
  db.close();
}

describe('what goes with a session', () => {
  it('its kept outputs do, and those of others stay', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'holdfast-outputs-'));
    const outputs = join(folder, 'outputs');
    const store = await openSqliteSessions({ folder, alive: () => false, deleted: (session) => forgetOutputs(outputs, session) });
    try {
      for (const id of ['gone', 'stays']) await store.create({ id, file: '/a.yaml', agent: 'root', cwd: '/', at: 1 });
      const [gone, stays] = [await keepOutput(outputs)('gone', 'c', 'long'), await keepOutput(outputs)('stays', 'c', 'long')];
      await store.delete('gone', { alive: () => false });
      expect([existsSync(gone), existsSync(stays)]).toEqual([false, true]);
    } finally {
      await store.close();
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
