import { describe, expect, it } from 'vitest';
import { narrowTable } from './narrow-table.ts';

const ROWS = [
  ['REF', 'UPDATED', 'STATUS', 'TITLE'],
  ['01234567', '2026-11-20 10:00', 'done', 'A long title that goes on and on'],
];

describe('a table in a narrow window', () => {
  it('cuts the last column, then leaves columns out and says which', () => {
    expect(narrowTable(ROWS, undefined, ['UPDATED'])).toHaveLength(2);
    expect(narrowTable(ROWS, 60, ['UPDATED'])).toEqual([
      'REF       UPDATED           STATUS  TITLE',
      '01234567  2026-11-20 10:00  done    A long title that goes…',
    ]);
    expect(narrowTable(ROWS, 40, ['UPDATED', 'STATUS'])).toEqual([
      'REF       STATUS  TITLE',
      '01234567  done    A long title that goe…',
      '(no room for UPDATED; --json has all)',
    ]);
  });
});
