import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { KeyReader, type Typing } from './keys.ts';

/** Neighbouring keys are one text: how they were cut says nothing. */
function joined(all: readonly Typing[]): readonly Typing[] {
  const out: Typing[] = [];
  for (const one of all) {
    const last = out.at(-1);
    if (one.type === 'keys' && last?.type === 'keys') out[out.length - 1] = { type: 'keys', text: last.text + one.text };
    else out.push(one);
  }
  return out;
}

const read = (chunks: readonly string[]): readonly Typing[] => {
  const reader = new KeyReader();
  return joined(chunks.flatMap((chunk) => reader.take(chunk)));
};

describe('a keyboard in raw mode', () => {
  it('K1: a paste is one piece; what looks like a key in it is none', () => {
    expect(read(['a\x1b[200~one\rtwo\x03\x04\x1b[A\x1b[201~b\x03\x04'])).toEqual([
      { type: 'keys', text: 'a' },
      { type: 'paste', text: 'one\rtwo\x03\x04\x1b[A' },
      { type: 'keys', text: 'b' },
      { type: 'interrupt' },
      { type: 'end' },
    ]);
  });

  it('K1: however it is cut, but in the middle of the first two bytes of a mark', () => {
    const pieces = fc.constantFrom('a', '\r', '\x1b[A', '\x03', '\x04', '\x1b[200~x\ny\x1b[201~', '\x1b[200~\x1b[201~', '雪');
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 12 }), fc.array(fc.nat(60), { maxLength: 8 }), (all, cuts) => {
        const text = all.join('');
        const at = [...new Set(cuts)].filter((cut) => cut < text.length && text[cut - 1] !== '\x1b').toSorted((a, b) => a - b);
        const chunks = [...at, text.length].map((cut, i) => text.slice(i === 0 ? 0 : at[i - 1]!, cut));
        expect(read(chunks)).toEqual(read([text]));
      }),
    );
  });

  it('K2: a lone Escape is there at once', () => {
    expect(new KeyReader().take('\x1b')).toEqual([{ type: 'keys', text: '\x1b' }]);
  });
});
