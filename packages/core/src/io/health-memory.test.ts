import { describe, expect, it } from 'vitest';
import type { Report, ReportTarget } from '../rules/belief.ts';
import { NO_BELIEFS } from '../rules/health-verbs.ts';
import { scopesOf } from '../rules/scope.ts';
import { healthStoreContract } from '../testing/health-store.contract.ts';
import { MemoryHealth } from './health-memory.ts';

healthStoreContract({ describe, it }, 'memory', async () => {
  const store = new MemoryHealth({ alive: (owner) => owner !== 'dead' });
  return { a: store, b: store, owner: 'living', deadOwner: 'dead', close: async () => store.close() };
});

describe('health in memory', () => {
  const target: ReportTarget = { entry: 'work', model: 'small', credential: 'work#KEY', account: 'work#KEY', group: 'small' };
  const failure: Report = { outcome: { kind: 'overload', facts: {} }, verdict: 'fact', phase: 'end', began: 5, chance: 0 };

  it('answers at once, and with one shared map wherever nothing is known', () => {
    const store = new MemoryHealth();
    expect(store.read(scopesOf(target))).toBe(NO_BELIEFS);
    expect(store.report(target, { ...failure, outcome: 'ok' }, 5)).toBe(NO_BELIEFS);
    store.report(target, failure, 5);
    expect(store.read(['endpoint:other'])).toBe(NO_BELIEFS);
    expect(store.read(scopesOf(target)).size).toBe(1);
  });

  it('two stores share nothing', () => {
    const [one, other] = [new MemoryHealth(), new MemoryHealth()];
    one.report(target, failure, 5);
    expect(other.read(scopesOf(target)).size).toBe(0);
  });
});
