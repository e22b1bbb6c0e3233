import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cutEnd, HeadTail } from './cap.ts';

const same = (text: string) => text;
const kept = (chunks: readonly string[], cap: number, scrub = same) => {
  const output = new HeadTail(cap);
  for (const chunk of chunks) output.add(chunk);
  return output.text(scrub);
};

describe('cap', () => {
  it('O1: what fits is whole; what does not keeps both ends, within the cap, however it came in', () =>
    fc.assert(
      fc.property(
        fc.array(fc.string({ unit: 'grapheme', maxLength: 900 }), { maxLength: 30 }),
        fc.integer({ min: 200, max: 2000 }),
        (chunks, cap) => {
          const whole = chunks.join('');
          const text = kept(chunks, cap);
          expect(text).toBe(kept([whole], cap));
          expect(text.length).toBeLessThanOrEqual(cap);
          if (whole.length <= cap) {
            expect(text).toBe(whole);
            return;
          }
          const [head, tail] = text.split(/\n\[… \d+ characters cut …\]\n/);
          expect(whole.startsWith(head!) && whole.endsWith(tail!) && head!.length > 0 && tail!.length > 0).toBe(true);
        },
      ),
    ));

  it('O2: no part of a secret shows, wherever the cut falls', () =>
    fc.assert(
      fc.property(fc.nat(6000), fc.nat(12_000), fc.integer({ min: 8, max: 3000 }), (before, after, length) => {
        const secret = 'S'.repeat(length);
        const scrub = (text: string) => text.replaceAll(secret, '[redacted]');
        expect(kept(['x'.repeat(before), secret, 'y'.repeat(after)], 1000, scrub)).not.toContain('S');
      }),
    ));

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
