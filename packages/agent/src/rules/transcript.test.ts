import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { argumentsOf, canonical } from './arguments.ts';
import { fileText } from './file-data.ts';
import { ReplyBlocks, type PartView } from './reply.ts';
import { decode, encode, VERSION } from './rows.ts';
import { titleOf } from './session-head.ts';
import { isSessionError } from './session-error.ts';

describe('rows', () => {
  it('W1: what was encoded comes back; older versions are lifted step by step; newer ones are refused by name', () => {
    const event = { type: 'notice', text: 'x' } as const;
    expect(decode(encode(event), VERSION)).toEqual(event);
    const lifts = { 1: (body: object) => ({ ...body, two: true }), 2: (body: object) => ({ ...body, three: 'two' in body }) };
    expect(decode('{"type":"notice"}', 1, lifts, 3)).toEqual({ type: 'notice', two: true, three: true });
    expect(decode('{"type":"notice"}', 2, lifts, 3)).toEqual({ type: 'notice', three: false });
    const refusal = (() => {
      try {
        return decode('{}', VERSION + 1);
      } catch (error) {
        return error;
      }
    })();
    expect(isSessionError(refusal) && [refusal.kind, refusal.message]).toEqual(['newer', expect.stringContaining('update holdfast')]);
  });

  it('a title is the first line that says something, cut', () => {
    expect(titleOf('\n\n  fix it \nnow')).toBe('fix it');
    expect(titleOf('x'.repeat(200))).toHaveLength(80);
    expect(titleOf('  ')).toBe('');
  });
});

describe('arguments', () => {
  it('no text is no arguments; what is not an object is told with what was received', () => {
    expect(argumentsOf({ id: '1', name: 'a', input: ' ' })).toEqual({ input: {} });
    expect(argumentsOf({ id: '1', name: 'a', input: '{"x":[1]}' })).toEqual({ input: { x: [1] } });
    for (const input of ['{"x":', 'null', '"text"', '[{}]', 'x'.repeat(5000)]) {
      const parsed = argumentsOf({ id: '1', name: 'a', input });
      expect('error' in parsed && parsed.error).toContain('arguments of a');
      expect('error' in parsed && parsed.error.length).toBeLessThan(500);
    }
  });

  it('canonical text does not depend on the order of keys, and tells different arguments apart', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.jsonValue(), (one, other) => {
        const [a, b] = [JSON.stringify(one), JSON.stringify(other)];
        const turned = (value: unknown): unknown => {
          if (Array.isArray(value)) return value.map(turned);
          if (typeof value !== 'object' || value === null) return value;
          return Object.fromEntries(
            Object.entries(value)
              .toReversed()
              .map(([key, inner]) => [key, turned(inner)]),
          );
        };
        expect(canonical(JSON.stringify(turned(JSON.parse(a))))).toBe(canonical(a));
        if (canonical(a) === canonical(b)) expect(JSON.parse(a)).toEqual(JSON.parse(b));
      }),
    );
  });
});

