import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toldLimits } from './hints/told-limits.ts';
import { LaneGate, type Asking } from './lane-gate.ts';
import { RateWindow } from './rate-window.ts';

const NOW = 1_700_000_000_000;

describe('a rate of a minute', () => {
  it('lets in so many, and the next when the first has left', () => {
    const window = new RateWindow(3);
    for (const at of [0, 10, 20]) {
      expect(window.when(1, at)).toBe(at);
      window.take(1, at);
    }
    expect(window.when(1, 30)).toBe(60_000);
    expect(window.when(1, 60_000)).toBe(60_000);
    window.take(1, 60_000);
    expect(window.when(1, 60_001)).toBe(60_010);
  });

  it('gives back what was reserved and not used, and takes what was used beyond it', () => {
    const window = new RateWindow(1000);
    const settle = window.take(900, 0);
    expect(window.when(500, 1)).toBe(60_000);
    settle(200);
    expect(window.when(500, 1)).toBe(1);
    const more = window.take(500, 1);
    more(800);
    expect(window.when(1, 2)).toBe(60_000);
    window.when(1, 70_000);
    settle(0);
    expect(window.when(1000, 70_000)).toBe(70_000);
  });

  it('lets in alone what is above the limit: it would wait for ever', () => {
    const window = new RateWindow(100);
    expect(window.when(500, 0)).toBe(0);
    window.take(50, 0);
    expect(window.when(500, 1)).toBe(60_000);
  });

  it('never lets in more than the limit within a span, whatever is asked when', () => {
    const asks = fc.array(fc.record({ after: fc.nat(40), amount: fc.integer({ min: 1, max: 5 }) }), { maxLength: 80 });
    fc.assert(
      fc.property(asks, (all) => {
        const window = new RateWindow(10, 100);
        const taken: { at: number; amount: number }[] = [];
        let now = 0;
        for (const { after, amount } of all) {
          now += after;
          if (window.when(amount, now) > now) continue;
          window.take(amount, now);
          taken.push({ at: now, amount });
          const within = taken.filter(({ at }) => at + 100 > now).reduce((sum, one) => sum + one.amount, 0);
          expect(within).toBeLessThanOrEqual(10);
        }
        const when = window.when(10, now);
        expect(when - now).toBeLessThanOrEqual(100);
        expect(window.when(10, when)).toBe(when);
      }),
    );
  });
});

describe('limits that heads tell', () => {
  it.each([
    [
      { 'x-ratelimit-limit-requests': '60', 'x-ratelimit-remaining-requests': '3', 'x-ratelimit-reset-requests': '20s' },
      [{ of: 'requests', name: 'requests', limit: 60, remaining: 3, resetAt: NOW + 20_000 }],
    ],
    [
      {
        'anthropic-ratelimit-input-tokens-limit': '40000',
        'anthropic-ratelimit-input-tokens-remaining': '39000',
        'anthropic-ratelimit-input-tokens-reset': new Date(NOW + 5000).toISOString(),
      },
      [{ of: 'tokens', name: 'input-tokens', limit: 40_000, remaining: 39_000, resetAt: NOW + 5000 }],
    ],
    [
      { 'x-ratelimit-limit': '10', 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '7' },
      [{ of: 'requests', remaining: 0, limit: 10, resetAt: NOW + 7000 }],
    ],
    [
      { 'ratelimit-remaining': '2', 'ratelimit-reset': '3', 'ratelimit-limit': '5, 5;w=60' },
      [{ remaining: 2, limit: 5, resetAt: NOW + 3000 }],
    ],
    [{ 'x-ratelimit-remaining-requests': '3' }, []],
    [{ 'x-ratelimit-remaining-requests': 'many', 'x-ratelimit-reset-requests': '20s' }, []],
    [{ 'x-ratelimit-remaining-requests': '', 'x-ratelimit-reset-requests': '20s' }, []],
    [{ 'x-ratelimit-remaining-requests': '59', 'x-ratelimit-reset-requests': '0s' }, []],
    [{ 'x-ratelimit-remaining-images': '1', 'x-ratelimit-reset-images': '20s' }, []],
  ])('%j', (fields, limits) => {
    expect(toldLimits(fields as Record<string, string>, NOW)).toMatchObject(limits);
    expect(toldLimits(fields as Record<string, string>, NOW)).toHaveLength(limits.length);
  });

  it("corrects the provider's clock where it is another", () => {
    const theirs = NOW + 3_600_000;
    const fields = {
      date: new Date(theirs).toUTCString(),
      'anthropic-ratelimit-requests-remaining': '1',
      'anthropic-ratelimit-requests-reset': new Date(theirs + 10_000).toISOString(),
    };
    expect(toldLimits(fields, NOW)[0]!.resetAt - NOW).toBe(10_000);
  });
});

