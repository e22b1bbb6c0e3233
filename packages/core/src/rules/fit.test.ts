import { describe, expect, it } from 'vitest';
import { fit, NO_IMAGES, NO_ROOM, outputFor } from './fit.ts';
import type { RequestFacts, Target } from './target.ts';

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

describe('fit', () => {
  it('E3: unknown is not known-bad', () => {
    expect(fit(target(), request({ tokens: 1e9, images: true }))).toEqual({ fits: 'yes' });
  });

  it('note 13: what only one protocol can say is asked of nobody else', () => {
    const only = { protocol: 'openai-chat', reason: 'several-answers' } as const;
    expect(fit(target({ protocol: 'openai-chat' }), request({ only }))).toEqual({ fits: 'yes' });
    expect(fit(target({ protocol: 'google' }), request({ only }))).toEqual({ fits: 'no', reason: 'several-answers' });
  });

  it.each([
    [90_000, 'yes'],
    [110_000, 'yes'],
    [110_001, 'soft'],
    [200_000, 'soft'],
    [200_001, 'no'],
  ])('%d tokens in a window of 100,000: %s', (tokens, fits) => {
    expect(fit(target({ window: 100_000 }), request({ tokens }))).toEqual(fits === 'yes' ? { fits } : { fits, reason: NO_ROOM });
  });

  it('the output asked for makes nobody unfit', () => {
    expect(fit(target({ window: 100_000 }), request({ tokens: 99_000, maxTokens: 64_000 }))).toEqual({ fits: 'yes' });
  });

  it('images are refused where that is known', () => {
    expect(fit(target({ images: false }), request({ images: true }))).toEqual({ fits: 'no', reason: NO_IMAGES });
    expect(fit(target({ images: false }), request())).toEqual({ fits: 'yes' });
  });

  it('looks at the size of a request only where a window is known', () => {
    const facts: RequestFacts = {
      ...request(),
      get tokens(): number {
        throw new Error('counted');
      },
    };
    expect(fit(target(), facts)).toEqual({ fits: 'yes' });
    expect(outputFor(target(), facts)).toBeUndefined();
  });

  it('max_tokens is clamped to what the target can give, never raised', () => {
    expect(outputFor(target({ maxOutput: 8192 }), request({ maxTokens: 32_000 }))).toBe(8192);
    expect(outputFor(target({ window: 100_000 }), request({ tokens: 90_000, maxTokens: 32_000 }))).toBe(10_000);
    expect(outputFor(target({ window: 100_000 }), request({ tokens: 105_000, maxTokens: 32_000 }))).toBe(1024);
    expect(outputFor(target({ window: 100_000, maxOutput: 8192 }), request({ maxTokens: 10 }))).toBe(10);
    expect(outputFor(target({ maxOutput: 8192 }), request())).toBeUndefined();
  });
});
