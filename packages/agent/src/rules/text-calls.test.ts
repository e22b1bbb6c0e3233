import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ReplyBlocks, type PartView } from './reply.ts';
import { CallsHidden, textCalls } from './text-calls.ts';

const isTool = (name: string) => name === 'look' || name === 'go';
const tag = (body: unknown) => `<tool_call>${typeof body === 'string' ? body : JSON.stringify(body)}</tool_call>`;
const look = tag({ name: 'look', arguments: { at: 1 } });

describe('calls in text', () => {
  it('L18: name and arguments, behind a preamble, one or several', () => {
    expect(textCalls(`I look.\n${look}\n`, isTool)).toEqual({ text: 'I look.', calls: [{ name: 'look', input: '{"at":1}' }] });
    expect(textCalls(`${look} \n ${tag({ name: 'go' })}`, isTool)?.calls).toEqual([
      { name: 'look', input: '{"at":1}' },
      { name: 'go', input: '{}' },
    ]);
    expect(textCalls(tag({ name: 'go', arguments: '{"far":true}' }), isTool)?.calls).toEqual([{ name: 'go', input: '{"far":true}' }]);
  });

  it('X1: what is no call of an offered tool, is not closed, or stands in the middle of a text, is text', () => {
    const none = [
      'plain',
      `${look} is how it is written`,
      tag({ name: 'rm' }),
      tag({ arguments: {} }),
      tag('{"name":"look"'),
      tag({ name: 'look', arguments: [1] }),
      tag({ name: 'look', arguments: 'x' }),
      tag('null'),
      look.slice(0, -1),
      `${look}${tag({ name: 'rm' })}`,
      `${look}<tool_call>`,
    ];
    for (const text of none) expect(textCalls(text, isTool)).toBeUndefined();
  });
});

describe('what is shown while it arrives', () => {
  const shown = (pieces: readonly string[]) => {
    const hidden = new CallsHidden(isTool);
    return { live: pieces.map((piece) => hidden.take(piece)), end: hidden.end() };
  };

  it('L18, X3: the preamble at once, nothing from the tag on, also when the tag comes in pieces', () => {
    expect(shown(['I look', '. <to', 'ol_', `call>${look.slice(11)}`])).toEqual({ live: ['I look', '. ', '', ''], end: '' });
    expect(shown(['a <', 'b', ' <tool', 'box>'])).toEqual({ live: ['a ', '<b', ' ', '<toolbox>'], end: '' });
  });

  it('X2: what turns out to be none is given back as soon as that is clear', () => {
    expect(shown([tag({ name: 'rm' }), ' x'])).toEqual({ live: [tag({ name: 'rm' }), ' x'], end: '' });
    expect(shown([look, ' and so on'])).toEqual({ live: ['', `${look} and so on`], end: '' });
    expect(shown([look.slice(0, 20)])).toEqual({ live: [''], end: look.slice(0, 20) });
  });

  it('X2: in whatever pieces it comes, what is shown is the text, or the text without the calls at its end', () => {
    const text = fc
      .array(
        fc.constantFrom(look, tag({ name: 'go' }), tag({ name: 'rm' }), tag('no'), '<tool_call>', '</tool_call>', '<', ' ', 'word', '\n'),
        {
          maxLength: 8,
        },
      )
      .map((parts) => parts.join(''));
    fc.assert(
      fc.property(text, fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 40 }), (whole, sizes) => {
        const pieces: string[] = [];
        for (let at = 0, n = 0; at < whole.length; n++) {
          const size = sizes[n % sizes.length] as number;
          pieces.push(whole.slice(at, at + size));
          at += size;
        }
        const { live, end } = shown(pieces);
        const out = live.join('') + end;
        const found = textCalls(whole, isTool);
        expect(out).toBe(whole.slice(0, out.length));
        if (found) expect([out.trimEnd(), whole.slice(out.length, out.length + 11)]).toEqual([found.text, '<tool_call>']);
        else expect(out).toBe(whole);
      }),
    );
  });
});

describe('replies with calls in their text', () => {
  const assemble = (parts: readonly PartView[], tools: readonly string[] = ['look']) => {
    let ids = 0;
    const blocks = new ReplyBlocks(
      () => false,
      () => `new-${++ids}`,
      new Set(tools),
    );
    const shown = parts.flatMap((part) => blocks.take(part)?.text ?? []).join('');
    return { shown, done: blocks.done(), again: blocks.done() };
  };
  const say = (...deltas: readonly string[]): PartView[] => [
    { type: 'text-start', id: 't' },
    ...deltas.map((delta) => ({ type: 'text-delta', id: 't', delta })),
    { type: 'text-end', id: 't' },
  ];

  it('L18: the call is one, under an id that stays; the preamble is shown, the tag is not', () => {
    const { shown, done, again } = assemble(say('I look. ', '<tool_', look.slice(6)));
    expect(shown).toBe('I look. ');
    expect(done).toEqual([
      { type: 'text', text: 'I look.' },
      { type: 'tool-call', id: 'new-1', name: 'look', input: '{"at":1}' },
    ]);
    expect(again).toEqual(done);
  });

  it('L18: beside a call of its own, and where no tools were offered, it is text', () => {
    const call: PartView = { type: 'tool-call', toolCallId: 'c1', toolName: 'look', input: '{}' };
    expect(assemble([...say(look), call]).done).toEqual([
      { type: 'text', text: look },
      { type: 'tool-call', id: 'c1', name: 'look', input: '{}' },
    ]);
    expect(assemble(say(look), [])).toMatchObject({ shown: look, done: [{ type: 'text', text: look }] });
  });

  it('what is none is shown when the block ends at the latest', () => {
    expect(assemble(say('see ', '<tool_call>oops'))).toMatchObject({
      shown: 'see <tool_call>oops',
      done: [{ type: 'text', text: 'see <tool_call>oops' }],
    });
  });

  it('text that goes on after somebody looked is read anew', () => {
    const blocks = new ReplyBlocks(
      () => false,
      () => 'new',
      new Set(['look']),
    );
    blocks.take({ type: 'text-delta', id: 't', delta: look });
    expect(blocks.text).toBe('');
    blocks.take({ type: 'text-delta', id: 't', delta: ' is how' });
    expect(blocks.text).toBe(`${look} is how`);
  });
});
