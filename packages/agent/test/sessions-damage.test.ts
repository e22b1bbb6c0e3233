import { mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeSync, closeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { SessionsFile } from '../src/io/sessions-file.ts';
import { openSqliteSessions, sqliteSessions } from '../src/io/sessions-sqlite.ts';
import type { Entry, SessionStore } from '../src/ports.ts';

let root = '';
let stores: SessionStore[] = [];
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'holdfast-damage-'));
});
afterEach(async () => {
  for (const store of stores) await store.close();
  stores = [];
  rmSync(root, { recursive: true, force: true });
});

const file = () => join(root, 'sessions.db');
const alive = () => true;
const open = async () => {
  const store = await openSqliteSessions({ folder: root, alive });
  stores.push(store);
  return store;
};
const create = (store: SessionStore, id = 's') => store.create({ id, file: '/f', agent: 'root', cwd: '/', at: 1 });
const noted = (text: string): Entry => ({ event: { type: 'notice', text }, run: 'r', path: [] });

/** As a process of the first minor made it, with a session in it. */
const FIRST = `
CREATE TABLE session (id TEXT PRIMARY KEY, file TEXT NOT NULL, agent TEXT NOT NULL, cwd TEXT NOT NULL, created INTEGER NOT NULL) STRICT;
CREATE INDEX session_file ON session (file);
CREATE TABLE event (
  session TEXT NOT NULL, seq INTEGER NOT NULL, version INTEGER NOT NULL, at INTEGER NOT NULL, run TEXT NOT NULL, path TEXT NOT NULL,
  attempt TEXT, type TEXT NOT NULL, body TEXT NOT NULL, UNIQUE (session, seq)
) STRICT;
CREATE TABLE inbox (
  n INTEGER PRIMARY KEY AUTOINCREMENT, session TEXT NOT NULL, id TEXT NOT NULL, kind TEXT NOT NULL, text TEXT NOT NULL, at INTEGER NOT NULL,
  UNIQUE (session, id)
) STRICT;
CREATE TABLE writer (session TEXT PRIMARY KEY, pid INTEGER NOT NULL, started TEXT NOT NULL, boot TEXT NOT NULL) STRICT;
PRAGMA user_version = 100;
PRAGMA journal_mode = WAL;
INSERT INTO session VALUES ('old', '/f', 'root', '/', 5);
INSERT INTO event VALUES ('old', 1, 1, 6, 'r', '[]', NULL, 'run-start', '{"type":"run-start","agent":"root","resumed":false}');
INSERT INTO event VALUES ('old', 2, 1, 6, 'r', '[]', NULL, 'input', '{"type":"input","text":"From before"}');
INSERT INTO inbox (session, id, kind, text, at) VALUES ('old', 'i', 'steer', 'waits', 7);
`;

describe('a database of an older minor', () => {
  it('P10: is brought up to date in place, with all that is in it', async () => {
    const before = new DatabaseSync(file());
    before.exec(FIRST);
    before.close();
    const store = await open();
    expect(await store.head('old')).toMatchObject({ title: 'From before', starred: false, status: 'unfinished', events: 2 });
    expect(await store.inbox('old')).toEqual([{ id: 'i', kind: 'steer', text: 'waits' }]);
    await store.update('old', { starred: true });
    expect((await store.search('before', {})).map(({ id }) => id)).toEqual(['old']);
  });

  it('an older process that has it open goes on writing and reading', async () => {
    using before = new DatabaseSync(file());
    before.exec(FIRST);
    const insert = before.prepare(
      'INSERT INTO event (session, seq, version, at, run, path, attempt, type, body) VALUES (?, ?, 1, 1, ?, ?, NULL, ?, ?)',
    );
    const count = before.prepare('SELECT count(*) AS n FROM event');
    expect(count.get()).toEqual({ n: 2 });
    const store = await open();
    insert.run('old', 3, 'r', '[]', 'notice', '{"type":"notice","text":"still here"}');
    before.exec("INSERT INTO session (id, file, agent, cwd, created) VALUES ('new', '/f', 'root', '/', 9)");
    before.exec("INSERT INTO inbox (session, id, kind, text, at) VALUES ('new', 'j', 'prompt', 'hi', 9)");
    expect(count.get()).toEqual({ n: 3 });
    expect(await store.read('old', 2)).toMatchObject([{ seq: 3, event: { text: 'still here' } }]);
    expect(await store.inbox('new')).toEqual([{ id: 'j', kind: 'prompt', text: 'hi' }]);
  });

  it('P6: one that cannot be brought up to date is refused and left as it was: nothing is moved aside', async () => {
    const before = new DatabaseSync(file());
    before.exec(FIRST);
    before.exec('CREATE TABLE chore (what TEXT)');
    before.close();
    await expect(open()).rejects.toMatchObject({ kind: 'unwritable', message: expect.stringMatching(/chore.*--state/s) });
    using after = new DatabaseSync(file());
    expect(after.prepare('PRAGMA user_version').get()).toEqual({ user_version: 100 });
    expect(after.prepare('SELECT count(*) AS n FROM event').get()).toEqual({ n: 2 });
    expect(() => after.exec('SELECT title FROM session')).toThrow('title');
  });
});

