import { existsSync } from 'node:fs';
import type { Clock } from '@holdfast/core';
import { systemClock } from '@holdfast/core/engine';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { groupAlive } from '../io/process-group.ts';
import type { Prepared, Tool, ToolContext } from '../ports.ts';
import { timeLimitOf } from '../rules/time-limit.ts';
import { WorkFolder } from '../testing/work-folder.ts';
import { toolsFor } from './index.ts';
import { withTimeout } from './timeout.ts';

let here: WorkFolder;
beforeEach(() => void (here = new WorkFolder()));
afterEach(() => here[Symbol.dispose]());

const tool = (run: (context: ToolContext) => ReturnType<Prepared['run']>, drop = () => {}): Tool => ({
  name: 'slow',
  description: '',
  parameters: { type: 'object' },
  readOnly: true,
  idempotent: true,
  sequential: false,
  category: 'mcp',
  touches: async () => ({ reads: [], writes: [] }),
  prepare: async (_, context) => ({ run: () => run(context), drop }),
});
/** Time passes when a test says so: the timers there are, fired in order. */
class HandClock implements Clock {
  readonly timers: { readonly ms: number; readonly wake: () => void }[] = [];
  now = () => 0;
  mono = () => 0;
  sleep = async () => {};
  after(ms: number, wake: () => void) {
    const timer = { ms, wake };
    this.timers.push(timer);
    return () => void (this.timers.includes(timer) && this.timers.splice(this.timers.indexOf(timer), 1));
  }
  pass(): void {
    this.timers.shift()!.wake();
  }
}
const fired = (signal: AbortSignal): Promise<void> => new Promise((resolve) => signal.addEventListener('abort', () => resolve()));

describe('withTimeout', () => {
  it('says nothing when it is in time, and stays what it was', async () => {
    const clock = new HandClock();
    const limited = withTimeout(
      tool(async () => ({ output: 'x', failed: false })),
      1000,
      clock,
    );
    expect(limited).toMatchObject({ name: 'slow', readOnly: true, category: 'mcp', timeout: 1000 });
    const result = await (await limited.prepare({}, here.context())).run();
    expect(clock.timers).toEqual([]);
    expect(result).toEqual({ output: 'x', failed: false });
  });

  it('fires the signal, waits for last words, and says that it took too long', async () => {
    const clock = new HandClock();
    const heeds = tool(async ({ signal }) => {
      await fired(signal);
      return { output: 'half', failed: false };
    });
    const running = (await withTimeout(heeds, 2500, clock).prepare({}, here.context())).run();
    expect(clock.timers.map(({ ms }) => ms)).toEqual([2500]);
    clock.pass();
    expect(await running).toEqual({ output: 'half\n[ended after 2.5 s, its time limit]', failed: true });
  });

  it('leaves one that does not heed it, also when that fails later', async () => {
    const clock = new HandClock();
    let fail: (error: Error) => void = () => {};
    const deaf = tool(() => new Promise((_, reject) => (fail = reject)));
    const running = (await withTimeout(deaf, 1000, clock).prepare({}, here.context())).run();
    clock.pass();
    clock.pass();
    expect(await running).toEqual({ output: '[ended after 1 s, its time limit]', failed: true });
    fail(new Error('too late'));
    const rejects = tool(async ({ signal }) => {
      await fired(signal);
      throw new Error('aborted');
    });
    const other = (await withTimeout(rejects, 1000, clock).prepare({}, here.context())).run();
    clock.pass();
    expect(await other).toEqual({ output: '[ended after 1 s, its time limit]', failed: true });
  });

  it('a stop of the user stays a stop, an error an error', async () => {
    const clock = new HandClock();
    const stop = new AbortController();
    const heeds = tool(async ({ signal }) => {
      stop.abort(new Error('stopped by the user'));
      throw signal.reason;
    });
    await expect((await withTimeout(heeds, 1000, clock).prepare({}, here.context(stop.signal))).run()).rejects.toThrow(
      'stopped by the user',
    );
    const fails = tool(async () => {
      throw new Error('own');
    });
    await expect((await withTimeout(fails, 1000, clock).prepare({}, here.context())).run()).rejects.toThrow('own');
  });

  it('leaves no listener behind, run, dropped or not to be prepared', async () => {
    const { signal } = new AbortController();
    let listeners = 0;
    const add = signal.addEventListener.bind(signal);
    const remove = signal.removeEventListener.bind(signal);
    signal.addEventListener = (...args: Parameters<typeof add>) => (listeners++, add(...args));
    signal.removeEventListener = (...args: Parameters<typeof remove>) => (listeners--, remove(...args));
    const clock = new HandClock();
    let dropped = 0;
    const limited = withTimeout(
      tool(
        async () => ({ output: '', failed: false }),
        () => dropped++,
      ),
      1000,
      clock,
    );
    await (await limited.prepare({}, here.context(signal))).run();
    (await limited.prepare({}, here.context(signal))).drop();
    const broken = withTimeout(
      { ...tool(async () => ({ output: '', failed: false })), prepare: async () => Promise.reject(new Error('no')) },
      1000,
      clock,
    );
    await expect(broken.prepare({}, here.context(signal))).rejects.toThrow('no');
    expect([listeners, dropped]).toEqual([0, 1]);
  });

  it('ends a real command with all it started', async () => {
    const ports = { clock: systemClock, home: here.outside, childEnvironment: () => ({ PATH: process.env['PATH'] ?? '' }) };
    const [shell] = toolsFor([{ type: 'shell' }], ports);
    const held = await withTimeout(shell!, 200, systemClock).prepare({ cmd: 'echo up; touch up; sleep 1000 & wait' }, here.context());
    const { output, failed } = await held.run();
    expect(failed).toBe(true);
    expect(output).toMatch(/\[ended after 0\.2 s, its time limit\]$/);
    while (groupAlive(held.process!)) await systemClock.sleep(5, here.context().signal);
    expect(existsSync(here.cwd)).toBe(true);
  });

  it.each([
    [{ timeout: 5 }, 7, 5],
    [{}, 7, 7],
    [{}, undefined, undefined],
    [{ timeout: 0 }, 7, undefined],
  ])('the limit of %j, %s for all, is %s', (spec, forAll, limit) => expect(timeLimitOf(spec, forAll)).toBe(limit));
});
