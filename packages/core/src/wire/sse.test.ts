import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeComment, encodeEvent, FrameTooLongError, SseFramer, type SseFrame } from './index.ts';

const read = (chunks: readonly (Uint8Array | string)[], limit?: number): SseFrame[] => {
  const framer = new SseFramer(limit);
  return [...chunks.flatMap((chunk) => framer.push(chunk)), ...framer.end()];
};
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const event = (data: string, more: object = {}): object => ({ type: 'event', data, ...more });

/** Cuts at the given places; a place twice makes an empty chunk. */
const cut = (whole: Uint8Array, places: readonly number[]): Uint8Array[] => {
  const at = [0, ...places.map((place) => place % (whole.length + 1)).toSorted((a, b) => a - b), whole.length];
  return at.slice(1).map((end, i) => whole.subarray(at[i], end));
};

describe('SseFramer', () => {
  it.each([
    ['LF', 'data: a\n\ndata: b\n\n', [event('a'), event('b')]],
    ['CRLF', 'data: a\r\n\r\ndata: b\r\n\r\n', [event('a'), event('b')]],
    ['CR', 'data: a\r\rdata: b\r\r', [event('a'), event('b')]],
    ['mixed ends', 'data: a\r\n\ndata: b\n\r\n', [event('a'), event('b')]],
    ['several data lines', 'data: a\ndata:\ndata: b\n\n', [event('a\n\nb')]],
    ['empty data', 'data:\n\n', [event('')]],
    ['a field without a colon', 'data\n\n', [event('')]],
    ['only one space is dropped', 'data:  x \n\n', [event(' x ')]],
    ['all fields', 'event: ping\nid: 7\nretry: 1500\ndata: {}\n\n', [event('{}', { event: 'ping', id: '7', retry: 1500 })]],
    ['a bad retry and an id with NUL are ignored', 'retry: soon\nid: a\0b\ndata: x\n\n', [event('x')]],
    ['unknown fields are ignored', 'foo: bar\ndata: x\n\n', [event('x')]],
    ['BOM once', '\ufeffdata: a\n\n\ufeffdata: b\n\n', [event('a'), { type: 'comment', text: '' }]],
    [
      'comments are signs of life',
      ': OPENROUTER PROCESSING\n\n:\n\ndata: x\n\n',
      [{ type: 'comment', text: 'OPENROUTER PROCESSING' }, { type: 'comment', text: '' }, event('x')],
    ],
    ['a comment inside an event', 'data: a\n: hm\ndata: b\n\n', [{ type: 'comment', text: 'hm' }, event('a\nb')]],
    ['an event without data is a sign of life', 'event: ping\n\ndata: x\n\n', [{ type: 'comment', text: '' }, event('x')]],
    ['empty lines alone are nothing', '\n\n\r\n\n', []],
    ['F5: an end without the empty line', 'data: [DONE]', [event('[DONE]', { unterminated: true })]],
    ['F5: an end after one line end', 'event: e\ndata: x\n', [event('x', { event: 'e', unterminated: true })]],
    ['an end inside a field name', 'data: a\n\nda', [event('a')]],
    ['nothing at all', '', []],
  ])('F3: %s', (_, input, frames) => {
    expect(read([input])).toEqual(frames);
    expect(read([bytes(input)])).toEqual(frames);
  });

  it('F1: any split of any input gives the same frames', () => {
    const piece = fc.constantFrom(
      'data: ',
      'data:',
      'event: e',
      'id: 1',
      ': c',
      'retry: 5',
      'x',
      '\n',
      '\n',
      '\r',
      '\r\n',
      '\n\n',
      'é',
      '漢',
      '😀',
      '\ufeff',
      ' ',
      '\0',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), fc.array(fc.nat(400), { maxLength: 12 }), (pieces, places) => {
        const whole = bytes(pieces.join(''));
        expect(read(cut(whole, places))).toEqual(read([whole]));
      }),
      { numRuns: 500 },
    );
  });

  it('F1: one byte at a time, and bad UTF-8 becomes the replacement character', () => {
    const whole = bytes('\ufeffevent: é\r\ndata: 漢😀\r\n\r\n: ok\r\rdata: z\n\n');
    expect(read([...whole].map((byte) => Uint8Array.of(byte)))).toEqual(read([whole]));
    expect(read([Uint8Array.of(0x64, 0x61, 0x74, 0x61, 0x3a, 0xff, 0x0a, 0x0a)])).toEqual([event('\ufffd')]);
  });

  it('F2: a frame comes with the chunk that completes it, before any LF of a CRLF', () => {
    const framer = new SseFramer();
    expect(framer.push('data: a\r\n\r')).toEqual([event('a')]);
    expect(framer.push('\ndata: b\n')).toEqual([]);
    expect(framer.push('\n')).toEqual([event('b')]);
    expect(framer.end()).toEqual([]);
  });

  it('F1, W2: decode(encode(x)) is x, however it is cut', () => {
    const line = fc.string({ unit: 'grapheme', maxLength: 12 }).map((text) => text.replace(/[\r\n\0]/g, ''));
    const data = fc.array(line, { minLength: 1, maxLength: 4 }).map((lines) => lines.join('\n'));
    const frame = fc.record({ data, event: line.filter((text) => text !== ''), id: line, retry: fc.nat() }, { requiredKeys: ['data'] });
    fc.assert(
      fc.property(fc.array(frame, { maxLength: 5 }), fc.array(fc.nat(300), { maxLength: 6 }), (frames, places) => {
        const whole = bytes(frames.map(encodeEvent).join(''));
        expect(read(cut(whole, places))).toEqual(frames.map((one) => ({ type: 'event', ...one })));
      }),
    );
  });

  it('W2: what cannot be written is changed in the encoder', () => {
    expect(read([encodeEvent({ data: 'a\r\nb\rc', event: 'x\ny' })])).toEqual([event('a\nb\nc', { event: 'x y' })]);
    expect(read([encodeComment('ka\nlm')])).toEqual([
      { type: 'comment', text: 'ka' },
      { type: 'comment', text: 'lm' },
    ]);
  });

  it('F4: a frame over the limit is a typed error after the frames before it, for every split', () => {
    const whole = bytes(`data: ok\n\ndata: ${'x'.repeat(40)}\n\ndata: after\n\n`);
    fc.assert(
      fc.property(fc.array(fc.nat(80), { maxLength: 8 }), (places) => {
        const framer = new SseFramer(20);
        const got: SseFrame[] = [];
        let error: unknown;
        try {
          for (const chunk of cut(whole, places)) got.push(...framer.push(chunk));
          got.push(...framer.end());
        } catch (thrown) {
          error = thrown;
        }
        expect(got).toEqual([event('ok')]);
        expect(error).toBeInstanceOf(FrameTooLongError);
        expect(() => framer.push('data: y\n\n')).toThrow(FrameTooLongError);
      }),
    );
  });

  it('F4: the limit counts one frame, not the stream, and 16 MiB pass', () => {
    expect(
      read(
        Array.from({ length: 50 }, () => 'data: 0123456789\n\n'),
        20,
      ),
    ).toHaveLength(50);
    const big = 'x'.repeat(16 * 1024 * 1024 - 6);
    expect(read([`data: ${big}\n\n`])).toEqual([event(big)]);
    expect(() => read([`data: ${big}y\n\n`])).toThrow(FrameTooLongError);
  });
});
