import { existsSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { SideDatabase } from './side-database.ts';
import type { Database } from './sqlite-driver.ts';

const folders: string[] = [];
afterEach(() => folders.splice(0).forEach((folder) => rmSync(folder, { recursive: true, force: true })));

const T = 1_700_000_000_000;

function prepare(database: Database): { put: (word: string) => void; words: () => string[] } {
  database.exec('CREATE TABLE IF NOT EXISTS words (word TEXT PRIMARY KEY)');
  const [put, all] = [database.prepare('INSERT INTO words VALUES (?)'), database.prepare('SELECT word FROM words ORDER BY word')];
  return { put: (word) => void put.run(word), words: () => (all.all() as { word: string }[]).map(({ word }) => word) };
}

describe('a database that calls can do without', () => {
  it('is put aside once where two find it damaged: the one that comes second takes nothing from the first', () => {
    const folder = mkdtempSync(join(tmpdir(), 'holdfast-side-'));
    folders.push(folder);
    const path = join(folder, 'side.db');
    const shared = { folder, file: 'side.db', clock: { now: () => T }, say: (why: string) => expect.unreachable(why) };
    const first = new SideDatabase({ ...shared, prepare });
    let met = false;
    const second = new SideDatabase({
      ...shared,
      prepare: (database) => {
        if (met) return prepare(database);
        met = true;
        // What the first does when it finds the same damage.
        for (const suffix of ['', '-wal', '-shm']) if (existsSync(path + suffix)) renameSync(path + suffix, `${path}.corrupt-1${suffix}`);
        first.run(({ put }) => put('first'));
        throw Object.assign(new Error('file is not a database'), { code: 'ERR_SQLITE_ERROR', errcode: 26 });
      },
    });
    second.run(({ put }) => put('second'));
    expect([first.run(({ words }) => words()), second.run(({ words }) => words())]).toEqual([
      ['first', 'second'],
      ['first', 'second'],
    ]);
    expect(readdirSync(folder).filter((name) => /corrupt-\d+$/.test(name))).toEqual(['side.db.corrupt-1']);
    first.close();
    second.close();
  });
});
