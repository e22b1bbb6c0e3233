import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BoundedText } from './bounded-text.ts';

const same = (text: string) => text;
const kept = (chunks: readonly string[], bound: number, scrub = same) => {
  const output = new BoundedText(bound);
  for (const chunk of chunks) output.add(chunk);
  return output.text(scrub);
};

describe('bounded text', () => {
  it('O1: what fits is whole; what does not keeps both ends, within the bound, however it came in', () =>
    fc.assert(
      fc.property(
        fc.array(fc.string({ unit: 'grapheme', maxLength: 900 }), { maxLength: 30 }),
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 200, max: 20_000 }),
        (chunks, times, bound) => {
          const all = Array.from({ length: times }, () => chunks).flat();
          const whole = all.join('');
          const text = kept(all, bound);
          expect(text).toBe(kept([whole], bound));
          expect(text.length).toBeLessThanOrEqual(bound);
          if (whole.length <= bound) {
            expect(text).toBe(whole);
            return;
          }
          const [, head, cut, tail] = /^([^]*)\n\[… (\d+) characters cut …\]\n([^]*)$/.exec(text)!;
          expect(whole.startsWith(head!) && whole.endsWith(tail!)).toBe(true);
          expect(head!.length + Number(cut) + tail!.length).toBe(whole.length);
          expect(Math.min(head!.length, tail!.length)).toBeGreaterThan(bound / 2 - 100);
        },
      ),
    ));

  it('O2: no part of a secret shows, wherever the cut falls, and however much shorter the rest became', () =>
    fc.assert(
      fc.property(fc.nat(12_000), fc.nat(12_000), fc.integer({ min: 20, max: 3000 }), fc.boolean(), (before, after, length, many) => {
        const secret = 'S'.repeat(length);
        const scrub = (text: string) => text.replaceAll(secret, '[redacted]');
        const first = many ? Array.from({ length: Math.floor(before / length) }, () => secret) : ['x'.repeat(before)];
        expect(kept([...first.flatMap((text) => [text, 'x']), secret, 'y'.repeat(after)], 1000, scrub)).not.toContain('S');
      }),
    ));

  it('keeps no more than its bound, letter by letter or all at once', () => {
    const output = new BoundedText(1000);
    for (let n = 0; n < 100_000; n++) output.add('x');
    output.add('y'.repeat(1_000_000));
    expect(output.length).toBe(1_100_000);
    let seen = 0;
    output.text((text) => ((seen += text.length), text));
    expect(seen).toBeLessThan(2 * (500 + 4096) + 16_384);
  });
});
