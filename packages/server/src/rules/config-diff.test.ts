import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { configDiff, Hidden, type Shown } from './config-diff.ts';

const scalar = fc.oneof(fc.string(), fc.integer(), fc.boolean());
const { config } = fc.letrec<{ config: Shown }>((tie) => ({
  config: fc.oneof(
    { maxDepth: 3 },
    scalar,
    fc.string().map((text) => new Hidden(`secret ${text}`)),
    fc.array(scalar, { maxLength: 3 }),
    fc.dictionary(fc.string(), tie('config'), { maxKeys: 4 }),
  ),
}));

describe('what is different between two configurations', () => {
  it.each<[Shown, Shown, readonly string[]]>([
    [
      { tiers: { smart: { models: ['a/x'] } } },
      { tiers: { smart: { models: ['a/x', 'openai/gpt-5'] } } },
      ['tiers.smart.models: + openai/gpt-5'],
    ],
    [{ tiers: { smart: { models: ['a', 'b'] } } }, { tiers: { smart: { models: ['b', 'a'] } } }, ['tiers.smart.models: a, b → b, a']],
    [{ tiers: { smart: { retries: 2 } } }, { tiers: { smart: { retries: 3 } } }, ['tiers.smart.retries: 2 → 3']],
    [{ tiers: { smart: {} } }, { tiers: { fast: {} } }, ['tiers.smart: removed', 'tiers.fast: added']],
    [{ a: { n: 1 } }, { a: {} }, ['a.n: - 1']],
    [
      { server: { aliases: { 'gpt-*': 'fast' } } },
      { server: { aliases: { 'gpt-*': 'smart' } } },
      ['server.aliases["gpt-*"]: fast → smart'],
    ],
    [{ headers: { auth: new Hidden('one') } }, { headers: { auth: new Hidden('two') } }, ['headers.auth: changed']],
    [{ list: [{ key: new Hidden(1) }] }, { list: [{ key: new Hidden(2) }] }, ['list: changed']],
    [{ constructor: 1 }, {}, ['constructor: - 1']],
    [{ aliases: { 'a*': 'x', 'ab*': 'y' } }, { aliases: { 'ab*': 'y', 'a*': 'x' } }, ['aliases: a*, ab* → ab*, a*']],
  ])('%j %j', (before, after, lines) => expect(configDiff(before, after)).toEqual(lines));

  it('D1: equal ones have none, different ones have some', () => {
    const exact = (value: Shown): string => JSON.stringify(value);
    fc.assert(
      fc.property(config, config, (a, b) => {
        expect(configDiff(a, a)).toEqual([]);
        expect(configDiff(a, b).length > 0).toBe(exact(a) !== exact(b));
      }),
    );
  });

  it('D2: what is hidden is never shown', () => {
    fc.assert(fc.property(config, config, (a, b) => void expect(configDiff(a, b).join('\n')).not.toContain('secret')));
  });
});
