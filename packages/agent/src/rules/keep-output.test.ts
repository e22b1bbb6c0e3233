import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { headAndTail, isTooLong, KEPT_BYTES } from './keep-output.ts';

const bytes = (text: string) => Buffer.byteLength(text);
const NOTE = /\n\[… (\d+) bytes left out here(?:; the whole output is in ([^\n]+))? …\]\n/;

describe('an output that is too long', () => {
  it('K1, K2: keeps both ends within the limit, splits no character and counts what is left out', () =>
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('a', 'é', '€', '😀', '\n', '👩‍👩‍👧'), maxLength: 900 }),
        fc.integer({ min: 120, max: 1200 }),
        fc.option(fc.constant('/state/outputs/s/c.txt'), { nil: undefined }),
        (text, limit, file) => {
          const shown = headAndTail(text, limit, file);
          expect(isTooLong(text, limit)).toBe(bytes(text) > limit);
          if (bytes(text) <= limit) return void expect(shown).toBe(text);
          expect(bytes(shown)).toBeLessThanOrEqual(limit);
          expect(shown.isWellFormed()).toBe(true);
          const [, left, named] = NOTE.exec(shown)!;
          const [head, tail] = [shown.slice(0, shown.search(NOTE)), shown.slice(shown.search(NOTE) + NOTE.exec(shown)![0].length)];
          expect(text.startsWith(head) && text.endsWith(tail)).toBe(true);
          expect(bytes(head) + bytes(tail) + Number(left)).toBe(bytes(text));
          expect(named).toBe(file);
          expect(head.length * tail.length).toBeGreaterThan(0);
        },
      ),
    ));

  it('K1: 50,000 bytes are left alone, one more is not', () => {
    expect(headAndTail('x'.repeat(KEPT_BYTES))).toHaveLength(50_000);
    const cut = headAndTail('x'.repeat(KEPT_BYTES + 1), undefined, 'out.txt');
    expect(cut).toMatch(/^x{24,}\n\[… \d+ bytes left out here; the whole output is in out\.txt …\]\nx+$/);
    expect(headAndTail('€'.repeat(16_667))).toContain('bytes left out here …]');
  });

  it('K2: halves of pairs in a broken text do no harm', () => {
    const broken = '\ud83d'.repeat(400) + '\ude00'.repeat(400);
    expect(bytes(headAndTail(broken, 300))).toBeLessThanOrEqual(300);
  });
});
