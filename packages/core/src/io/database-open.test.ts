import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { Clock } from '../ports.ts';
import type { Window } from '../rules/budget/budget.ts';
import { SqliteBudgets } from './budget-sqlite.ts';
import { growingTable } from './database-file.ts';
import { openDatabase, type Database } from './sqlite-driver.ts';

const folders: string[] = [];
afterEach(() => folders.splice(0).forEach((folder) => rmSync(folder, { recursive: true, force: true })));

function folderOf(): string {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-open-'));
  folders.push(folder);
  return folder;
}

const T = 1_800_000_000_000;
const window: Window = { id: 'w', budget: 'b', unit: 'calls', per: 'day', limit: 1 };
const hold = (id: string) => ({ id, owner: 'me', until: T + 1000, parts: [{ window, amount: 1 }] });

describe('a database that several processes open at once', () => {
  it('budgets: who finds it locked while it is set up waits for it, and is counted with the others', async () => {
    const folder = folderOf();
    const other = openDatabase(join(folder, 'budgets.db'), 3);
    other.exec('BEGIN EXCLUSIVE');
    let looks = 0;
    const clock = {
      now: () => T,
      mono: () => looks * 5,
      sleep: async () => {
        looks += 1;
        if (looks === 3) other.exec('COMMIT');
      },
    } as unknown as Clock;
    const store = new SqliteBudgets({ folder, clock, random: () => 0.5, alive: () => true, say: (line) => expect.unreachable(line) });
    expect(await store.reserve(hold('one'), T)).toEqual({ ok: true });
    expect(await store.reserve(hold('two'), T)).toMatchObject({ ok: false });
    expect(looks).toBe(3);
    store.close();
    other.close();
  });

  it('budgets: what meets a locked file is done in the order in which it came, and is not given up within the second of a call', async () => {
    const folder = folderOf();
    let looks = 0;
    let free = 100;
    const clock = {
      now: () => T,
      mono: () => looks * 5,
      sleep: async () => {
        looks += 1;
        if (looks === free) other.exec('COMMIT');
      },
    } as unknown as Clock;
    const store = new SqliteBudgets({ folder, clock, random: () => 0.5, alive: () => true, say: (line) => expect.unreachable(line) });
    await store.reserve(hold('before'), T);
    await store.settle('before', [], T);
    const other = openDatabase(join(folder, 'budgets.db'), 3);
    other.exec('BEGIN IMMEDIATE');
    const answers = Promise.all([
      store.reserve(hold('one'), T),
      store.reserve(hold('two'), T),
      store.settle('one', [], T),
      store.reserve(hold('three'), T),
    ]);
    expect(await answers).toEqual([{ ok: true }, expect.objectContaining({ ok: false }), undefined, { ok: true }]);
    expect(looks).toBe(100);
    other.exec('BEGIN IMMEDIATE');
    free = Infinity;
    await expect(store.settle('three', [], T)).rejects.toThrow('locked');
    expect(looks).toBe(100 + 180);
    other.exec('COMMIT');
    expect(await store.reserve(hold('four'), T)).toMatchObject({ ok: false });
    store.close();
    other.close();
  });

  it('a column that another process adds at the same moment is there', () => {
    const path = join(folderOf(), 'grown.db');
    const [ours, theirs] = [openDatabase(path, 3), openDatabase(path, 3)];
    growingTable(ours, 'things', 'name', { old: 'TEXT' });
    const racing: Database = {
      prepare: (sql) => ours.prepare(sql),
      close: () => {},
      exec: (sql) => {
        if (sql.startsWith('ALTER')) theirs.exec(sql);
        return ours.exec(sql);
      },
    };
    growingTable(racing, 'things', 'name', { old: 'TEXT', fresh: 'TEXT', last: 'REAL NOT NULL DEFAULT 0' });
    ours.exec("INSERT INTO things (name, fresh) VALUES ('a', 'b')");
    expect(theirs.prepare('SELECT fresh, last FROM things').all()).toEqual([{ fresh: 'b', last: 0 }]);
    ours.close();
    theirs.close();
  });
});
