import { describe, expect, it } from 'vitest';
import { KNOWN_MODELS } from './known.data.ts';
import { knownModel, withoutLong } from './known.ts';

describe('known models', () => {
  it('a date or a word for the present changes nothing', () => {
    const known = knownModel('anthropic', 'claude-sonnet-4-5');
    expect(known).toEqual({
      window: 200_000,
      maxOutput: 64_000,
      images: true,
      price: {
        input: 3,
        output: 15,
        cacheRead: 0.3,
        cacheWrite: 3.75,
        longer: { above: 200_000, input: 6, output: 22.5, cacheRead: 0.6, cacheWrite: 7.5 },
      },
    });
    for (const model of ['claude-sonnet-4-5-20250929', 'claude-sonnet-4-5@20250929', 'claude-sonnet-4-5-latest'])
      expect(knownModel('anthropic', model)).toEqual(known);
  });

  it('the longest id counts, and other variants are unknown', () => {
    expect(knownModel('openai', 'gpt-4o-mini-2024-07-18')).toMatchObject({ price: { input: 0.15 } });
    expect(knownModel('openai', 'gpt-4o-2024-05-13')).toMatchObject({ maxOutput: 4096 });
    expect(knownModel('openai', 'gpt-4o-2024-11-20')).toMatchObject({ maxOutput: 16_384 });
    expect(knownModel('google', 'gemini-2.5-pro-preview-06-05')).toMatchObject({ window: 1_048_576 });
    for (const model of ['gpt-4o-audio-preview', 'gpt-5.9', 'gpt-5-something', 'gpt', ''])
      expect(knownModel('openai', model)).toBeUndefined();
    expect(knownModel('claude', 'claude-sonnet-4-5')).toBeUndefined();
    expect(knownModel('constructor', 'name')).toBeUndefined();
  });

  it('[1m] is the long window where there is one', () => {
    expect(knownModel('anthropic', 'claude-sonnet-4-5[1m]')).toMatchObject({ window: 1_000_000 });
    expect(knownModel('anthropic', 'claude-haiku-4-5[1m]')).toMatchObject({ window: 200_000 });
    expect(withoutLong('claude-sonnet-4-5[1m]')).toBe('claude-sonnet-4-5');
  });

  it('every row is plausible and stands once', () => {
    for (const rows of Object.values(KNOWN_MODELS)) {
      expect(new Set(rows.map(({ id }) => id)).size).toBe(rows.length);
      for (const { window, maxOutput, price } of rows) {
        expect(window).toBeGreaterThanOrEqual(maxOutput ?? 1);
        if (price) expect(price.output).toBeGreaterThanOrEqual(price.input);
        if (price?.cacheRead !== undefined) expect(price.cacheRead).toBeLessThan(price.input);
      }
    }
  });
});
