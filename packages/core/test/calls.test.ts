import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { MemoryCalls } from '../src/io/calls-memory.ts';
import { SqliteCalls, type SqliteCallsOptions } from '../src/io/calls-sqlite.ts';
import { systemClock } from '../src/io/clock-system.ts';
import { processIdentity } from '../src/io/process-identity.ts';
import { openDatabase } from '../src/io/sqlite-driver.ts';
import { callStoreContract, recordOf } from '../src/testing/call-store.contract.ts';

const DAY = 24 * 3_600_000;
const T = 1_700_000_000_000;
const folders: string[] = [];
const children: ChildProcess[] = [];
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  for (const folder of folders.splice(0)) {
    chmodSync(folder, 0o700);
    rmSync(folder, { recursive: true, force: true });
  }
});

function folderOf(): string {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-calls-'));
  folders.push(folder);
  return folder;
}

const said: string[] = [];
function sqlite(folder: string, more: Partial<SqliteCallsOptions> & { readonly now?: number } = {}): SqliteCalls {
  said.length = 0;
  const clock = { ...systemClock, now: () => more.now ?? T };
  return new SqliteCalls({ folder, clock, ...processIdentity(), say: (line) => said.push(line), ...more });
}

callStoreContract({ describe, it }, 'memory', () => new MemoryCalls());
callStoreContract({ describe, it }, 'SQLite', () => sqlite(folderOf()));

