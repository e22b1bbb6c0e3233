import { chmodSync, existsSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { affinityStoreContract } from '../testing/affinity-store.contract.ts';
import { MemoryAffinity } from './affinity-memory.ts';
import { SqliteAffinity } from './affinity-sqlite.ts';

const folders: string[] = [];
afterEach(() => folders.splice(0).forEach((folder) => rmSync(folder, { recursive: true, force: true })));

function folderOf(): string {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-affinity-'));
  folders.push(folder);
  return folder;
}

const T = 1_700_000_000_000;
const said: string[] = [];
const sqlite = (folder: string, now = T): SqliteAffinity =>
  new SqliteAffinity({ folder, clock: { now: () => now }, say: (line) => said.push(line) });
const kept = { ref: 'work/small', credential: 'work#KEY', at: T, warm: 300_000 };

affinityStoreContract({ describe, it }, 'memory', async () => {
  const store = new MemoryAffinity();
  return { a: store, b: store, close: async () => store.close() };
});

affinityStoreContract({ describe, it }, 'SQLite', async () => {
  const folder = folderOf();
  const [a, b] = [sqlite(folder), sqlite(folder)];
  return {
    a,
    b,
    close: async () => {
      a.close();
      b.close();
    },
  };
});

describe('conversations in memory', () => {
  it('keeps 10,000 and lets go of the one not answered for longest', () => {
    const store = new MemoryAffinity();
    expect(store.empty()).toBe(true);
    for (let n = 0; n < 10_000; n++) store.write(`k${n}`, { ...kept, at: T + n });
    store.write('k0', { ...kept, at: T + 20_000 });
    store.write('new', { ...kept, at: T + 20_001 });
    expect([store.read('k0')?.at, store.read('k1'), store.read('k2')?.at]).toEqual([T + 20_000, undefined, T + 2]);
    expect(store.empty()).toBe(false);
  });
});

describe('conversations in SQLite', () => {
  it('are private, and forgotten after 30 days', () => {
    const folder = folderOf();
    const store = sqlite(folder);
    store.write('k', kept);
    if (process.platform !== 'win32')
      for (const name of readdirSync(folder)) expect(statSync(join(folder, name)).mode & 0o077, name).toBe(0);
    store.close();
    const later = sqlite(folder, T + 31 * 24 * 3_600_000);
    expect(later.read('k')).toBeUndefined();
    later.close();
  });

  it('a damaged file is put aside, and conversations are kept afresh', () => {
    const folder = folderOf();
    writeFileSync(join(folder, 'affinity.db'), 'this is no database, and long enough to be read as one: '.repeat(40));
    const store = sqlite(folder);
    store.write('k', kept);
    expect(store.read('k')).toEqual(kept);
    expect(existsSync(join(folder, `affinity.db.corrupt-${T}`))).toBe(true);
    store.close();
  });

  it.skipIf(process.getuid?.() === 0)('a folder that cannot be written is said once, and stops nobody', () => {
    const folder = folderOf();
    chmodSync(folder, 0o500);
    said.length = 0;
    const store = sqlite(folder);
    store.write('k', kept);
    expect([store.read('k'), said.length]).toEqual([kept, 1]);
  });

  it('a file that somebody took away is made anew, not written to in the dark', () => {
    const folder = folderOf();
    let now = T;
    const a = new SqliteAffinity({ folder, clock: { now: () => now }, say: (line) => said.push(line) });
    a.write('k', kept);
    for (const suffix of ['', '-wal', '-shm']) rmSync(join(folder, `affinity.db${suffix}`), { force: true });
    now += 1_000;
    a.write('l', kept);
    const b = sqlite(folder);
    expect([b.read('k'), b.read('l')]).toEqual([undefined, kept]);
    a.close();
    b.close();
  });

  it('a folder that can be used again is, a minute later', () => {
    const folder = join(folderOf(), 'state');
    writeFileSync(folder, '');
    let now = T;
    const store = new SqliteAffinity({ folder, clock: { now: () => now }, say: (line) => said.push(line) });
    said.length = 0;
    store.write('k', kept);
    expect([store.read('k'), said.length]).toEqual([kept, 1]);
    rmSync(folder);
    now += 60_000;
    store.write('l', kept);
    const other = sqlite(folder);
    expect([other.read('l'), said.length]).toEqual([kept, 1]);
    store.close();
    other.close();
  });

  it('a path that is no folder is said once, and stops nobody', () => {
    const file = join(folderOf(), 'file');
    writeFileSync(file, '');
    said.length = 0;
    const store = sqlite(file);
    store.write('k', kept);
    store.forget('k', T);
    expect([store.read('k'), said.length]).toEqual([undefined, 1]);
    store.close();
  });
});
