import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { FRAME_LIMIT, Frames } from './frames.ts';

function read(chunks: readonly Uint8Array[]): { frames: string[]; comments: number; overflow: boolean } {
  const frames: string[] = [];
  let comments = 0;
  const reader = new Frames({ frame: (data, event) => void frames.push(`${event}|${data}`), comment: () => void comments++ });
  for (const chunk of chunks) reader.push(chunk);
  reader.flush();
  return { frames, comments, overflow: reader.overflow };
}

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

it('F1: the same frames, however the bytes are cut and whatever ends a line', () =>
  fc.assert(
    fc.property(
      fc.array(
        fc.record({
          event: fc.constantFrom('', 'error', 'delta'),
          data: fc.string({ unit: 'grapheme' }).map((text) => text.replaceAll(/[\r\n]/g, '')),
        }),
        { maxLength: 6 },
      ),
      fc.constantFrom('\n', '\r\n', '\r'),
      fc.array(fc.nat(200), { maxLength: 8 }),
      (wanted, eol, cuts) => {
        const text = wanted.map(({ event, data }) => `${event ? `event: ${event}${eol}` : ''}data: ${data}${eol}${eol}`).join('');
        const whole = bytes(text);
        const places = [0, ...cuts.map((cut) => Math.min(cut, whole.length)).sort((a, b) => a - b), whole.length];
        const chunks = places.slice(1).map((end, index) => whole.subarray(places[index], end));
        expect(read(chunks).frames).toEqual(wanted.map(({ event, data }) => `${event}|${data}`));
      },
    ),
  ));

it('F1: several data lines are one frame; a comment is told; a byte order mark is dropped; the last blank line may lack', () => {
  expect(read([bytes('\uFEFFdata: {\ndata:  "a":1}\n\n:hi\nid: 3\nretry: 5\ndata:x')])).toEqual({
    frames: ['|{\n "a":1}', '|x'],
    comments: 1,
    overflow: false,
  });
});

it('F2: a frame without an end overflows in bounded memory', () => {
  const chunk = new Uint8Array(1 << 20).fill(97);
  const chunks = [bytes('data: '), ...Array.from({ length: FRAME_LIMIT / chunk.length + 2 }, () => chunk)];
  expect(read(chunks)).toEqual({ frames: [], comments: 0, overflow: true });
});
