import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import { NEVER } from '../model.ts';
import { systemCallId, systemClock, systemNewId, systemRandom } from './clock-system.ts';

describe('the system clock', () => {
  it('sleeps, and wakes once', async () => {
    const before = systemClock.mono();
    await systemClock.sleep(5, NEVER);
    expect(systemClock.mono()).toBeGreaterThan(before);
    expect(getEventListeners(NEVER, 'abort')).toHaveLength(0);
  });

  it('a sleeper leaves with the reason the moment its signal fires, and leaves no listener', async () => {
    const stop = new AbortController();
    const sleeping = systemClock.sleep(1e9, stop.signal);
    expect(getEventListeners(stop.signal, 'abort')).toHaveLength(1);
    stop.abort('enough');
    await expect(sleeping).rejects.toBe('enough');
    await expect(systemClock.sleep(1e9, stop.signal)).rejects.toBe('enough');
    expect(getEventListeners(stop.signal, 'abort')).toHaveLength(0);
  });

  it('a wait longer than a timer can be does not fire at once', async () => {
    let woke = false;
    const letGo = systemClock.after(31 * 86_400_000, () => (woke = true));
    await new Promise((resolve) => systemClock.after(0, () => resolve(undefined)));
    expect(woke).toBe(false);
    letGo();
    letGo();
  });

  it('ids differ and chance lies in [0, 1)', () => {
    expect(new Set(Array.from({ length: 100 }, systemNewId)).size).toBe(100);
    const calls = Array.from({ length: 1000 }, systemCallId);
    expect(new Set(calls.map((id) => id.slice(0, 8))).size).toBe(1000);
    for (const id of calls) expect(id).toMatch(/^1?[0-9a-f]{7,8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
    expect(Array.from({ length: 100 }, systemRandom).every((n) => n >= 0 && n < 1)).toBe(true);
  });
});