describe('replies', () => {
  const assemble = (parts: readonly PartView[]) => {
    const blocks = new ReplyBlocks(
      (id) => id === 'old',
      () => 'new',
    );
    for (const part of parts) blocks.take(part);
    return blocks.done();
  };
  it('B1, B3: blocks stand as they began; interleaved pieces are joined; cut and empty blocks are dropped, signed empty ones kept', () => {
    expect(
      assemble([
        { type: 'reasoning-start', id: 'r' },
        { type: 'text-start', id: 't', providerMetadata: { v: { itemId: 'i' } } },
        { type: 'reasoning-delta', id: 'r', delta: 'think' },
        { type: 'text-delta', id: 't', delta: 'say' },
        { type: 'reasoning-delta', id: 'r', delta: 'ing', providerMetadata: { v: { signature: 's' } } },
        { type: 'reasoning-end', id: 'r', providerMetadata: { v: { more: 1 } } },
        { type: 'text-end', id: 't' },
        { type: 'reasoning-start', id: 'c' },
        { type: 'reasoning-delta', id: 'c', delta: 'half' },
        { type: 'reasoning-end', id: 'c', providerMetadata: { holdfast: { cut: true } } },
        { type: 'text-start', id: 'e' },
        { type: 'text-end', id: 'e' },
        { type: 'reasoning-start', id: 'x', providerMetadata: { v: { redacted: 'd' } } },
        { type: 'tool-call', toolCallId: 'c1', toolName: 'a', input: '{}', providerMetadata: { v: { thought: 't' } } },
      ]),
    ).toEqual([
      { type: 'reasoning', text: 'thinking', meta: { v: { signature: 's', more: 1 } } },
      { type: 'text', text: 'say', meta: { v: { itemId: 'i' } } },
      { type: 'reasoning', text: '', meta: { v: { redacted: 'd' } } },
      { type: 'tool-call', id: 'c1', name: 'a', input: '{}', meta: { v: { thought: 't' } } },
    ]);
  });

  it('B4: text and reasoning of one id are two blocks, interleaved or not', () => {
    expect(
      assemble([
        { type: 'reasoning-start', id: '0' },
        { type: 'text-start', id: '0', providerMetadata: { v: { itemId: 'i' } } },
        { type: 'reasoning-delta', id: '0', delta: 'think' },
        { type: 'text-delta', id: '0', delta: 'say' },
        { type: 'text-end', id: '0' },
        { type: 'reasoning-delta', id: '0', delta: 'ing' },
        { type: 'reasoning-end', id: '0', providerMetadata: { v: { signature: 's' } } },
      ]),
    ).toEqual([
      { type: 'reasoning', text: 'thinking', meta: { v: { signature: 's' } } },
      { type: 'text', text: 'say', meta: { v: { itemId: 'i' } } },
    ]);
    expect(
      assemble([
        { type: 'reasoning-delta', delta: 'think' },
        { type: 'text-delta', delta: 'say' },
      ]),
    ).toEqual([
      { type: 'reasoning', text: 'think' },
      { type: 'text', text: 'say' },
    ]);
  });

  it('B2: a withdrawal leaves nothing, not even the ids', () => {
    const blocks = new ReplyBlocks(
      () => false,
      () => 'new',
    );
    const call: PartView = { type: 'tool-call', toolCallId: 'c1', toolName: 'a', input: '{}' };
    for (const part of [{ type: 'text-start', id: 't' }, { type: 'text-delta', id: 't', delta: 'old' }, call]) blocks.take(part);
    blocks.withdraw();
    blocks.take(call);
    expect(blocks.done()).toEqual([{ type: 'tool-call', id: 'c1', name: 'a', input: '{}' }]);
    expect(blocks.text).toBe('');
  });

  it('B2: text that is begun again under the id of the withdrawn stands alone', () => {
    const blocks = new ReplyBlocks(
      () => false,
      () => 'new',
    );
    const say = (delta: string): PartView => ({ type: 'text-delta', id: 't', delta });
    for (const part of [{ type: 'text-start', id: 't' }, say('old')]) blocks.take(part);
    blocks.withdraw();
    for (const part of [{ type: 'text-start', id: 't' }, say('whole '), say('answer'), { type: 'text-end', id: 't' }]) blocks.take(part);
    expect(blocks.done()).toEqual([{ type: 'text', text: 'whole answer' }]);
  });

  it('calls without an id of their own get one; calls the provider ran are not ours', () => {
    const call = (toolCallId: string): PartView => ({ type: 'tool-call', toolCallId, toolName: 'a', input: '{}' });
    expect(
      assemble([call('x'), call('x'), call(''), call('old'), { ...call('y'), providerExecuted: true }]).map(
        (block) => 'id' in block && block.id,
      ),
    ).toEqual(['x', 'new', 'new', 'new']);
  });

  it('files are kept as base64 or by their address', () => {
    const bytes = Uint8Array.from({ length: 100_000 }, (_, i) => i % 256);
    expect(fileText({ type: 'data', data: bytes })).toBe(Buffer.from(bytes).toString('base64'));
    expect(fileText({ type: 'data', data: 'AAAA' })).toBe('AAAA');
    expect(fileText({ type: 'url', url: new URL('https://x.example/a.png') })).toBe('https://x.example/a.png');
  });
});
