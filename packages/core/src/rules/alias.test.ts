import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fitsAlias } from './alias.ts';

describe('an alias', () => {
  it.each<[string, string, boolean]>([
    ['claude-*', 'claude-', true],
    ['*haiku*', 'haiku', true],
    ['a*a', 'a', false],
    ['a*b*c', 'abbc', true],
    ['a*b*c', 'ac', false],
    ['*', '', true],
    ['a.c', 'abc', false],
    ['', '', true],
  ])('%s of %s: %s', (pattern, name, fits) => expect(fitsAlias(pattern, name)).toBe(fits));

  it('fits as a regular expression of it does', () => {
    const word = fc.string({ unit: fc.constantFrom('a', 'b', '*', '.'), maxLength: 8 });
    fc.assert(
      fc.property(word, fc.string({ unit: fc.constantFrom('a', 'b', '.'), maxLength: 10 }), (pattern, name) => {
        const like = new RegExp(`^${pattern.replaceAll('.', '\\.').replaceAll('*', '.*')}$`);
        expect(fitsAlias(pattern, name)).toBe(like.test(name));
      }),
    );
  });
});
