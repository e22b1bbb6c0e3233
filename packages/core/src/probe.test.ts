import { describe, expect, it } from 'vitest';
import type { AttemptRun } from './attempt-run.ts';
import { MemoryHealth } from './io/health-memory.ts';
import { systemClock } from './io/clock-system.ts';
import { Probe } from './probe.ts';
import type { Lease } from './rules/belief.ts';
import { scopesOf } from './rules/scope.ts';
import { target } from './testing/plan-fixture.ts';

const T = 1_800_000_000_000;

function set(width?: number) {
  const at = { now: T };
  const health = new MemoryHealth();
  let timers = 0;
  const clock = {
    ...systemClock,
    now: () => at.now,
    after: () => {
      timers++;
      return () => void timers--;
    },
  };
  let ids = 0;
  const probe = new Probe({ clock, health, newId: () => `id${++ids}`, owner: 'o' });
  const one = target(0, 'a', 'm', width === undefined ? {} : { width });
  const overload = { outcome: { kind: 'overload', facts: {} }, verdict: 'fact', phase: 'end', began: T, chance: 0 } as const;
  health.report(one, overload, T);
  at.now += 60_000;
  const claim = () => probe.claim(one, health.read(scopesOf(one)), [], false);
  const tag = () => health.read(scopesOf(one)).get('endpoint:a/m');
  return { at, health, probe, one, claim, tag, timers: () => timers };
}

describe('H6: a lease or a place that was claimed and not used', () => {
  it('is given back at once: nobody waits until it runs out', async () => {
    const { probe, claim, tag, timers } = set();
    expect(await claim()).toBe(0);
    expect(tag()).toMatchObject({ tag: 'probing' });
    probe.giveBack();
    expect(tag()).toMatchObject({ tag: 'resting', strikes: 1 });
    expect(timers()).toBe(0);
    probe.giveBack();
    expect(tag()).toMatchObject({ tag: 'resting', strikes: 1 });
  });

  it('in a ramp a place is held until the attempt ends, or given back', async () => {
    const { at, health, probe, one, claim, tag } = set(4);
    const lease: Lease = { id: 'first', owner: 'o', until: at.now + 30_000 };
    health.claim(scopesOf(one), lease, at.now);
    health.report(one, { outcome: 'ok', verdict: 'fact', phase: 'commit', began: at.now, chance: 0, lease: 'first' }, at.now);
    const out = (): number => {
      const belief = tag();
      return belief?.tag === 'cool' ? (belief.ramp?.out.length ?? -1) : -1;
    };
    expect(await claim()).toBe(0);
    expect([probe.id, out()]).toEqual([undefined, 1]);
    expect(await claim()).toBeGreaterThan(0);
    probe.giveBack();
    expect(out()).toBe(0);
    expect(await claim()).toBe(0);
    const run = { target: one, began: at.now } as unknown as AttemptRun<unknown>;
    probe.seat(run);
    probe.giveBack();
    expect(out()).toBe(1);
    run.onEnd?.();
    expect(out()).toBe(0);
  });
});
