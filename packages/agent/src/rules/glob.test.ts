import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ANYTHING, glob, matches, matchesFrom, ONE } from './glob.ts';

/** The slow and plain way to say what a pattern without sets means. */
const reference = (pattern: string, spanning: boolean): RegExp => {
  const parts = [...pattern].map((character, at) => {
    if (character === '*') return spanning || at === pattern.length - 1 || pattern[at + 1] === '*' ? '[^]*' : '[^/]*';
    if (character === '?') return spanning ? '[^]' : '[^/]';
    return character.replace(/[.]/, '\\.');
  });
  return new RegExp(`^${parts.join('')}$`, 'i');
};
const letters = (alphabet: string, maxLength: number) => fc.string({ unit: fc.constantFrom(...alphabet), maxLength });

describe('globs', () => {
  it('mean what they say', () =>
    fc.assert(
      fc.property(letters('aB/.*?', 8), letters('ab/.', 10), fc.boolean(), (pattern, text, spanning) => {
        const expected = reference(pattern, spanning).test(text);
        expect(matches(glob(pattern, spanning), text)).toBe(expected);
      }),
    ));

  it('a text with marks matches if any text it could become does', () =>
    fc.assert(
      fc.property(letters('ab*?', 6), letters('ab', 3), letters('ab', 3), letters('ab', 3), (pattern, before, middle, after) => {
        if (matches(glob(pattern), before + middle + after)) expect(matches(glob(pattern), before + ANYTHING + after)).toBe(true);
        if (middle.length === 1 && matches(glob(pattern), before + middle + after))
          expect(matches(glob(pattern), before + ONE + after)).toBe(true);
      }),
    ));

  it('one reading answers for all starts', () =>
    fc.assert(
      fc.property(letters('ab*', 6), letters('ab', 12), (pattern, text) => {
        const starts = Array.from(text, (_, at) => at);
        expect(matchesFrom(glob(pattern), text, starts)).toBe(starts.some((at) => matches(glob(pattern), text.slice(at))));
      }),
    ));

  it('G1: stars upon stars do not hang it', () => {
    expect(matches(glob('*a'.repeat(60) + 'c'), 'ab'.repeat(5000))).toBe(false);
  });
});
