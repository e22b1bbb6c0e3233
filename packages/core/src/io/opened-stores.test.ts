import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sqliteAffinity } from './affinity-open.ts';
import { sqliteBudgets } from './budget-open.ts';
import { sqliteCalls } from './calls-open.ts';
import { sqliteHealth } from './health-open.ts';
import { sqliteMoving } from './moving-open.ts';

const STORES: readonly (readonly [string, string, (path: never) => { list?: unknown; close(): unknown }, (store: never) => unknown])[] = [
  ['sqliteHealth', 'health.db', sqliteHealth, (store: ReturnType<typeof sqliteHealth>) => store.list()],
  ['sqliteCalls', 'calls.db', sqliteCalls, (store: ReturnType<typeof sqliteCalls>) => store.list()],
  ['sqliteBudgets', 'budgets.db', sqliteBudgets, (store: ReturnType<typeof sqliteBudgets>) => store.list(0)],
  ['sqliteAffinity', 'affinity.db', sqliteAffinity, (store: ReturnType<typeof sqliteAffinity>) => store.read('k')],
  ['sqliteMoving', 'moving.db', sqliteMoving, (store: ReturnType<typeof sqliteMoving>) => store.repairs('s', 0)],
];

describe('stores that are opened by a folder', () => {
  const before = process.env['HOME'];
  let home = '';
  beforeEach(() => (process.env['HOME'] = home = mkdtempSync(join(tmpdir(), 'holdfast-home-'))));
  afterEach(() => {
    process.env['HOME'] = before;
    rmSync(home, { recursive: true, force: true });
  });

  it.skipIf(process.platform === 'win32').each(STORES)('%s: ~ is the home folder', async (_name, file, open, ask) => {
    const store = open('~/state' as never);
    await ask(store as never);
    await store.close();
    expect(existsSync(join(home, 'state', file))).toBe(true);
  });

  it.each(STORES)('%s: what is no folder is refused when it is opened', (name, _file, open) => {
    for (const wrong of ['', '  ', 7, undefined, null])
      expect(() => open(wrong as never), String(wrong)).toThrow(new RegExp(`^${name}\\(.*'~/.holdfast'`));
  });

  it.each(STORES.slice(0, 3))('%s: an option that is none is refused', (name, _file, open) => {
    const key = name === 'sqliteBudgets' ? 'folder' : 'path';
    expect(() => open({ [key]: '~', sya: () => {} } as never)).toThrow(/did you mean|sya/);
    expect(() => open({ [key]: '~', say: 'loud' } as never)).toThrow(new RegExp(`${name}\\(\\{ say \\}\\)`));
    expect(() => open({ [key]: '' } as never)).toThrow(new RegExp(`${name}\\(\\{ ${key} \\}\\)`));
  });
});
