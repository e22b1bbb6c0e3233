import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ENDS_KEPT } from '../rules/mcp-overlong.ts';
import { BoundedLines } from './bounded-lines.ts';

function cut(longest: number, chunks: readonly Buffer[]) {
  const lines: string[] = [];
  const long: [string, string][] = [];
  const cutter = new BoundedLines(longest, { line: (text) => lines.push(text), tooLong: (head, tail) => long.push([head, tail]) });
  for (const chunk of chunks) cutter.add(chunk);
  return { lines, long };
}

describe('lines of a stream', () => {
  it('are the same wherever the stream is broken, also within a character', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'grapheme', minLength: 1 })), fc.array(fc.nat()), (texts, cuts) => {
        const wanted = texts.map((text) => text.replaceAll(/[\r\n]/g, '')).filter((text) => text.trim() !== '');
        const bytes = Buffer.from(wanted.map((text) => `${text}\r\n`).join(''));
        const at = [0, ...cuts.map((n) => n % (bytes.length + 1)).toSorted((a, b) => a - b), bytes.length];
        const chunks = at.slice(1).map((end, i) => bytes.subarray(at[i], end));
        expect(cut(1000, chunks).lines).toEqual(wanted);
      }),
    );
  });

  it('that are too long leave their two ends, and those after them are whole', () => {
    const long = `head${'x'.repeat(5000)}tail`;
    const chunks = Array.from({ length: 60 }, (_, i) => Buffer.from(`${long}\nnext\n`.slice(i * 100, i * 100 + 100)));
    const { lines, long: found } = cut(1000, chunks);
    expect(lines).toEqual(['next']);
    expect(found).toEqual([[long.slice(0, ENDS_KEPT), long.slice(-ENDS_KEPT)]]);
  });

  it('without an end are not told', () => {
    expect(cut(1000, [Buffer.from('half a line')])).toEqual({ lines: [], long: [] });
  });
});
