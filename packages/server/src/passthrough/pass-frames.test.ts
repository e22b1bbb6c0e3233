import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dialectOf, END, ModelFailure, type Part } from '@holdfast/core/engine';
import { chatProtocol, messagesProtocol, type WirePart, type WireProtocol } from '@holdfast/core/wire';
import { VirtualClock } from '@holdfast/lab';
import { OVER } from './upstream-answer.ts';
import { PassSource } from './pass-source.ts';

const data = (json: unknown): string => `data: ${JSON.stringify(json)}\n\n`;
const chat = (delta: object, more: object = {}): string =>
  data({ id: 'c1', object: 'chat.completion.chunk', created: 1, model: 'm', choices: [{ index: 0, delta, finish_reason: null, ...more }] });
const event = (json: { readonly type: string; readonly [key: string]: unknown }): string => `event: ${json.type}\n${data(json)}`;

interface Said {
  readonly protocol: WireProtocol;
  readonly head: string;
  readonly text: (said: string) => string;
  readonly thought: (said: string) => string;
  readonly tail: string;
}

const SPOKEN: readonly Said[] = [
  {
    protocol: chatProtocol,
    head: chat({ role: 'assistant', content: '' }),
    text: (content) => chat({ content }),
    thought: (said) => chat({ reasoning_content: said }),
    tail: `${chat({}, { finish_reason: 'stop' })}data: [DONE]\n\n`,
  },
  {
    protocol: messagesProtocol,
    head:
      event({ type: 'message_start', message: { id: 'm', type: 'message', role: 'assistant', model: 'm', content: [] } }) +
      event({ type: 'content_block_start', index: 0, content_block: { type: 'thinking', thinking: '', signature: '' } }) +
      event({ type: 'content_block_start', index: 1, content_block: { type: 'text', text: '' } }),
    text: (text) => event({ type: 'content_block_delta', index: 1, delta: { type: 'text_delta', text } }),
    thought: (thinking) => event({ type: 'content_block_delta', index: 0, delta: { type: 'thinking_delta', thinking } }),
    tail:
      event({ type: 'content_block_stop', index: 0 }) +
      event({ type: 'content_block_stop', index: 1 }) +
      event({ type: 'message_delta', delta: { stop_reason: 'end_turn', stop_sequence: null }, usage: { output_tokens: 1 } }) +
      event({ type: 'message_stop' }),
  },
];

/** What a client is sent of it, and what the chain sees of it. */
async function through({ name, lift, encoder }: WireProtocol, chunks: readonly Buffer[], runs: boolean) {
  const waiting = [...chunks];
  const answer = {
    status: 200,
    headers: {},
    read: (take: (chunk: Buffer | typeof OVER) => void) => take(waiting.shift() ?? OVER),
    abort: () => {},
  };
  const ports = {
    clock: new VirtualClock(),
    errorOf: (frame: string) => new ModelFailure('overload', frame),
    life: () => {},
    seen: () => {},
    over: () => {},
    finishes: 1,
    runs,
  };
  const source = new PassSource(answer, dialectOf(name)!, lift(1), 1, ports);
  const writing = encoder({ id: 'x', model: 'm', created: 1, body: {} });
  const said = { text: '', thought: '', sent: '', parts: 0 };
  for (let part: Part | typeof END = await source.next(); part !== END; part = await source.next()) {
    said.parts++;
    if (part.type === 'text-delta') said.text += part.delta;
    if (part.type === 'reasoning-delta') said.thought += part.delta;
    said.sent += writing.part(part as WirePart);
  }
  return said;
}

const cut = (whole: Buffer, places: readonly number[]): Buffer[] => {
  const at = [0, ...places.map((place) => place % (whole.length + 1)).toSorted((a, b) => a - b), whole.length];
  return at.slice(1).map((end, i) => whole.subarray(at[i], end));
};

describe.each(SPOKEN)('frames that are alike: $protocol.name', ({ protocol, head, text, thought, tail }) => {
  it('N3: they reach the client as they came, and say what they say, however the stream is cut', async () => {
    const word = fc.oneof(
      fc.constantFrom(
        'a',
        ' b',
        'more',
        '","',
        '":',
        '\\',
        '"',
        '\n',
        ',"x":"',
        'é',
        '漢',
        '😀',
        '\ud83d',
        '\ude00',
        '\u0301',
        '\u2028',
        '',
      ),
      fc.string({ unit: 'binary', maxLength: 6 }),
    );
    const frame = fc.oneof(
      { weight: 8, arbitrary: word.map((said) => ({ said, frame: text(said), thought: false })) },
      { weight: 2, arbitrary: word.map((said) => ({ said, frame: thought(said), thought: true })) },
      fc.constantFrom(': alive\n\n').map((comment) => ({ said: '', frame: comment, thought: false })),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(frame, { maxLength: 30 }), fc.array(fc.nat(6000), { maxLength: 5 }), async (frames, places) => {
        const whole = Buffer.from(head + frames.map((one) => one.frame).join('') + tail);
        const [read, run] = [await through(protocol, [whole], false), await through(protocol, cut(whole, places), true)];
        expect({ ...run, parts: 0 }).toEqual({ ...read, parts: 0 });
        expect(run.text).toBe(frames.map((one) => (one.thought ? '' : one.said)).join(''));
      }),
      { numRuns: 300 },
    );
  });

  it('N3: a chunk of them is one part', async () => {
    const words = Array.from({ length: 50 }, (_, n) => ` word ${n}\n`);
    const whole = Buffer.from(head + words.map(text).join('') + tail);
    const [read, run] = [await through(protocol, [whole], false), await through(protocol, [whole], true)];
    expect(run.sent).toBe(read.sent);
    expect(read.parts - run.parts).toBe(48);
  });

  it('a frame that says something beside its text is read in full', async () => {
    const odd = text('odd').replace('"odd"', '"odd","extra":{"text":"odd","content":"odd"}');
    const whole = Buffer.from(head + text('a') + text('b') + odd + odd + text('c') + tail);
    const [read, run] = [await through(protocol, [whole], false), await through(protocol, [whole], true)];
    expect({ ...run, parts: 0 }).toEqual({ ...read, parts: 0 });
    expect(run.text).toBe('aboddoddc');
  });
});
