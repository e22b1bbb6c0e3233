import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { MemoryBudgets } from '../src/io/budget-memory.ts';
import { SqliteBudgets } from '../src/io/budget-sqlite.ts';
import { systemClock, systemRandom } from '../src/io/clock-system.ts';
import { processIdentity } from '../src/io/process-identity.ts';
import type { BudgetStore } from '../src/ports.ts';
import type { Window } from '../src/rules/budget/budget.ts';
import { budgetStoreContract, type SharedBudgets } from '../src/testing/budget-store.contract.ts';
import { remoteStore, type RemoteStore } from './remote-store.ts';

const folder = (): string => mkdtempSync(join(tmpdir(), 'holdfast-budgets-'));
const remote = (state: string): Promise<RemoteStore<BudgetStore>> => remoteStore('./budget-worker.ts', state);

budgetStoreContract({ describe, it }, 'memory', async () => {
  const store = new MemoryBudgets({ alive: (owner) => owner !== 'dead' });
  return { a: store, b: store, owner: 'alive', deadOwner: 'dead', close: async () => {} };
});

let dead: string | undefined;

async function deadOwner(): Promise<string> {
  if (dead !== undefined) return dead;
  const state = folder();
  const victim = await remote(state);
  await victim.stop();
  rmSync(state, { recursive: true });
  return (dead = victim.owner);
}

async function two(): Promise<SharedBudgets & { readonly first: RemoteStore<BudgetStore>; readonly second: RemoteStore<BudgetStore> }> {
  const state = folder();
  const [first, second, gone] = await Promise.all([remote(state), remote(state), deadOwner()]);
  const close = async (): Promise<void> => {
    await Promise.all([first.stop(), second.stop()]);
    rmSync(state, { recursive: true });
  };
  return { a: first.store, b: second.store, first, second, owner: first.owner, deadOwner: gone, close };
}

budgetStoreContract({ describe, it }, 'SQLite, two processes', two);

const window: Window = { id: 'w', budget: 'b', unit: 'usd', per: 'day', limit: 10, renewsAt: 3e12 };

describe('budgets of two real processes', () => {
  it('B2: two hundred calls at once, each held, paid and counted: the limit is never gone beyond and nothing is lost', async () => {
    const { first, second, close } = await two();
    const now = 2_000_000_000_000;
    const calls = Array.from({ length: 200 }, async (_, i) => {
      const { store, owner } = i % 2 === 0 ? first : second;
      const id = `${i}`;
      const held = await store.reserve({ id, owner, until: now + 60_000, parts: [{ window, amount: 0.5 }] }, now);
      if (!held.ok) return 0;
      await store.settle(id, [{ window, amount: 0.25 }], now);
      return 0.25;
    });
    const paid = (await Promise.all(calls)).reduce<number>((sum, one) => sum + one, 0);
    const [spent] = await first.store.list(now);
    expect(spent).toMatchObject({ used: paid, held: 0 });
    expect(paid).toBeGreaterThan(0);
    expect(paid).toBeLessThanOrEqual(10);
    await close();
  });

  it('what a killed process held is free at once', async () => {
    const { first, second, close } = await two();
    const now = 2_000_000_000_000;
    const hold = (id: string, owner: string) => ({ id, owner, until: now + 60_000, parts: [{ window, amount: 10 }] });
    expect((await first.store.reserve(hold('1', first.owner), now)).ok).toBe(true);
    expect((await second.store.reserve(hold('2', second.owner), now)).ok).toBe(false);
    await first.stop();
    expect((await second.store.reserve(hold('2', second.owner), now)).ok).toBe(true);
    await close();
  });

  it('a damaged file is moved aside and said once', async () => {
    const state = folder();
    const { writeFileSync, readdirSync } = await import('node:fs');
    writeFileSync(join(state, 'budgets.db'), 'no database at all'.repeat(1000));
    const lines: string[] = [];
    const { owner, alive } = processIdentity();
    const store = new SqliteBudgets({
      folder: state,
      clock: systemClock,
      random: systemRandom,
      alive,
      say: (line) => void lines.push(line),
    });
    expect(await store.reserve({ id: '1', owner, until: 3e12, parts: [{ window, amount: 1 }] }, 1e12)).toEqual({ ok: true });
    expect(lines).toEqual([
      expect.stringMatching(/budget file .* was damaged and is now .*budgets\.db\.corrupt-\d+; what was spent before is not counted/),
    ]);
    expect(readdirSync(state).some((name) => name.startsWith('budgets.db.corrupt-'))).toBe(true);
    store.close();
    rmSync(state, { recursive: true });
  });
});
