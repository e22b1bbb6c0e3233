import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { movingStoreContract } from '../testing/moving-store.contract.ts';
import { MemoryMoving } from './moving-memory.ts';
import { sqliteMoving } from './moving-open.ts';
import { SqliteMoving } from './moving-sqlite.ts';

const folders: string[] = [];
afterEach(() => folders.splice(0).forEach((folder) => rmSync(folder, { recursive: true, force: true })));

function folderOf(): string {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-moving-'));
  folders.push(folder);
  return folder;
}

const T = 1_700_000_000_000;
const DAY = 24 * 3_600_000;
const ORIGIN = { entry: 'e', protocol: 'google', model: 'm', account: 'a' } as const;
const said: string[] = [];
const sqlite = (folder: string, now = T): SqliteMoving =>
  new SqliteMoving({ folder, clock: { now: () => now }, say: (line) => said.push(line) });

movingStoreContract({ describe, it }, 'memory', async () => {
  const store = new MemoryMoving();
  return { a: store, b: store, close: async () => store.close() };
});

movingStoreContract({ describe, it }, 'SQLite', async () => {
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

describe('what moves between models, in a state folder', () => {
  it('outlives the process, is private, and forgets after thirty days', () => {
    const folder = folderOf();
    const first = sqlite(folder);
    first.handedOut(['h'], ORIGIN, T);
    first.close();
    const second = sqlite(folder, T + 29 * DAY);
    expect(second.makers(['h'], 0).get('h')).toEqual(ORIGIN);
    second.close();
    const third = sqlite(folder, T + 31 * DAY);
    expect(third.makers(['h'], 0).size).toBe(0);
    third.close();
    if (process.platform !== 'win32') expect(statSync(join(folder, 'moving.db')).mode & 0o777).toBe(0o600);
  });

  it('a damaged file is moved aside; a folder that cannot be made is said once, and costs nothing else', () => {
    const folder = folderOf();
    writeFileSync(join(folder, 'moving.db'), 'no database at all, but long enough to be taken for one'.repeat(40));
    const store = sqlite(folder);
    store.learn('e/m', 'no-images', T);
    expect(store.repairs('e/m', 0)).toEqual(['no-images']);
    store.close();
    const file = join(folder, 'file');
    writeFileSync(file, '');
    said.length = 0;
    const broken = sqlite(join(file, 'below'));
    broken.learn('e/m', 'x', T);
    expect(broken.repairs('e/m', 0)).toEqual([]);
    expect(said).toHaveLength(1);
  });

  it('is opened by a folder; what is none is refused', async () => {
    const folder = folderOf();
    const store = sqliteMoving(folder);
    await store.learn('e/m', 'no-images', Date.now());
    expect(await store.repairs('e/m', 0)).toEqual(['no-images']);
    await store.close();
    expect(() => sqliteMoving('')).toThrow(/sqliteMoving\(folder\): needs a folder/);
  });
});
