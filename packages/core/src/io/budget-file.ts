import type { Window } from '../rules/budget/budget.ts';
import { REMEMBERED, type Hold, type Spent } from '../rules/budget/reserve.ts';
import { identityOf, moveAside, privateFile } from './database-file.ts';
import { openDatabase, type Database } from './sqlite-driver.ts';

/** Ms for which a locked database may block the event loop. */
const BUSY_MS = 3;

const SCHEMA = `
CREATE TABLE IF NOT EXISTS used (window TEXT PRIMARY KEY, amount REAL NOT NULL, renews INTEGER, touched INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS held (call TEXT NOT NULL, window TEXT NOT NULL, amount REAL NOT NULL, owner TEXT NOT NULL, until INTEGER NOT NULL,
  PRIMARY KEY (call, window)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS held_window ON held (window);`;

interface HeldRow {
  readonly call: string;
  readonly amount: number;
  readonly owner: string;
  readonly until: number;
}

/** `budgets.db` in a state folder: opened, private, shared by every holdfast process of this user. */
export interface BudgetFile {
  exec(sql: string): void;
  used(window: string): number;
  held(window: string): readonly HeldRow[];
  hold(hold: Hold): void;
  free(call: string): void;
  pay(window: Window, amount: number, now: number): void;
  list(live: (row: HeldRow) => boolean): readonly Spent[];
  isReplaced(): boolean;
  moveAside(stamp: number): string | undefined;
  close(): void;
}

export class UnopenedBudgets extends Error {
  readonly moveAside: (stamp: number) => string | undefined;
  constructor(cause: unknown, moveAside: (stamp: number) => string | undefined) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
    this.moveAside = moveAside;
  }
}

export function openBudgetFile(folder: string, now: number): BudgetFile {
  const path = privateFile(folder, 'budgets.db');
  const identity = identityOf(path);
  const aside = (stamp: number): string | undefined => moveAside(path, identity, stamp);
  const database = openDatabase(path, BUSY_MS);
  try {
    database.prepare('PRAGMA journal_mode = WAL').get();
    database.exec('PRAGMA synchronous = NORMAL');
    database.exec(SCHEMA);
    database.prepare('DELETE FROM used WHERE coalesce(renews, touched + ?) < ?').run(REMEMBERED, now - REMEMBERED);
    database.prepare('DELETE FROM held WHERE until < ?').run(now);
    return { ...rowsOf(database), isReplaced: () => identityOf(path) !== identity, moveAside: aside, close: () => database.close() };
  } catch (error) {
    database.close();
    throw new UnopenedBudgets(error, aside);
  }
}

function rowsOf(database: Database): Omit<BudgetFile, 'isReplaced' | 'moveAside' | 'close'> {
  const used = database.prepare('SELECT amount FROM used WHERE window = ?');
  const held = database.prepare('SELECT call, amount, owner, until FROM held WHERE window = ?');
  const put = database.prepare('INSERT OR REPLACE INTO held VALUES (?, ?, ?, ?, ?)');
  const drop = database.prepare('DELETE FROM held WHERE call = ?');
  const pay = database.prepare(
    'INSERT INTO used VALUES (?, ?, ?, ?) ON CONFLICT (window) DO UPDATE SET amount = amount + excluded.amount, touched = excluded.touched',
  );
  const all = database.prepare('SELECT window, amount, renews FROM used');
  const windows = database.prepare('SELECT DISTINCT window FROM held');
  return {
    exec: (sql) => void database.exec(sql),
    used: (window) => (used.get(window) as { readonly amount: number } | undefined | null)?.amount ?? 0,
    held: (window) => held.all(window) as HeldRow[],
    hold: ({ id, owner, until, parts }) => {
      drop.run(id);
      for (const { window, amount } of parts) put.run(id, window.id, amount, owner, until);
    },
    free: (call) => void drop.run(call),
    pay: (window, amount, now) => void pay.run(window.id, amount, window.renewsAt ?? null, now),
    list: (live) => {
      const spent = new Map((all.all() as { window: string; amount: number; renews: number | null }[]).map((row) => [row.window, row]));
      const ids = new Set([...spent.keys(), ...(windows.all() as { window: string }[]).map(({ window }) => window)]);
      return [...ids].map((id) => {
        const { amount = 0, renews = null } = spent.get(id) ?? {};
        const sum = (held.all(id) as HeldRow[]).filter(live).reduce((total, row) => total + row.amount, 0);
        return { id, used: amount, held: sum, ...(renews !== null && { renewsAt: renews }) };
      });
    },
  };
}
