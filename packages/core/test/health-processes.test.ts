import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { HealthStore } from '../src/ports.ts';
import type { Lease, Report, ReportTarget } from '../src/rules/belief.ts';
import { scopesOf } from '../src/rules/scope.ts';
import { healthStoreContract, type SharedHealth } from '../src/testing/health-store.contract.ts';

interface Remote {
  readonly store: HealthStore;
  readonly owner: string;
  readonly child: ChildProcess;
  stop(): Promise<void>;
}

/** A health store that lives in another process. */
async function remote(folder: string): Promise<Remote> {
  const child = fork(new URL('./health-worker.ts', import.meta.url), [folder], { execArgv: [], serialization: 'advanced' });
  const waiting = new Map<number, { resolve: (value: unknown) => void; reject: (error: unknown) => void }>();
  const gone = once(child, 'exit');
  const ready = new Promise((resolve, reject) => waiting.set(0, { resolve, reject }));
  child.on('message', (reply: { id: number; answer?: unknown; error?: string }) => {
    const one = waiting.get(reply.id);
    waiting.delete(reply.id);
    if (reply.error === undefined) one?.resolve(reply.answer);
    else one?.reject(new Error(reply.error));
  });
  child.on('exit', () => {
    for (const { reject } of waiting.values()) reject(new Error('the worker is gone'));
  });
  let last = 0;
  const ask = (verb: keyof HealthStore, args: readonly unknown[]): Promise<unknown> =>
    new Promise((resolve, reject) => {
      last += 1;
      waiting.set(last, { resolve, reject });
      child.send({ id: last, verb, args });
    });
  const store = new Proxy({} as HealthStore, {
    get:
      (_, verb: keyof HealthStore) =>
      (...args: unknown[]) =>
        ask(verb, args),
  });
  const owner = (await ready) as string;
  return {
    store,
    owner,
    child,
    stop: async () => {
      child.kill('SIGKILL');
      await gone;
    },
  };
}

const folder = (): string => mkdtempSync(join(tmpdir(), 'holdfast-health-'));

let dead: string | undefined;

/** The owner of a process that was killed. */
async function deadOwner(): Promise<string> {
  if (dead !== undefined) return dead;
  const state = folder();
  const victim = await remote(state);
  await victim.stop();
  rmSync(state, { recursive: true });
  return (dead = victim.owner);
}

async function two(): Promise<SharedHealth & { readonly first: Remote; readonly second: Remote }> {
  const state = folder();
  const [first, second, gone] = await Promise.all([remote(state), remote(state), deadOwner()]);
  return {
    a: first.store,
    b: second.store,
    first,
    second,
    owner: first.owner,
    deadOwner: gone,
    close: async () => {
      await Promise.all([first.stop(), second.stop()]);
      rmSync(state, { recursive: true });
    },
  };
}

healthStoreContract({ describe, it }, 'SQLite, two processes', two);

const TARGET: ReportTarget = { entry: 'work', model: 'small', credential: 'work#KEY', account: 'work#KEY', group: 'small' };
const overload: Report = { outcome: { kind: 'overload', facts: {} }, verdict: 'fact', phase: 'end', began: 1000, chance: 0 };

describe('health of two real processes', () => {
  it('H6: the lease of a killed process is free at once', async () => {
    const { first, second, close } = await two();
    const scopes = scopesOf(TARGET);
    await first.store.report(TARGET, overload, 1000);
    const lease = (id: string, owner: string): Lease => ({ id, owner, until: 60_000 });
    expect((await first.store.claim(scopes, lease('one', first.owner), 30_000)).ok).toBe(true);
    expect(await second.store.claim(scopes, lease('two', second.owner), 30_000)).toEqual({ ok: false, until: 60_000, held: true });
    await first.stop();
    expect(await second.store.claim(scopes, lease('two', second.owner), 30_000)).toEqual({ ok: true });
    await close();
  });

  it('H9: a hundred reports of different scopes from two processes at once are all kept', async () => {
    const { first, second, close } = await two();
    const targets = Array.from({ length: 100 }, (_, i) => ({ ...TARGET, model: `m${i}`, group: `m${i}` }));
    await Promise.all(targets.map((target, i) => (i % 2 === 0 ? first : second).store.report(target, overload, 1000)));
    expect(await first.store.list()).toHaveLength(100);
    await close();
  });
});
