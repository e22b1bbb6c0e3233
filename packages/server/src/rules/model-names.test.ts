import { BadRequest } from '@holdfast/core/wire';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { modelList, modelNamed, modelPage } from './model-list.ts';
import { resolveModel, type ModelNames } from './model-names.ts';

const NAMES: ModelNames = {
  tiers: new Set(['fast', 'smart']),
  models: new Set(['small', 'odd:high']),
  providers: new Set(['anthropic', 'openrouter']),
  aliases: [
    ['claude-*haiku*', 'fast'],
    ['claude-*', 'smart'],
    ['gpt-4o', 'anthropic/claude-opus-4-5:high'],
  ],
  ids: new Map([
    ['fast', ['small-1', 'claude-haiku-4-5']],
    ['smart', ['gpt-5']],
  ]),
};
const WITH_DEFAULT: ModelNames = { ...NAMES, defaultTier: 'smart' };

const meant = (written: string, names = NAMES, allowed?: readonly string[]) => {
  const found = resolveModel(written, names, allowed);
  return 'meant' in found ? `${found.meant.ref}${found.meant.long ? ' long' : ''}` : found.error.status;
};

describe('which model a client means', () => {
  it.each<[string, string | number]>([
    ['fast', 'fast'],
    [' smart ', 'smart'],
    ['smart:high', 'smart:high'],
    ['smart:tall', 404],
    ['small', 'small'],
    ['odd:high', 'odd:high'],
    ['smart[1m]', 'smart long'],
    ['smart[1M]', 'smart long'],
    ['claude-haiku-4-5', 'fast'],
    ['claude-3-5-haiku-20241022', 'fast'],
    ['claude-opus-4-5', 'smart'],
    ['claude-opus-4-5[1m]', 'smart long'],
    ['gpt-4o', 'anthropic/claude-opus-4-5:high'],
    ['gpt-4o-mini', 404],
    ['anthropic/claude-opus-4-5', 'anthropic/claude-opus-4-5'],
    ['anthropic/claude-opus-4-5[1m]', 'anthropic/claude-opus-4-5[1m] long'],
    ['openrouter/meta/llama:free', 'openrouter/meta/llama:free'],
    ['openai/gpt-5', 404],
    ['', 404],
    ['anthropic/', 404],
    ['/x', 404],
    ['two words', 404],
    ['__proto__', 404],
    ['x'.repeat(100_000), 404],
  ])('%s → %s', (written, ref) => {
    expect(meant(written)).toBe(ref);
  });

  it('M1: a name of the file is that name, and an alias for all closes the gateway to references', () => {
    const all: ModelNames = { ...NAMES, aliases: [['*', 'smart']] };
    expect(['fast', 'small:low', 'openai/gpt-5', 'anthropic/x', 'anything'].map((one) => meant(one, all))).toEqual([
      'fast',
      'small:low',
      'smart',
      'smart',
      'smart',
    ]);
  });

  it('the default tier is for bare names that mean nothing else', () => {
    expect(['gpt-9', 'claude-haiku-9', 'nobody/gpt-9', 'fast', 'gpt-9[1m]'].map((one) => meant(one, WITH_DEFAULT))).toEqual([
      'smart',
      'fast',
      404,
      'fast',
      'smart long',
    ]);
  });

  it("M2: a key's list is judged by what a name comes to, and there is no way round it", () => {
    const allowed = ['fast'];
    expect(['fast', 'fast:high', 'claude-haiku-4-5', 'fast[1m]'].map((one) => meant(one, WITH_DEFAULT, allowed))).toEqual([
      'fast',
      'fast:high',
      'fast',
      'fast long',
    ]);
    for (const one of ['smart', 'smart:low', 'claude-opus-4-5', 'gpt-9', 'gpt-4o', 'small', 'anthropic/claude-haiku-4-5'])
      expect(meant(one, WITH_DEFAULT, allowed)).toBe(404);
    expect(meant('fast', NAMES, [])).toBe(404);
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('fast', 'smart', ':high', '[1m]', 'claude-', '/', 'anthropic', '*', 'x') }),
        (written) => {
          expect([404, 'fast', 'fast:high', 'fast long', 'fast:high long']).toContain(meant(written, WITH_DEFAULT, allowed));
        },
      ),
    );
  });

  it('an unknown name is answered with the nearest that the key may ask', () => {
    const message = (written: string, allowed?: readonly string[]) => {
      const found = resolveModel(written, NAMES, allowed);
      return 'error' in found ? found.error.message : undefined;
    };
    expect(message('smrt')).toBe('there is no model "smrt" for this key; did you mean "smart"?');
    expect(message('smrt', ['fast'])).toBe('there is no model "smrt" for this key');
    expect(message('antropic/claude-x')).toBe('there is no model "antropic/claude-x" for this key; did you mean "anthropic/claude-x"?');
  });
});

