import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { VirtualClock } from './virtual-clock.ts';

const NEVER = new AbortController().signal;

describe('VirtualClock', () => {
  it('V1: every microtask runs before time moves', async () => {
    const clock = new VirtualClock();
    const seen: number[] = [];
    await clock.run(
      Promise.all([
        clock.sleep(10, NEVER),
        (async () => {
          for (let i = 0; i < 500; i++) await Promise.resolve();
          seen.push(clock.now());
          await clock.sleep(3, NEVER);
          seen.push(clock.now());
        })(),
      ]),
    );
    expect(seen).toEqual([0, 3]);
    expect(clock.mono()).toBe(10);
  });

  it('V2: who is due first wakes first, ties in the order they were set, sleepers and timers alike', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.record({ ms: fc.nat(20), timer: fc.boolean() }), { maxLength: 30 }), async (waits) => {
        const clock = new VirtualClock();
        const woke: { ms: number; i: number; at: number }[] = [];
        const all = waits.map(({ ms, timer }, i) => {
          const note = () => void woke.push({ ms, i, at: clock.mono() });
          return timer ? new Promise<void>((resolve) => clock.after(ms, () => (note(), resolve()))) : clock.sleep(ms, NEVER).then(note);
        });
        await clock.run(Promise.all(all));
        expect(woke.map(({ i }) => i)).toEqual(woke.toSorted((a, b) => a.ms - b.ms || a.i - b.i).map(({ i }) => i));
        for (const { ms, at } of woke) expect(at).toBe(ms);
      }),
    );
  });

  it('V3: pending work with nothing due is a deadlock, and is said', async () => {
    const clock = new VirtualClock();
    await expect(clock.run(new Promise(() => {}))).rejects.toThrow(/deadlock at 0 ms/);
    await expect(clock.run(clock.sleep(Infinity, NEVER))).rejects.toThrow(/deadlock/);
  });

  it('V3: a rejection of the work is its own, not a deadlock', async () => {
    const clock = new VirtualClock();
    await expect(clock.run(clock.sleep(5, NEVER).then(() => Promise.reject(new Error('mine'))))).rejects.toThrow('mine');
  });

  it('V4: a limit that ends a stall moves time', async () => {
    const clock = new VirtualClock();
    const stalled = new Promise<string>((resolve) => clock.after(60_000, () => resolve('limit')));
    expect(await clock.run(stalled)).toBe('limit');
    expect(clock.mono()).toBe(60_000);
  });

  it('V4: a timer that arms itself for ever does not hide a deadlock', async () => {
    const clock = new VirtualClock({ timersInARow: 100 });
    const again = () => void clock.after(10_000, again);
    again();
    await expect(clock.run(new Promise(() => {}))).rejects.toThrow(/only timers fire/);
  });

  it('V4: nor is it one while somebody sleeps through them', async () => {
    const clock = new VirtualClock({ timersInARow: 100 });
    let ticks = 0;
    const again = () => {
      ticks++;
      clock.after(10, again);
    };
    clock.after(10, again);
    await clock.run(clock.sleep(10_000, NEVER));
    expect(ticks).toBeGreaterThan(900);
  });

  it('V5: a cut sleep rejects with the reason at once and leaves no sleeper and no listener', async () => {
    const clock = new VirtualClock();
    const cut = new AbortController();
    const sleep = clock.sleep(1_000, cut.signal);
    expect(clock.asleep).toBe(1);
    cut.abort(new Error('enough'));
    await expect(sleep).rejects.toThrow('enough');
    await expect(clock.sleep(1, cut.signal)).rejects.toThrow('enough');
    expect(clock.asleep).toBe(0);
    expect(clock.mono()).toBe(0);
  });

  it('V5: a timer that was let go does not fire, and letting go twice, or late, does nothing', async () => {
    const clock = new VirtualClock();
    const fired: string[] = [];
    const off = clock.after(5, () => fired.push('a'));
    const late = clock.after(6, () => fired.push('b'));
    expect(clock.armed).toBe(2);
    off();
    off();
    await clock.advance(10);
    late();
    expect(fired).toEqual(['b']);
    expect(clock.armed).toBe(0);
  });

  it('advance: wakes all who are due on the way, at their time, and ends at its own', async () => {
    const clock = new VirtualClock({ start: 1_000 });
    const seen: number[] = [];
    const tick = (): void => void clock.after(30, () => (seen.push(clock.mono()), tick()));
    tick();
    await clock.advance(100);
    expect(seen).toEqual([30, 60, 90]);
    expect(clock.mono()).toBe(100);
    expect(clock.now()).toBe(1_100);
  });

  it('shiftWall: the wall clock jumps, the monotonic one does not, nobody wakes', async () => {
    const clock = new VirtualClock();
    clock.after(10, () => expect.unreachable());
    clock.shiftWall(3_600_000);
    expect([clock.now(), clock.mono(), clock.armed]).toEqual([3_600_000, 0, 1]);
  });
});