describe('a gate', () => {
  const asking = (turn: number, tokens = 0): Asking => ({ turn, tokens });
  const requests = (remaining: number, ms = 20_000) => [
    { of: 'requests', name: 'requests', limit: 60, remaining, resetAt: NOW + ms } as const,
  ];

  it('G1: with 3 of 60 left, the fourth waits for the reset', () => {
    const gate = new LaneGate();
    const first = asking(1);
    gate.begin(first);
    gate.tell(first, requests(3), NOW, 100);
    gate.end(first);
    for (const turn of [2, 3, 4]) {
      expect(gate.when(0, 200)).toBe(200);
      gate.begin(asking(turn));
    }
    expect(gate.when(0, 300)).toBe(20_100);
    expect(gate.when(0, 20_100)).toBe(20_100);
  });

  it('G1: what is under way is taken off what is left', () => {
    const gate = new LaneGate();
    const [first, second] = [asking(1), asking(2)];
    gate.begin(first);
    gate.begin(second);
    gate.tell(first, requests(1), NOW, 0);
    expect(gate.when(0, 1)).toBe(20_000);
    gate.tell(second, requests(1), NOW, 0);
    expect(gate.when(0, 1)).toBe(1);
  });

  it('G2: an older answer raises nothing', () => {
    const gate = new LaneGate();
    const [first, second] = [asking(1), asking(2)];
    gate.begin(first);
    gate.begin(second);
    gate.tell(second, requests(0), NOW, 0);
    gate.tell(first, requests(5), NOW, 0);
    expect(gate.when(0, 1)).toBe(20_000);
  });

  it('tokens: a request that does not fit waits, a smaller one does not; one above the limit waits for all of it', () => {
    const gate = new LaneGate();
    const first = asking(1, 500);
    gate.begin(first);
    gate.tell(first, [{ of: 'tokens', name: 'tokens', limit: 1000, remaining: 400, resetAt: NOW + 5000 }], NOW, 0);
    expect([gate.when(300, 1), gate.when(500, 1)]).toEqual([1, 5000]);
    expect(gate.when(5000, 5000)).toBe(5000);
    expect([gate.isLarge(250), gate.isLarge(251)]).toEqual([false, true]);
  });

  it("G3: after a large request was refused, its caller's next large one waits, and nobody else", () => {
    const gate = new LaneGate();
    const first = asking(1, 500);
    gate.begin(first);
    gate.tell(first, [{ of: 'tokens', name: 'tokens', limit: 1000, remaining: 900, resetAt: NOW + 60_000 }], NOW, 0);
    gate.end(first);
    expect(gate.of('a', 500, Infinity, 0)).toBe(gate);
    gate.tooLarge('a', 7000, 0);
    const when = (caller: string, tokens: number, now: number) => gate.of(caller, tokens, Infinity, now).when(tokens, now);
    expect([when('a', 500, 10), when('a', 100, 10), when('b', 500, 10), when('a', 500, 7000)]).toEqual([7000, 10, 10, 7000]);
  });
});
