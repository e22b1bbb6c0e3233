import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { editText } from './text-edit.ts';

const edit = (text: string, ...pairs: [string, string][]) =>
  editText(
    text,
    pairs.map(([oldText, newText]) => ({ oldText, newText })),
  );

describe('edits', () => {
  it('replaces, and says in which line', () => {
    expect(edit('a\nb\nc\n', ['b', 'x'])).toEqual({ text: 'a\nx\nc\n', lines: [2] });
    expect(edit('a $& b', ['a', '$& $1'])).toEqual({ text: '$& $1 $& b', lines: [1] });
  });

  it('X2: later edits see what earlier ones did', () => {
    expect(edit('a b', ['a', 'c'], ['c b', 'd'])).toEqual({ text: 'd', lines: [1, 1] });
  });

  it.each([
    ['not found', 'a', [['x', 'y']], 'oldText was not found. Nothing was changed.'],
    ['several', 'a\na', [['a', 'b']], 'oldText stands there 2 times (lines 1, 2): give more of the text around it. Nothing was changed.'],
    [
      'overlapping',
      'aaa',
      [['aa', 'b']],
      'oldText stands there 2 times (lines 1, 1): give more of the text around it. Nothing was changed.',
    ],
    ['empty', 'a', [['', 'b']], 'oldText is empty; to write a whole file use write_file. Nothing was changed.'],
    ['same', 'a', [['a', 'a']], 'oldText and newText are the same. Nothing was changed.'],
    [
      'second of two',
      'a',
      [
        ['a', 'b'],
        ['x', 'y'],
      ],
      'Edit 2 of 2: oldText was not found. Nothing was changed.',
    ],
    [
      'white space',
      'x\n    a b',
      [['\ta b', 'y']],
      'oldText was not found. Line 2 is like its first line: look at white space and at what follows, or read the file again. Nothing was changed.',
    ],
  ] as [string, string, [string, string][], string][])('X1: %s', (_, text, pairs, error) =>
    expect(edit(text, ...pairs)).toEqual({ error }),
  );

  it("X3: line endings are the file's", () => {
    expect(edit('a\r\nb\r\nc\r\n', ['a\nb', 'x\ny\nz'])).toEqual({ text: 'x\r\ny\r\nz\r\nc\r\n', lines: [1] });
    expect(edit('a\r\nb\r\n', ['a\r\nb', 'x\ny'])).toEqual({ text: 'x\r\ny\r\n', lines: [1] });
    expect(edit('a\nb\n', ['a', 'x\r\ny'])).toEqual({ text: 'x\ny\nb\n', lines: [1] });
    expect(edit('a\r\nb\nc', ['b', 'x\ny'])).toEqual({ text: 'a\r\nx\ny\nc', lines: [2] });
  });

  it('X1, X2: what is around an edit stays as it was', () =>
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.string(), (before, after, put) => {
        const done = edit(`${before}\u0001old\u0001${after}`, ['\u0001old\u0001', `${put}\u0002`]);
        expect(done).toMatchObject({ text: `${before}${put}\u0002${after}` });
      }),
    ));
});
