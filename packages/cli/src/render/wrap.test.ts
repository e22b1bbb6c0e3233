import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { widthText } from './width.ts';
import { fitted, wrapped } from './wrap.ts';

const words = fc.array(fc.constantFrom('a', 'word', 'east/small-1', '雪山', '👍', '(503)'), { minLength: 1, maxLength: 40 });

describe('lines of our own', () => {
  it.each([
    ['short', 'fits', 30, 'fits'],
    ['at a word', 'one two three four five six seven', 24, 'one two three four five\n  six seven'],
    ['exactly full', `${'x'.repeat(12)} ${'y'.repeat(11)}`, 24, `${'x'.repeat(12)} ${'y'.repeat(11)}`],
    ['what goes on hangs below where its line began', '  ab cd ef gh ij kl mn op qr', 24, '  ab cd ef gh ij kl mn\n    op qr'],
    ['a word longer than a row stays whole', `see ${'x'.repeat(30)} there`, 24, `see\n  ${'x'.repeat(30)}\n  there`],
    ['every line for itself', 'one\ntwo', 24, 'one\ntwo'],
    ['no window worth the name', 'one two three four five six', 10, 'one two three four five six'],
    ['no window', 'one two three four five six', undefined, 'one two three four five six'],
  ])('%s', (_what, text, columns, rows) => {
    expect(wrapped(text, columns)).toBe(rows);
  });

  it('no row is wider than the window, no word is lost or torn', () =>
    fc.assert(
      fc.property(words, fc.integer({ min: 24, max: 100 }), fc.integer({ min: 0, max: 6 }), (list, columns, lead) => {
        const text = ' '.repeat(lead) + list.join(' ');
        const rows = wrapped(text, columns).split('\n');
        for (const row of rows) expect(widthText(row)).toBeLessThanOrEqual(columns);
        expect(rows.map((row) => row.trim()).join(' ')).toBe(text.trim());
      }),
    ));

  it('a cell is cut by what it takes on the screen', () => {
    expect(fitted('雪山雪山', 8)).toBe('雪山雪山');
    expect(fitted('雪山雪山', 7)).toBe('雪山雪…');
    expect(fitted('雪山雪山', 6)).toBe('雪山…');
    expect(fitted('one two', 5)).toBe('one…');
  });
});
