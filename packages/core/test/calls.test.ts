import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { MemoryCalls } from '../src/io/calls-memory.ts';
import { sqliteCalls } from '../src/io/calls-open.ts';
import { SqliteCalls, type SqliteCallsOptions } from '../src/io/calls-sqlite.ts';
import { systemClock } from '../src/io/clock-system.ts';
import { processIdentity } from '../src/io/process-identity.ts';
import { jsonLines } from '../src/io/sinks-jsonl.ts';
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
  it('is for this user alone, and readable by eye', async () => {
    const folder = folderOf();
    const calls = sqlite(folder);
    calls.closed(recordOf('a', { caller: 'ann' }));
    await calls.close();
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
    await calls.close();
  });

  it('R2: a file that is locked is written later', async () => {
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
    await calls.close();
    expect((await sqlite(folder).list()).map(({ id }) => id).toSorted()).toEqual(['a', 'b']);
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

  it('R2: a state folder that is a file is said once, and throws at nobody', async () => {
    const folder = join(folderOf(), 'file');
    writeFileSync(folder, 'x');
    const calls = sqlite(folder);
    for (let n = 0; n < 3; n++) {
      calls.closed(recordOf(`c${n}`));
      calls.flush();
    }
    await calls.close();
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
      expect((await calls.list({ limit: 2000 })).filter(({ id }) => id.startsWith(name))).toHaveLength(201);
    expect(await calls.find('w0-open')).toMatchObject([{ state: 'lost' }]);
    expect(await calls.find('w1-open')).toMatchObject([{ state: 'open' }]);
    expect(await calls.list({ failed: true })).toMatchObject([{ id: 'w0-open', state: 'lost' }]);
    await calls.close();
  });

  it('a damaged file is moved aside and said once; nothing of it is thrown away', async () => {
    const folder = folderOf();
    writeFileSync(join(folder, 'calls.db'), 'this is no database at all, but long enough to be taken for one'.repeat(20));
    const calls = sqlite(folder);
    calls.closed(recordOf('a'));
    calls.flush();
    calls.closed(recordOf('b'));
    await calls.close();
    expect(said).toEqual([expect.stringContaining('was damaged and is now')]);
    const aside = readdirSync(folder).find((name) => name.includes('corrupt'));
    expect(readFileSync(join(folder, aside!), 'utf8')).toContain('no database at all');
    expect(await sqlite(folder).list()).toHaveLength(2);
  });

  it('a file of an older program gets what it lacks; one of a newer keeps what we do not know', async () => {
    const folder = folderOf();
    const old = openDatabase(join(folder, 'calls.db'), 100);
    old.exec("CREATE TABLE call (id TEXT PRIMARY KEY, chain TEXT NOT NULL DEFAULT '', began REAL NOT NULL DEFAULT 0, mood TEXT)");
    old.exec(`INSERT INTO call VALUES ('old', 'smart', ${T}, 'blue')`);
    old.close();
    const calls = sqlite(folder);
    calls.closed(recordOf('new', { began: T + 1 }));
    expect((await calls.list()).map(({ id }) => id)).toEqual(['new', 'old']);
    await calls.close();
    const database = openDatabase(join(folder, 'calls.db'), 100);
    expect(database.prepare("SELECT mood FROM call WHERE id = 'old'").all()).toEqual([{ mood: 'blue' }]);
    database.close();
  });

  it('keeps records for 30 days and messages for 7, and no more than it may', async () => {
    const folder = folderOf();
    const calls = sqlite(folder, { most: 5 });
    calls.closed(recordOf('ancient', { began: T - 31 * DAY }));
    calls.closed(recordOf('old', { began: T - 8 * DAY }), ['old']);
    for (let n = 0; n < 6; n++) calls.closed(recordOf(`c${n}`, { began: T + n }), ['new']);
    await calls.close();
    const later = sqlite(folder, { most: 5 });
    expect((await later.list()).map(({ id }) => id)).toEqual(['c5', 'c4', 'c3', 'c2', 'c1']);
    expect(await Promise.all(['old', 'c0', 'c5'].map((id) => later.messages(id)))).toEqual([undefined, undefined, ['new']]);
    await later.close();
  });
});

describe('sqliteCalls', () => {
  it('opens the folder that `holdfast calls` reads', async () => {
    const folder = folderOf();
    const calls = sqliteCalls({ path: folder, keep: '30d' });
    void calls.closed(recordOf('a', { began: Date.now() }));
    expect(await calls.list()).toMatchObject([{ id: 'a', state: 'done' }]);
    await calls.close();
    expect(existsSync(join(folder, 'calls.db'))).toBe(true);
  });

  it.each([
    [undefined, /needs a folder/],
    ['', /path.*must be a folder/],
    [{ path: 'x', keeep: 1 }, /keeep.*did you mean keep/],
    [{ path: 'x', keep: 'long' }, /keep.*"long" is no duration/],
    [{ path: 'x', say: 'me' }, /say.*must be a function/],
  ])('%o is refused', (options, message) => expect(() => sqliteCalls(options as never)).toThrow(message));
});

describe('jsonLines', () => {
  it('appends a line for each attempt and each call, for its owner alone', async () => {
    const file = join(folderOf(), 'calls.jsonl');
    const { usage, records } = jsonLines(file);
    await usage.record({ call: 'a', attempt: 1 } as never);
    await records.closed(recordOf('a'));
    expect(
      readFileSync(file, 'utf8')
        .trim()
        .split('\n')
        .map((line) => (JSON.parse(line) as { type: string }).type),
    ).toEqual(['usage', 'call']);
    expect(statSync(file).mode & 0o077).toBe(0);
  });
});
