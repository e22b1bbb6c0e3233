import type { LanguageModelV4StreamPart } from '@ai-sdk/provider';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readerLaws } from '../testing/reader-laws.ts';
import { ModelFailure } from './failure.ts';
import { partsReader } from './parts-reader.ts';
import type { Look, Reading } from './reader.ts';

type Part = LanguageModelV4StreamPart;

const USAGE = {
  inputTokens: { total: 10, noCache: 4, cacheRead: 6, cacheWrite: undefined },
  outputTokens: { total: 3, text: undefined, reasoning: undefined },
};
const finish = (unified: Extract<Part, { type: 'finish' }>['finishReason']['unified'], raw?: string): Part => ({
  type: 'finish',
  finishReason: { unified, raw },
  usage: USAGE,
});
const text = (delta: string, id = '1'): Part => ({ type: 'text-delta', id, delta });
const call = (toolCallId: string, more: { providerExecuted?: boolean } = {}): Part => ({
  type: 'tool-call',
  toolCallId,
  toolName: 't',
  input: '{}',
  ...more,
});

const id = fc.constantFrom('1', '2');
const delta = fc.constantFrom('', ' ', '\n', 'a', 'b c', '🙂');
const parts: fc.Arbitrary<Part> = fc.oneof(
  fc.record({ type: fc.constantFrom('text-delta', 'reasoning-delta', 'tool-input-delta'), id, delta }),
  fc.record({ type: fc.constantFrom('text-start', 'text-end', 'reasoning-start', 'reasoning-end', 'tool-input-end'), id }),
  fc.record({ type: fc.constant('tool-input-start' as const), id, toolName: fc.constant('t') }),
  fc.record({ type: fc.constant('tool-call' as const), toolCallId: id, toolName: fc.constant('t'), input: fc.constant('{}') }),
  fc.constantFrom<Part>(
    { type: 'ping' },
    { type: 'raw', rawValue: { a: 1 } },
    { type: 'stream-start', warnings: [] },
    { type: 'response-metadata', id: 'x' },
    { type: 'source', sourceType: 'url', id: 's', url: 'https://example.com' },
    { type: 'file', mediaType: 'image/png', data: { type: 'data', data: 'AAAA' } },
    { type: 'reasoning-file', mediaType: 'image/png', data: { type: 'data', data: 'AAAA' } },
    { type: 'custom', kind: 'vendor.thing' },
    { type: 'tool-result', toolCallId: '1', toolName: 't', result: 'x' },
    call('9', { providerExecuted: true }),
  ),
  fc.constantFrom<Part>(finish('stop', 'stop'), finish('other'), finish('error'), finish('interrupted', 'x'), {
    type: 'error',
    error: 'boom',
  }),
);

readerLaws('AI SDK parts', { reader: partsReader, parts });

function read(...stream: Part[]): { readonly reading: Reading<Part>; readonly last: Look } {
  const reading = partsReader.start();
  const looks = stream.map((part) => reading.look(part));
  return { reading, last: looks.at(-1)! };
}

describe('C1: what commits', () => {
  it.each<[string, Part, Look['commit'], boolean]>([
    ['stream start', { type: 'stream-start', warnings: [] }, 'nothing', false],
    ['metadata', { type: 'response-metadata', id: 'x' }, 'nothing', false],
    ['a raw frame', { type: 'raw', rawValue: {} }, 'nothing', false],
    ['a ping', { type: 'ping' }, 'nothing', false],
    ['text start', { type: 'text-start', id: '1' }, 'nothing', false],
    ['empty text', text(''), 'nothing', false],
    ['white space', text(' \n'), 'nothing', true],
    ['text', text(' a'), 'hard', true],
    ['reasoning', { type: 'reasoning-delta', id: '1', delta: 'hm' }, 'soft', true],
    ['omitted reasoning', { type: 'reasoning-delta', id: '1', delta: '' }, 'nothing', false],
    ['a signature', { type: 'reasoning-end', id: '1', providerMetadata: { anthropic: { signature: 's' } } }, 'nothing', false],
    ['tool input start', { type: 'tool-input-start', id: '1', toolName: 't' }, 'nothing', false],
    ['tool arguments', { type: 'tool-input-delta', id: '1', delta: '{' }, 'nothing', true],
    ['a completed call', call('1'), 'hard', true],
    ['a call the provider runs', call('1', { providerExecuted: true }), 'hard', true],
    ['a source', { type: 'source', sourceType: 'url', id: 's', url: 'https://example.com' }, 'nothing', true],
    ['a file', { type: 'file', mediaType: 'image/png', data: { type: 'data', data: '' } }, 'hard', true],
    ['a block of a vendor’s own', { type: 'custom', kind: 'openai.compaction' }, 'hard', true],
    ['the head of a message', { type: 'custom', kind: 'anthropic.message_start' }, 'nothing', false],
    ['a change of model on the way', { type: 'custom', kind: 'anthropic.fallback' }, 'nothing', false],
    ['a part of a later version', { type: 'novelty' } as unknown as Part, 'nothing', false],
  ])('C1: %s', (_, part, commit, progress) => {
    expect(read(part).last).toMatchObject({ commit, progress, ends: false });
  });

  it('C4: a ping is one; text is open only while nothing else is', () => {
    expect(read({ type: 'ping' }).last.ping).toBe(true);
    expect(read({ type: 'text-start', id: '1' }, text('a')).last.textOpen).toBe(true);
    expect(read({ type: 'text-start', id: '1' }, text('a'), { type: 'text-end', id: '1' }).last.textOpen).toBe(false);
    expect(read({ type: 'text-start', id: '1' }, { type: 'tool-input-start', id: 't', toolName: 't' }).last.textOpen).toBe(false);
    expect(read({ type: 'text-start', id: '1' }, { type: 'reasoning-start', id: 'r' }).last.textOpen).toBe(false);
  });
});

