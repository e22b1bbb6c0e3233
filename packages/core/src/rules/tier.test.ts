import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { distanceOf, nearest } from './nearest.ts';
import { parseRef, parseTier } from './tier.ts';

const NONE = new Set<string>();
const names = {
  providers: ['anthropic', 'openai', 'ollama', 'work'],
  models: ['small', 'large:max'],
  tiers: ['fast', 'smart'],
  known: ['openai/odd:high'],
};

describe('references', () => {
  it.each([
    ['anthropic/claude-sonnet-4-5', { provider: 'anthropic', model: 'claude-sonnet-4-5' }],
    ['anthropic/claude-sonnet-4-5:high', { provider: 'anthropic', model: 'claude-sonnet-4-5', effort: 'high' }],
    ['anthropic/claude-sonnet-4-5[1m]:max', { provider: 'anthropic', model: 'claude-sonnet-4-5[1m]', effort: 'max' }],
    ['ollama/llama3.1:8b', { provider: 'ollama', model: 'llama3.1:8b' }],
    ['openrouter/meta/llama:free', { provider: 'openrouter', model: 'meta/llama:free' }],
    ['amazon-bedrock/claude-v1:0', { provider: 'amazon-bedrock', model: 'claude-v1:0' }],
    ['amazon-bedrock/claude-v1:0:low', { provider: 'amazon-bedrock', model: 'claude-v1:0', effort: 'low' }],
    [' small ', { name: 'small' }],
    ['small:low', { name: 'small', effort: 'low' }],
  ])('%j', (text, ref) => {
    expect(parseRef(text, NONE)).toEqual(ref);
  });

  it('a known whole keeps its last word', () => {
    expect(parseRef('openai/odd:high', new Set(['openai/odd:high']))).toEqual({ provider: 'openai', model: 'odd:high' });
  });

  it.each(['', ' ', '/m', 'a/', 'a/:high', 'a b/c'])('refuses %j', (text) => {
    expect(parseRef(text, NONE)).toHaveProperty('error');
  });

  it('provider, model and effort come back as they were put together', () => {
    const word = fc.stringMatching(/^[a-z0-9][a-z0-9.-]{0,8}$/);
    const model = fc.array(word, { minLength: 1, maxLength: 3 }).chain((words) => fc.constantFrom('/', ':v').map((by) => words.join(by)));
    fc.assert(
      fc.property(word, model, fc.constantFrom('none', 'low', 'max'), (provider, id, effort) => {
        expect(parseRef(`${provider}/${id}:${effort}`, NONE)).toEqual({ provider, model: id, effort });
      }),
    );
  });
});

describe('tiers', () => {
  it('a comma list is a chain, with offsets', () => {
    expect(parseTier('anthropic/a:high,  small', names)).toEqual({
      refs: [
        { provider: 'anthropic', model: 'a', effort: 'high', at: 0 },
        { name: 'small', at: 19 },
      ],
      settings: {},
    });
  });

  it('a list has indexes; names and known wholes keep their words', () => {
    expect(parseTier(['openai/odd:high', 'large:max'], names)).toMatchObject({
      refs: [
        { provider: 'openai', model: 'odd:high', at: 0 },
        { name: 'large:max', at: 1 },
      ],
    });
  });

  it('an object has settings', () => {
    const spec = {
      models: ['small'],
      retries: 0,
      max_attempts: 5,
      cooldown: '1m',
      on_partial: 'restart',
      on_refusal: 'next',
      return_to_primary: 'never',
      patience: 30,
      timeouts: { connect: '10s', first_token: '90s', stall: 60, attempt: '10m', total: '15m' },
    };
    expect(parseTier(spec, names)).toEqual({
      refs: [{ name: 'small', at: 0 }],
      settings: {
        retries: 0,
        maxAttempts: 5,
        cooldown: 60_000,
        onPartial: 'restart',
        onRefusal: 'next',
        returnToPrimary: 'never',
        patience: 30_000,
        timeouts: { connect: 10_000, firstToken: 90_000, stall: 60_000, attempt: 600_000, total: 900_000 },
      },
    });
  });

  it('a tier inside a tier is an error, in an agent it is spliced in', () => {
    expect(parseTier('small, fast', names)).toEqual({
      errors: [{ at: 7, path: [], message: '"fast" is a tier, and a tier cannot hold another' }],
    });
    expect(parseTier('small, fast', names, true)).toMatchObject({ refs: [{ name: 'small' }, { name: 'fast', at: 7 }] });
  });

  it('all errors are told, with the nearest name', () => {
    expect(parseTier('antropic/x, smal, openai,', names)).toMatchObject({
      errors: [
        { at: 0, message: 'there is no provider "antropic"', nearest: 'anthropic' },
        { at: 12, message: 'there is no model "smal"', nearest: 'small' },
        { at: 18, message: '"openai" is a provider, not a model: write openai/MODEL' },
        { at: 25, message: 'an empty reference' },
      ],
    });
    expect(
      parseTier({ models: ['small', 3], retrys: 1, retries: -1, on_partial: 'restrat', timeouts: { stal: '5s', total: '5x' } }, names),
    ).toMatchObject({
      errors: [
        { path: ['retrys'], nearest: 'retries' },
        { path: ['retries'] },
        { path: ['on_partial'], nearest: 'restart' },
        { path: ['timeouts', 'stal'], nearest: 'stall' },
        { path: ['timeouts', 'total'], message: expect.stringContaining('"5x"') },
        { path: ['models', 1], at: 1 },
      ],
    });
  });

  it.each([[[]], [{}], [null], [7], [{ models: [] }], [{ models: 'small', timeouts: 'x' }], ['']])('refuses %j', (spec) => {
    expect(parseTier(spec, names)).toHaveProperty('errors');
  });

  it('never throws, whatever it is given', () => {
    fc.assert(
      fc.property(fc.anything(), (spec) => {
        const parsed = parseTier(spec, names);
        expect('errors' in parsed ? parsed.errors.length : parsed.refs.length).toBeGreaterThan(0);
      }),
    );
  });
});

describe('did you mean', () => {
  it.each([
    ['antropic', 'anthropic'],
    ['OpenAI', 'openai'],
    ['opneai', 'openai'],
    ['xyz', undefined],
    ['', undefined],
  ])('%j: %j', (word, found) => {
    expect(nearest(word, ['anthropic', 'openai', 'ollama'])).toBe(found);
  });

  it('the distance is a metric on small words', () => {
    const word = fc.string({ maxLength: 6, unit: fc.constantFrom('a', 'b', 'c') });
    fc.assert(
      fc.property(word, word, (a, b) => {
        expect(distanceOf(a, b)).toBe(distanceOf(b, a));
        expect(distanceOf(a, b) === 0).toBe(a === b);
        expect(distanceOf(a, b)).toBeLessThanOrEqual(Math.max(a.length, b.length));
        expect(distanceOf(`${a}x`, a)).toBe(1);
      }),
    );
  });
});