describe('the list of models', () => {
  const LOADED = { loaded: Date.UTC(2026, 10, 1) + 5 };
  const ids = (names: ModelNames, allowed?: readonly string[]) =>
    modelList(names, { ...LOADED, allowed }).map((one) => [one.id, one.display_name]);

  it('shows tiers, named models and aliases; those with a star by what is behind them', () => {
    expect(ids(NAMES)).toEqual([
      ['fast', 'fast'],
      ['smart', 'smart'],
      ['small', 'small'],
      ['odd:high', 'odd:high'],
      ['claude-haiku-4-5', 'claude-haiku-4-5 (fast)'],
      ['claude-smart', 'claude-smart (smart)'],
      ['gpt-4o', 'gpt-4o (anthropic/claude-opus-4-5:high)'],
    ]);
  });

  it('has something for Claude Code where a default tier takes any name', () => {
    const bare: ModelNames = { ...WITH_DEFAULT, aliases: [['*', 'smart']] };
    expect(ids(bare)).toContainEqual(['claude-smart', 'smart']);
    expect(ids({ ...bare, aliases: [] })).toContainEqual(['claude-smart', 'smart']);
  });

  it('shows a key what it may ask, and every id means what it is shown as', () => {
    expect(ids(WITH_DEFAULT, ['fast'])).toEqual([
      ['fast', 'fast'],
      ['claude-haiku-4-5', 'claude-haiku-4-5 (fast)'],
    ]);
    for (const names of [NAMES, WITH_DEFAULT])
      for (const { id, display_name } of modelList(names, LOADED)) {
        const ref = /\((.+)\)$/.exec(display_name)?.[1] ?? display_name;
        expect(meant(id, names)).toBe(ref);
      }
  });

  it('is in both shapes, and turned page by page', () => {
    const list = modelList(NAMES, LOADED);
    const page = (query: string) => modelPage(list, new URLSearchParams(query));
    expect(list[0]).toEqual({
      id: 'fast',
      object: 'model',
      type: 'model',
      created: Date.UTC(2026, 10, 1) / 1000,
      created_at: '2026-11-01T00:00:00Z',
      owned_by: 'holdfast',
      display_name: 'fast',
    });
    expect(page('')).toMatchObject({ object: 'list', has_more: false, first_id: 'fast', last_id: 'gpt-4o' });
    expect(page('limit=1000').data).toEqual(list);
    expect(page('limit=2')).toMatchObject({ has_more: true, first_id: 'fast', last_id: 'smart' });
    expect(page('limit=2&after_id=smart')).toMatchObject({ has_more: true, first_id: 'small', last_id: 'odd:high' });
    expect(page('after_id=gpt-4o')).toEqual({ object: 'list', data: [], has_more: false, first_id: null, last_id: null });
    expect(page('limit=2&before_id=gpt-4o')).toMatchObject({ has_more: true, first_id: 'claude-haiku-4-5', last_id: 'claude-smart' });
    for (const bad of ['limit=0', 'limit=x', 'limit=1.5', 'limit=1001', 'limit=', 'after_id=nobody'])
      expect(() => page(bad)).toThrow(BadRequest);
  });

  it('one by its id: what is listed, and any other name that means something', () => {
    expect(modelNamed('fast', NAMES, LOADED)?.id).toBe('fast');
    expect(modelNamed('claude-opus-9', NAMES, LOADED)).toMatchObject({ id: 'claude-opus-9', display_name: 'claude-opus-9 (smart)' });
    expect(modelNamed('nobody', NAMES, LOADED)).toBeUndefined();
    expect(modelNamed('smart', NAMES, { ...LOADED, allowed: ['fast'] })).toBeUndefined();
  });
});