describe('C2: what ends an answer', () => {
  it.each(['stop', 'length', 'content-filter', 'tool-calls'] as const)('C2: %s is a finish, with and without the raw word', (unified) => {
    expect(read(finish(unified)).last.ends).toBe('finish');
    expect(read(finish(unified, 'x')).reading.finish).toEqual({
      reason: unified,
      raw: 'x',
      usage: { input: 10, cacheRead: 6, output: 3 },
    });
  });

  it('C2: an unknown reason with a raw word passes as `other`', () => {
    expect(read(finish('other', 'pause_turn')).reading.finish).toMatchObject({ reason: 'other', raw: 'pause_turn' });
  });

  it.each([
    [finish('other'), 'truncated'],
    [finish('error', 'x'), 'truncated'],
    [finish('interrupted', 'x'), 'truncated'],
    [finish('unknown' as 'other'), 'truncated'],
    [finish('error', 'MALFORMED_FUNCTION_CALL'), 'malformed'],
    [finish('other', 'UNEXPECTED_TOOL_CALL'), 'malformed'],
  ] as const)('C2: a finish that is none: %j', (part, kind) => {
    const { reading, last } = read(text('a'), part);
    expect(last.ends).toBe('error');
    expect(reading.error).toBeInstanceOf(ModelFailure);
    expect(reading.error).toMatchObject({ kind });
    expect(reading.finish).toBeUndefined();
  });

  it('C2: the first error part ends the attempt, whatever follows', () => {
    const boom = { status: 500 };
    const { reading } = read(text('a'), { type: 'error', error: boom }, { type: 'error', error: 'later' }, finish('stop'));
    expect(reading.error).toBe(boom);
    expect(reading.finish).toBeUndefined();
    expect(read({ type: 'error', error: undefined }).reading.error).toMatchObject({ kind: 'unknown' });
  });

  it('a content filter refuses only where nothing was visible', () => {
    expect(read(text(' '), finish('content-filter')).reading.refused).toBe(true);
    expect(read(text('a'), finish('content-filter')).reading.refused).toBe(false);
  });
});

describe('R4: closing', () => {
  it('R4: closes in order, and marks cut reasoning', () => {
    const { reading } = read(
      { type: 'reasoning-start', id: 'r' },
      { type: 'text-start', id: 'a' },
      { type: 'text-start', id: 'b' },
      { type: 'text-delta', id: 'a', delta: 'x' },
      { type: 'text-end', id: 'a' },
    );
    expect(reading.closing()).toEqual([
      { type: 'reasoning-end', id: 'r', providerMetadata: { holdfast: { cut: true } } },
      { type: 'text-end', id: 'b' },
    ]);
  });

  it('C7: pieces of a call that were kept back need no end, those that came out with another part do', () => {
    const start: Part = { type: 'tool-input-start', id: 't', toolName: 't' };
    expect(read(start, { type: 'tool-input-delta', id: 't', delta: '{' }).reading.closing()).toEqual([]);
    const open: Part[] = [start, { type: 'text-start', id: 'a' }];
    expect(read(...open).reading.closing()).toEqual([]);
    expect(read(...open, { type: 'raw', rawValue: 1 }).reading.closing()).toEqual([]);
    expect(read(...open, { type: 'text-delta', id: 'a', delta: 'x' }).reading.closing()).toEqual([
      { type: 'tool-input-end', id: 't' },
      { type: 'text-end', id: 'a' },
    ]);
    expect(read(start, call('t')).reading.closing()).toEqual([]);
  });

  it('C1: text that shows nothing waits until something shows; released by its bound it is closed', () => {
    const pale: Part[] = [
      { type: 'reasoning-start', id: 'r' },
      { type: 'reasoning-delta', id: 'r', delta: 'hm' },
      { type: 'reasoning-end', id: 'r' },
      { type: 'text-start', id: 'a' },
      { type: 'text-delta', id: 'a', delta: '\n\n' },
    ];
    expect(read(...pale).reading.closing()).toEqual([]);
    const { reading } = read(...pale);
    reading.released?.();
    expect(reading.closing()).toEqual([{ type: 'text-end', id: 'a' }]);
  });

  it('C7: a call counts when it is complete; one that the provider runs is not ours to answer', () => {
    const { reading } = read({ type: 'tool-input-start', id: 't', toolName: 't' }, { type: 'tool-input-end', id: 't' });
    expect(reading.calls).toBe(0);
    expect(read(call('1'), call('2'), call('3', { providerExecuted: true })).reading).toMatchObject({ calls: 2, files: 1 });
  });
});

describe('parts of our own', () => {
  it('C5: a withdrawal as users know it', () => {
    expect(partsReader.withdrawn(2, new ModelFailure('overload', 'busy', { detail: 'private' }))).toEqual({
      type: 'raw',
      rawValue: { holdfast: { type: 'withdrawn', attempt: 2, failure: { kind: 'overload', message: 'busy' } } },
    });
  });

  it('C7: a closed turn', () => {
    expect(partsReader.closeTurn({ input: 10, cacheRead: 6, output: 3 }, 'tool-calls')).toEqual([
      {
        type: 'finish',
        finishReason: { unified: 'tool-calls', raw: undefined },
        usage: { ...USAGE, inputTokens: { ...USAGE.inputTokens }, outputTokens: { ...USAGE.outputTokens } },
      },
    ]);
  });

  it('the text is what was shown, in order', () => {
    const { reading } = read(text('a'), text(' '), text('b', '2'));
    expect(reading.text).toBe('a b');
    reading.look(text('c'));
    expect(reading.text).toBe('a bc');
  });
});
