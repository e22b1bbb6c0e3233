import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MOST_TARGETS } from './tier-flaws.ts';
import { namesIn, readSpec, readTable, tierName, unknownTier, withEffort, type TableNames } from './tier-table.ts';

const names = (more: Partial<TableNames> = {}): TableNames => ({ models: ['small'], tiers: [], ...more });
const flaw = (spec: unknown, more: Partial<TableNames> = {}) => {
  const read = readSpec('t', spec, names(more));
  return 'flaw' in read ? read.flaw : undefined;
};

describe('a specification', () => {
  it('has targets with their own settings, which mix with nobody’s', () => {
    const spec = {
      models: [
        { model: 'a/m:high', max_tokens: 4000, temperature: 0.2 },
        'b/n',
        { model: 'small', effort: 'low', provider_opts: { x: 1 } },
      ],
      retries: 0,
    };
    expect(readSpec('t', spec, names())).toEqual({
      tier: {
        targets: [
          { ref: 'a/m', effort: 'high', settings: { maxTokens: 4000, temperature: 0.2 } },
          { ref: 'b/n' },
          { ref: 'small', effort: 'low', settings: { options: { x: 1 } } },
        ],
        settings: { retries: 0 },
      },
    });
  });

  it('an effort of its own beats the suffix', () => {
    expect(readSpec('t', [{ model: 'a/m:high', effort: 'low' }], names())).toMatchObject({
      tier: { targets: [{ ref: 'a/m', effort: 'low' }] },
    });
  });

  it.each<[string, unknown, RegExp]>([
    ['an empty element', 'a/m,,b/n', /an empty reference/],
    ['a missing slash', 'gpt-5', /there is no model "gpt-5"/],
    ['9 targets', Array.from({ length: 9 }, (_, n) => `a/m${n}`), /at most 8 models, this one has 9/],
    ['a target twice', 'a/m, b/n, a/m', /"a\/m" stands twice/],
    ['with one effort twice', 'a/m:low, a/m:low', /"a\/m:low" stands twice/],
    ['an unknown setting', [{ model: 'a/m', max_token: 1 }], /unknown key "max_token"; did you mean "max_tokens"\?/],
    ['a setting out of range', [{ model: 'a/m', temperature: 3 }], /a number from 0 to 2/],
    ['no model', [{ max_tokens: 1 }], /expected model: PROVIDER\/MODEL/],
    ['a budget that only files have', [{ model: 'a/m', thinking_budget: 1000 }], /thinking_budget is for files/],
    ['nothing', [], /at least one model/],
    ['a number', 7, /expected models/],
  ])('%s is refused', (_name, spec, says) => {
    expect(flaw(spec)).toMatchObject({ tier: 't', code: 'bad-tier', message: expect.stringMatching(says) });
  });

  it('the same model with two efforts is two targets; eight are no more than allowed', () => {
    expect(flaw('a/m:low, a/m:high, a/m')).toBeUndefined();
    expect(flaw(Array.from({ length: MOST_TARGETS }, (_, n) => `a/m${n}`))).toBeUndefined();
  });

  it('providers are checked where they are given', () => {
    expect(flaw('opnai/m', { providers: ['openai'] })).toMatchObject({ message: 'there is no provider "opnai"; did you mean "openai"?' });
    expect(flaw('opnai/m')).toBeUndefined();
  });

  it('never throws, whatever it is given', () => {
    fc.assert(
      fc.property(fc.anything(), (spec) => {
        const read = readSpec('t', spec, names());
        expect('flaw' in read ? read.flaw.message : read.tier.targets.length).toBeTruthy();
      }),
    );
  });
});

describe('a table', () => {
  it('names are looked up in lower case; blank is not set; one flaw takes no other tier with it', () => {
    const { good, flaws } = readTable({ Fast: 'a/m', smart: ' ', off: null, odd: '', bad: 'a/', 'no name': 'a/m', small: 'a/m' }, names());
    expect([...good.keys()]).toEqual(['fast']);
    expect(flaws.map(({ tier, code }) => [tier, code])).toEqual([
      ['bad', 'bad-tier'],
      ['no name', 'bad-tier'],
      ['small', 'bad-tier'],
    ]);
    expect(namesIn({ Fast: 'a/m', smart: ' ', off: null })).toEqual(['fast']);
    expect(readTable({ fast: 'a/m', FAST: 'b/n' }, names()).flaws).toMatchObject([{ message: expect.stringContaining('stands twice') }]);
  });

  it('a tier in a tier is refused, with and without an effort, and in itself', () => {
    for (const spec of ['a/m, fast', 'fast:low, a/m', 'smart, a/m']) {
      const { good, flaws } = readTable({ fast: 'a/m', smart: spec }, names());
      expect([...good.keys(), ...flaws.map(({ tier, code }) => `${tier} ${code}`)]).toEqual(['fast', 'smart nested-tier']);
    }
    expect(readTable({ smart: 'a/m, fast' }, names({ tiers: ['fast'] })).flaws).toMatchObject([{ code: 'nested-tier' }]);
  });
});

describe('efforts', () => {
  it('39: a/m:high,b/n: high for the first, none for the second; tier:low leaves the first and sets the second', () => {
    const read = readSpec('t', 'a/m:high,b/n', names());
    if ('flaw' in read) throw new Error(read.flaw.message);
    expect(read.tier.targets).toEqual([{ ref: 'a/m', effort: 'high' }, { ref: 'b/n' }]);
    expect(withEffort(read.tier, 'low').targets).toEqual([
      { ref: 'a/m', effort: 'high' },
      { ref: 'b/n', effort: 'low' },
    ]);
    expect(withEffort(read.tier, undefined)).toBe(read.tier);
  });

  it('39: ollama/qwen:7b keeps its id; ollama/qwen:7b:high is that with an effort', () => {
    expect(readSpec('t', 'ollama/qwen:7b, ollama/qwen:7b:high', names())).toMatchObject({
      tier: { targets: [{ ref: 'ollama/qwen:7b' }, { ref: 'ollama/qwen:7b', effort: 'high' }] },
    });
  });

  it('a name that a tier has is that tier, whatever it ends with', () => {
    const tiers = new Set(['fast', 'odd:low']);
    expect([tierName(' Fast:LOW ', tiers), tierName('odd:low', tiers), tierName('fast:7b', tiers)]).toEqual([
      { name: 'fast', effort: 'low' },
      { name: 'odd:low' },
      { name: 'fast:7b' },
    ]);
  });

  it('an unknown tier is told which there are', () => {
    expect(unknownTier('smrt', ['smart', 'fast'])).toBe('there is no tier "smrt"; did you mean "smart"? (there are fast, smart)');
    expect(unknownTier('x', [])).toBe('there is no tier "x" (none is known)');
  });
});