describe('calls.db', () => {
  it('is for this user alone, and readable by eye', () => {
    const folder = folderOf();
    const calls = sqlite(folder);
    calls.closed(recordOf('a', { caller: 'ann' }));
    calls.close();
    for (const file of readdirSync(folder)) expect(statSync(join(folder, file)).mode & 0o077).toBe(0);
    const database = openDatabase(join(folder, 'calls.db'), 100);
    expect(database.prepare('SELECT id, caller, outcome, usd FROM call').all()).toEqual([
      { id: 'a', caller: 'ann', outcome: 'done', usd: 0.001 },
    ]);
    database.close();
  });

  it('R1: many calls are one write, after the calls', async () => {
    const folder = folderOf();
    let wake = (): void => {};
    const clock = { ...systemClock, now: () => T, after: (_: number, then: () => void) => ((wake = then), () => {}) };
    const calls = sqlite(folder, { clock });
    for (let n = 0; n < 100; n++) {
      calls.opened({ id: `c${n}`, chain: 'smart', began: T, target: 'work/small' });
      calls.closed(recordOf(`c${n}`));
    }
    expect(existsSync(join(folder, 'calls.db'))).toBe(false);
    wake();
    const database = openDatabase(join(folder, 'calls.db'), 100);
    expect(database.prepare('SELECT count(*) AS n FROM call').all()).toEqual([{ n: 100 }]);
    database.close();
    calls.close();
  });

  it('R2: a file that is locked is written later', () => {
    const folder = folderOf();
    const calls = sqlite(folder);
    calls.closed(recordOf('a'));
    calls.flush();
    const other = openDatabase(join(folder, 'calls.db'), 100);
    other.exec('BEGIN IMMEDIATE');
    calls.closed(recordOf('b'));
    calls.flush();
    expect(other.prepare('SELECT id FROM call').all()).toEqual([{ id: 'a' }]);
    other.exec('COMMIT');
    other.close();
    calls.close();
    expect(
      sqlite(folder)
        .list()
        .map(({ id }) => id)
        .toSorted(),
    ).toEqual(['a', 'b']);
    expect(said).toEqual([]);
  });

  it.skipIf(process.getuid?.() === 0)('R2: a folder that cannot be written is said once, and throws at nobody', () => {
    const folder = folderOf();
    chmodSync(folder, 0o500);
    const calls = sqlite(folder);
    for (let n = 0; n < 3; n++) {
      calls.closed(recordOf(`c${n}`));
      calls.flush();
    }
    expect(said).toEqual([expect.stringMatching(/^records of calls cannot be kept in .*; calls go on$/)]);
  });

  it('R2: a state folder that is a file is said once, and throws at nobody', () => {
    const folder = join(folderOf(), 'file');
    writeFileSync(folder, 'x');
    const calls = sqlite(folder);
    for (let n = 0; n < 3; n++) {
      calls.closed(recordOf(`c${n}`));
      calls.flush();
    }
    calls.close();
    expect(said).toEqual([expect.stringMatching(/^records of calls cannot be kept in .*; calls go on$/)]);
  });

  it('R3: four processes write at once; what a killed one had open is lost, what a live one has is open', { timeout: 30_000 }, async () => {
    const folder = folderOf();
    const worker = async (name: string): Promise<ChildProcess> => {
      const child = fork(join(import.meta.dirname, 'calls-worker.ts'), [folder, name, '200'], {
        stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
      });
      children.push(child);
      await once(child, 'message');
      return child;
    };
    const [dies] = await Promise.all(['w0', 'w1', 'w2', 'w3'].map(worker));
    dies!.kill('SIGKILL');
    await once(dies!, 'exit');
    const calls = sqlite(folder, { now: Date.now() });
    for (const name of ['w0', 'w1', 'w2', 'w3'])
      expect(calls.list({ limit: 2000 }).filter(({ id }) => id.startsWith(name))).toHaveLength(201);
    expect(calls.find('w0-open')).toMatchObject([{ state: 'lost' }]);
    expect(calls.find('w1-open')).toMatchObject([{ state: 'open' }]);
    expect(calls.list({ failed: true })).toMatchObject([{ id: 'w0-open', state: 'lost' }]);
    calls.close();
  });

  it('a damaged file is moved aside and said once; nothing of it is thrown away', () => {
    const folder = folderOf();
    writeFileSync(join(folder, 'calls.db'), 'this is no database at all, but long enough to be taken for one'.repeat(20));
    const calls = sqlite(folder);
    calls.closed(recordOf('a'));
    calls.flush();
    calls.closed(recordOf('b'));
    calls.close();
    expect(said).toEqual([expect.stringContaining('was damaged and is now')]);
    const aside = readdirSync(folder).find((name) => name.includes('corrupt'));
    expect(readFileSync(join(folder, aside!), 'utf8')).toContain('no database at all');
    expect(sqlite(folder).list()).toHaveLength(2);
  });

  it('a file of an older program gets what it lacks; one of a newer keeps what we do not know', () => {
    const folder = folderOf();
    const old = openDatabase(join(folder, 'calls.db'), 100);
    old.exec("CREATE TABLE call (id TEXT PRIMARY KEY, chain TEXT NOT NULL DEFAULT '', began REAL NOT NULL DEFAULT 0, mood TEXT)");
    old.exec(`INSERT INTO call VALUES ('old', 'smart', ${T}, 'blue')`);
    old.close();
    const calls = sqlite(folder);
    calls.closed(recordOf('new', { began: T + 1 }));
    expect(calls.list().map(({ id }) => id)).toEqual(['new', 'old']);
    calls.close();
    const database = openDatabase(join(folder, 'calls.db'), 100);
    expect(database.prepare("SELECT mood FROM call WHERE id = 'old'").all()).toEqual([{ mood: 'blue' }]);
    database.close();
  });

  it('keeps records for 30 days and messages for 7, and no more than it may', () => {
    const folder = folderOf();
    const calls = sqlite(folder, { most: 5 });
    calls.closed(recordOf('ancient', { began: T - 31 * DAY }));
    calls.closed(recordOf('old', { began: T - 8 * DAY }), ['old']);
    for (let n = 0; n < 6; n++) calls.closed(recordOf(`c${n}`, { began: T + n }), ['new']);
    calls.close();
    const later = sqlite(folder, { most: 5 });
    expect(later.list().map(({ id }) => id)).toEqual(['c5', 'c4', 'c3', 'c2', 'c1']);
    expect([later.messages('old'), later.messages('c0'), later.messages('c5')]).toEqual([undefined, undefined, ['new']]);
    later.close();
  });
});