describe('a session that cannot be read', () => {
  it('one of a newer version, or damaged, is in the list as unfinished; the others are as they were', async () => {
    const store = await open();
    for (const [n, id] of ['newer', 'damaged', 'well'].entries()) {
      await create(store, id);
      const start = { type: 'run-start', agent: 'root', resumed: false } as const;
      const events = [start, { type: 'input', text: 'needle' }, { type: 'run-end', why: 'done' }] as const;
      await store.append(
        id,
        0,
        events.map((event) => ({ event, run: 'r', path: [] })),
        n,
      );
    }
    edit("UPDATE event SET version = 9 WHERE session = 'newer'; UPDATE event SET body = '{' WHERE session = 'damaged'");
    const heads = await store.list({});
    expect(heads.map(({ id, status, title }) => [id, status, title])).toEqual([
      ['well', 'done', 'needle'],
      ['damaged', 'unfinished', ''],
      ['newer', 'unfinished', ''],
    ]);
    expect((await store.search('needle', {})).map(({ id }) => id)).toEqual(['well']);
    await expect(store.read('newer', 0)).rejects.toMatchObject({ kind: 'newer' });
    await store.delete('damaged', { alive });
    expect(await store.list({})).toHaveLength(2);
  });
});

describe('a disk', () => {
  it('that is full: the append is refused as a whole, with a way out, and goes on where it was when there is room', async () => {
    const own = await SessionsFile.open(file());
    const store = sqliteSessions(own, { alive });
    stores.push(store);
    await create(store);
    await store.append('s', 0, [noted('before')], 1);
    await store.enqueue('s', { id: 'i', kind: 'steer', text: 'waits', at: 1 });
    own.db.exec('PRAGMA max_page_count = 1');
    const input: Entry = { event: { type: 'input', text: 'waits', item: 'i' }, run: 'r', path: [] };
    const large = noted('x'.repeat(200_000));
    for (const entries of [[large], [input, large]]) {
      await expect(store.append('s', 1, entries, 1)).rejects.toMatchObject({
        kind: 'unwritable',
        message: expect.stringMatching(/sessions\.db.*the disk is full.*make room/),
      });
    }
    expect((await store.read('s', 0)).map(({ seq }) => seq)).toEqual([1]);
    expect(await store.inbox('s')).toHaveLength(1);
    own.db.exec('PRAGMA max_page_count = 1000000');
    expect(await store.append('s', 1, [input, large], 1)).toBe(3);
    expect(await store.inbox('s')).toEqual([]);
  });

  it('P8: a database that may only be read is read; what would be written is refused, naming it', async () => {
    const first = await open();
    await create(first);
    await first.append('s', 0, [noted('here')], 1);
    await first.close();
    // The file says of itself that it is in a format which may only be read: it holds for whoever runs the test.
    const before = new DatabaseSync(file());
    before.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    before.close();
    patch(18, 3);
    const bytes = readFileSync(file());
    const store = await open();
    expect(await store.read('s', 0)).toMatchObject([{ event: { text: 'here' } }]);
    expect(await store.list({})).toHaveLength(1);
    await expect(store.append('s', 1, [noted('more')], 1)).rejects.toMatchObject({
      kind: 'unwritable',
      message: expect.stringContaining(file()),
      facts: { file: file() },
    });
    await expect(store.delete('s', { alive })).rejects.toMatchObject({ kind: 'unwritable' });
    await store.close();
    expect(readFileSync(file()).equals(bytes)).toBe(true);
  });

  it('P8: a folder that cannot be made names the path', async () => {
    mkdirSync(join(root, 'state'));
    closeSync(openSync(join(root, 'state', 'file'), 'w'));
    await expect(openSqliteSessions({ folder: join(root, 'state', 'file', 'deeper'), alive })).rejects.toMatchObject({
      kind: 'unwritable',
      message: expect.stringContaining(join(root, 'state', 'file')),
    });
  });
});

describe('two processes', () => {
  it('a session that another one deleted by force while it is written to: the writer is told, and leaves nothing behind', async () => {
    const [ours, theirs] = [await open(), await open()];
    await create(ours);
    await ours.append('s', 0, [noted('a')], 1);
    await theirs.delete('s', { alive, force: true });
    await expect(ours.append('s', 1, [noted('b')], 1)).rejects.toMatchObject({
      kind: 'missing',
      message: expect.stringContaining('deleted'),
    });
    await expect(ours.append('s', 1, [noted('b'), noted('c')], 1)).rejects.toMatchObject({ kind: 'missing' });
    using db = new DatabaseSync(file());
    expect(db.prepare('SELECT count(*) AS n FROM event').get()).toEqual({ n: 0 });
  });
});

function edit(sql: string): void {
  using db = new DatabaseSync(file());
  db.exec(sql);
}

function patch(offset: number, byte: number): void {
  const handle = openSync(file(), 'r+');
  writeSync(handle, Uint8Array.of(byte), 0, 1, offset);
  closeSync(handle);
}
