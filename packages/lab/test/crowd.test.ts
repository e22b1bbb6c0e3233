import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { scopesOf, SqliteHealth, systemClock, systemRandom, type ReportTarget } from '@holdfast/core/engine';
import { gate, labProvider, tempState, type Gate } from '@holdfast/lab';
import { describe, expect, it } from 'vitest';
import type { News, Order } from './crowd-worker.ts';
import { MODEL } from './http-scene.ts';

const T = 1_800_000_000_000;
const RESTS = 60_000;
const TARGET: ReportTarget = { entry: 'east', model: MODEL, credential: 'east#EAST_KEY', account: 'east#EAST_KEY', group: MODEL };
const PROCESSES = 4;

interface Worker {
  readonly child: ChildProcess;
  readonly answers: string[];
  /** How often its calls have looked at the beliefs, by the time on their clock. */
  readonly looks: Map<number, number>;
  /** How many of its calls have asked the model. */
  asks: number;
  probes: boolean;
}

/** Wakes whoever waits for something to become true whenever anything happens. */
class Happening {
  #wake: (() => void)[] = [];
  happened = (): void => this.#wake.splice(0).forEach((wake) => wake());
  async until(holds: () => boolean): Promise<void> {
    while (!holds()) await new Promise<void>((resolve) => this.#wake.push(resolve));
  }
}

/** Four processes on one state folder, whose only model has rested until now and holds every answer back until it is let go. */
async function crowd(calls: number, width?: number) {
  const state = tempState();
  const gates: Gate[] = [];
  const provider = await labProvider({
    name: 'east',
    protocol: 'openai-chat',
    script: () => {
      const held = gate('head');
      gates.push(held);
      return { text: 'here I am', gate: held };
    },
  });
  const store = new SqliteHealth({ folder: state.dir, clock: systemClock, random: systemRandom, alive: () => true, say: expect.fail });
  const limited = { kind: 'rate-limit', facts: { retryAt: T + RESTS } } as const;
  await store.report(TARGET, { outcome: limited, verdict: 'fact', phase: 'end', began: T, chance: 0 }, T);
  const happening = new Happening();
  const off = provider.onRequest(happening.happened);
  const workers = await Promise.all(Array.from({ length: PROCESSES }, () => worker(happening)));
  const place = { api: 'openai-compatible', at: provider.url, ...(width !== undefined && { target: { width } }) } as const;
  let now = T + RESTS;
  const send = (order: (one: Worker) => Order): void => workers.forEach((one) => one.child.connected && one.child.send(order(one)));
  send(() => ({ do: 'start', folder: state.dir, place, now, calls }));
  return {
    workers,
    happening,
    store,
    gates,
    asked: (): number => provider.requests.length,
    pass: (ms: number): void => {
      now += ms;
      send(() => ({ do: 'time', now }));
    },
    /** That many requests have come, and no more although every call that is left has looked again, and again. */
    settled: async (requests: number): Promise<void> => {
      await happening.until(() => provider.requests.length >= requests);
      const living = workers.filter(({ child }) => child.connected);
      const before = new Map(living.map((one) => [one, one.looks.get(now) ?? 0]));
      const quiet = (one: Worker): boolean => (one.looks.get(now) ?? 0) >= before.get(one)! + 2 * (calls - one.asks);
      await happening.until(() => living.every(quiet));
      expect(provider.requests).toHaveLength(requests);
    },
    [Symbol.asyncDispose]: async () => {
      off();
      for (const { child } of workers) await stopped(child);
      await provider.close();
      store.close();
      state[Symbol.dispose]();
    },
  };
}

async function worker(happening: Happening): Promise<Worker> {
  const child = fork(new URL('./crowd-worker.ts', import.meta.url), { execArgv: [] });
  const one: Worker = { child, answers: [], looks: new Map(), asks: 0, probes: false };
  const ready = new Promise<void>((resolve, reject) => {
    child.once('exit', () => reject(new Error('a worker died early')));
    child.on('message', (news: News) => {
      if (news.is === 'ready') resolve();
      if (news.is === 'asks') one.asks += 1;
      if (news.is === 'asks' && news.probe) one.probes = true;
      if (news.is === 'answered') one.answers.push(news.text);
      if (news.is === 'looked') one.looks.set(news.now, (one.looks.get(news.now) ?? 0) + 1);
      happening.happened();
    });
  });
  await ready;
  return one;
}

async function stopped(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, 'exit');
  child.kill('SIGKILL');
  await exit;
}

describe('four processes wait for one model', () => {
  it('H6: one probe, then 2, 4, 8 of a lane of 8, and no herd', async () => {
    await using on = await crowd(5, 8);
    await on.settled(1);
    expect(on.workers.filter(({ probes }) => probes)).toHaveLength(1);
    on.gates[0]!.release();
    await on.settled(3);
    on.pass(10_000);
    await on.settled(5);
    on.pass(10_000);
    await on.settled(9);
    // Who ends makes room for one, and no more.
    on.gates[1]!.release();
    await on.settled(10);
    on.pass(10_000);
    await on.happening.until(() => on.asked() === 20);
    for (const held of on.gates) held.release();
    await on.happening.until(() => on.workers.every(({ answers }) => answers.length === 5));
    expect(on.workers.flatMap(({ answers }) => answers)).toEqual(Array.from({ length: 20 }, () => 'here I am'));
    expect(on.workers.filter(({ probes }) => probes)).toHaveLength(1);
  });

  it('H6: without a lane one probe, then 1, 2, 4 calls a second', async () => {
    await using on = await crowd(2);
    await on.settled(1);
    on.gates[0]!.release();
    await on.settled(2);
    on.pass(1000);
    await on.settled(4);
    on.pass(1000);
    await on.settled(8);
    for (const held of on.gates) held.release();
    await on.happening.until(() => on.workers.every(({ answers }) => answers.length === 2));
  });

  it('H6: the lease of a process that is killed is free at once', async () => {
    await using on = await crowd(2);
    await on.settled(1);
    const victim = on.workers.find(({ probes }) => probes)!;
    await stopped(victim.child);
    await on.happening.until(() => on.asked() === 2);
    expect(on.workers.filter(({ probes }) => probes)).toHaveLength(2);
    const believed = await on.store.read(scopesOf(TARGET));
    expect([...believed.values()].map(({ tag }) => tag)).toEqual(['probing']);
  });
});
