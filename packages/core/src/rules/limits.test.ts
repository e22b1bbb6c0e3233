import { describe, expect, it } from 'vitest';
import { limitsFor } from './limits.ts';
import type { Effort, RequestFacts, Target } from './target.ts';

const target = (more: Partial<Target> = {}): Target => ({
  place: 0,
  ref: 'a/m',
  entry: 'a',
  model: 'm',
  protocol: 'other',
  credential: 'a#K',
  account: 'a#K',
  group: 'm',
  ...more,
});
const request = (more: Partial<RequestFacts> = {}): RequestFacts => ({
  tokens: 100,
  images: false,
  stops: false,
  afterTool: false,
  prompt: 'p',
  replayable: true,
  ...more,
});

describe('C4: limits', () => {
  it('C4: the defaults', () => {
    expect(limitsFor({}, target(), request())).toEqual({
      connect: 10_000,
      firstToken: 90_000,
      stallText: 60_000,
      stallOther: 300_000,
      silence: 75_000,
      total: 900_000,
      afterFinish: 3000,
      scaled: false,
    });
  });

  it.each<[Effort, number]>([
    ['none', 90],
    ['minimal', 90],
    ['low', 90],
    ['medium', 180],
    ['high', 300],
    ['xhigh', 900],
    ['max', 900],
  ])('C4: first_token at effort %s', (effort, seconds) => {
    const scaled = seconds > 90;
    expect(limitsFor({}, target({ effort }), request())).toMatchObject({ firstToken: seconds * 1000, scaled });
    expect(limitsFor({}, target({ effort: 'max' }), request({ effort }))).toMatchObject({ firstToken: seconds * 1000, scaled });
  });

  it('C4: first_token grows with the size of the request', () => {
    expect(limitsFor({}, target(), request({ tokens: 50_000 }))).toMatchObject({ firstToken: 90_000, scaled: false });
    expect(limitsFor({}, target(), request({ tokens: 250_000 }))).toMatchObject({ firstToken: 110_000, scaled: true });
  });

  it('C4: configured values are taken as written', () => {
    const config = { connect: 1, firstToken: 2, stall: 3, silence: 4, attempt: 5, total: 6 };
    expect(limitsFor(config, target({ effort: 'max' }), request({ tokens: 1e6 }))).toEqual({
      connect: 1,
      firstToken: 2,
      stallText: 3,
      stallOther: 3,
      silence: 4,
      attempt: 5,
      total: 6,
      afterFinish: 3000,
      scaled: false,
    });
  });

  it('C4: a target that cannot stream has one limit for the whole attempt', () => {
    expect(limitsFor({ firstToken: 5 }, target({ streams: false }), request())).toMatchObject({ firstToken: 600_000, attempt: 600_000 });
    expect(limitsFor({ attempt: 7 }, target({ streams: false }), request())).toMatchObject({
      stallText: 7,
      stallOther: 7,
      silence: 7,
      attempt: 7,
    });
  });
});
