import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cutEnd } from './cap.ts';

describe('cap', () => {
  it('O1: the beginning alone, with its note, is within the cap too', () =>
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 600 }), fc.integer({ min: 60, max: 300 }), (text, cap) => {
        const cut = cutEnd(text, cap, (left) => `[${left} more]`);
        expect(cut.length).toBeLessThanOrEqual(cap);
        expect(cut.isWellFormed()).toBe(text.isWellFormed());
        const [, left] = /\[(\d+) more\]$/.exec(cut) ?? [];
        expect(text.length <= cap ? cut === text : cut.length - `[${left} more]`.length + Number(left) === text.length).toBe(true);
      }),
    ));
});
