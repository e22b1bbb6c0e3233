import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Part } from '../model.ts';
import { ModelFailure } from '../rules/failure.ts';
import { END, type Source } from '../source.ts';
import { normalise, normaliseReader, type PartReader } from './normalise.ts';

const USAGE = {
  inputTokens: { total: 1, noCache: 1, cacheRead: undefined, cacheWrite: undefined },
  outputTokens: { total: 1, text: 1, reasoning: undefined },
};
const finish = (unified: 'stop' | 'error' | 'interrupted' | 'other' | 'length', raw?: string): Part => ({
  type: 'finish',
  usage: USAGE,
  finishReason: { unified, raw },
});

/** A stream that ends as told after its parts. */
function streamOf(parts: readonly Part[], end: 'close' | 'throw' = 'close', log: unknown[] = []): ReadableStream<Part> {
  const left = parts.values();
  return new ReadableStream<Part>(
    {
      pull(out) {
        const next = left.next();
        if (!next.done) out.enqueue(next.value);
        else if (end === 'close') out.close();
        else out.error(new Error('socket'));
      },
      cancel: (reason) => void log.push(reason),
    },
    { highWaterMark: 0 },
  );
}

async function all(source: Source<Part>): Promise<Part[]> {
  const out: Part[] = [];
  for (let part = await source.next(); part !== END; part = await source.next()) out.push(part);
  return out;
}

const id = fc.constantFrom('0', '1');
const anyPart: fc.Arbitrary<Part> = fc.oneof(
  ...(['text-start', 'text-end', 'reasoning-start', 'reasoning-end', 'tool-input-end'] as const).map((type) =>
    id.map((one) => ({ type, id: one })),
  ),
  ...(['text-delta', 'reasoning-delta', 'tool-input-delta'] as const).map((type) =>
    fc.record({ type: fc.constant(type), id, delta: fc.string() }),
  ),
  id.map((one): Part => ({ type: 'tool-input-start', id: one, toolName: 't' })),
  fc.record({
    type: fc.constant('tool-call' as const),
    toolCallId: id,
    toolName: fc.constant('t'),
    input: fc.constantFrom('{}', '{"a', 'x'),
  }),
  fc.constantFrom<Part>(
    { type: 'stream-start', warnings: [] },
    { type: 'ping' },
    { type: 'raw', rawValue: 1 },
    { type: 'error', error: new Error('e') },
  ),
  fc.constantFrom(
    finish('stop', 'stop'),
    finish('error'),
    finish('interrupted'),
    finish('other'),
    finish('other', 'new'),
    finish('length'),
  ),
);

const kinds = ['text', 'reasoning', 'tool-input'] as const;

describe('normaliser', () => {
  it('N1, N2: any sequence of parts ends exactly once, and only then', () =>
    fc.assert(
      fc.asyncProperty(fc.array(anyPart, { maxLength: 20 }), fc.constantFrom('close' as const, 'throw' as const), async (parts, end) => {
        const source = normalise(streamOf(parts, end));
        const out = await all(source);
        const ends = out.filter((part) => part.type === 'finish' || part.type === 'error');
        expect(ends).toHaveLength(1);
        expect(out.at(-1)).toBe(ends[0]);
        expect(await source.next()).toBe(END);
      }),
    ));

  it('N2: the first of error and finish decides', () =>
    fc.assert(
      fc.asyncProperty(fc.array(anyPart, { maxLength: 20 }), async (parts) => {
        const first = parts.find((part) => part.type === 'finish' || part.type === 'error');
        const good =
          first?.type === 'finish' && (['stop', 'length'].includes(first.finishReason.unified) || first.finishReason.raw === 'new');
        const last = (await all(normalise(streamOf(parts)))).at(-1);
        expect(last?.type).toBe(good ? 'finish' : 'error');
        if (!good && first?.type !== 'error') expect(last).toMatchObject({ error: { kind: 'truncated' } });
      }),
    ));

  it('N3: blocks are balanced before a finish; a delta stands in an open block; no visible text is lost', () =>
    fc.assert(
      fc.asyncProperty(fc.array(anyPart, { maxLength: 20 }), async (parts) => {
        const out = await all(
          normalise(streamOf([...parts.filter((part) => part.type !== 'error' && part.type !== 'finish'), finish('stop', 'stop')])),
        );
        const open = new Set<string>();
        for (const part of out) {
          const kind = kinds.find((one) => part.type.startsWith(`${one}-`));
          if (kind === undefined || !('id' in part)) continue;
          const block = `${kind}:${part.id}`;
          if (part.type.endsWith('-start')) expect(open.has(block)).toBe(false);
          else expect(open.has(block)).toBe(true);
          if (part.type.endsWith('-start')) open.add(block);
          if (part.type.endsWith('-end')) open.delete(block);
        }
        expect([...open]).toEqual([]);
        const text = (list: readonly Part[]) =>
          list.map((part) => (part.type === 'text-delta' || part.type === 'reasoning-delta' ? part.delta : '')).join('');
        expect(text(out)).toBe(text(parts));
        expect(out.filter((part) => part.type === 'tool-call')).toEqual(parts.filter((part) => part.type === 'tool-call'));
      }),
    ));

  it('N2: a broken tool call is malformed, whatever the package makes of its finish', async () => {
    for (const bad of [finish('error', 'MALFORMED_FUNCTION_CALL'), finish('other', 'UNEXPECTED_TOOL_CALL')])
      expect((await all(normalise(streamOf([bad])))).at(-1)).toMatchObject({ type: 'error', error: { kind: 'malformed' } });
  });

  it('N2: what the wire knows outranks what the package says', async () => {
    const failure = new ModelFailure('overload', 'known');
    for (const parts of [[finish('stop', 'stop')], [], [{ type: 'error' as const, error: { message: 'plain' } }]])
      expect((await all(normalise(streamOf(parts), { failure: () => failure }))).at(-1)).toEqual({ type: 'error', error: failure });
  });

  it('a thrown error is that error; one that says that a frame could not be read is truncated', async () => {
    expect((await all(normalise(streamOf([], 'throw')))).at(-1)).toMatchObject({ type: 'error', error: { message: 'socket' } });
    const unread = Object.assign(new Error('JSON parsing failed'), { name: 'AI_JSONParseError' });
    expect((await all(normalise(streamOf([{ type: 'error', error: unread }])))).at(-1)).toMatchObject({
      error: { kind: 'truncated', cause: unread },
    });
  });

  it('N4: one read per part asked for', async () => {
    let reads = 0;
    const reader: PartReader = {
      read: async () => ({ done: false, value: { type: 'text-delta', id: '0', delta: String(reads++) } }),
      cancel: async () => {},
    };
    const source = normaliseReader(reader);
    expect(await source.next()).toMatchObject({ type: 'text-start' });
    expect(reads).toBe(1);
    await source.next();
    expect(reads).toBe(1);
    await source.next();
    expect(reads).toBe(2);
  });

  it('S3: a cancel settles a pending next, reaches the producer once, may come again', async () => {
    const cancelled: unknown[] = [];
    const ended: unknown[] = [];
    const stream = new ReadableStream<Part>({ pull: () => new Promise(() => {}), cancel: (reason) => void cancelled.push(reason) });
    const source = normalise(stream, { end: (reason, cut) => void ended.push([reason, cut]) });
    const pending = source.next();
    source.cancel('a');
    source.cancel('b');
    expect(await pending).toBe(END);
    expect(await source.next()).toBe(END);
    expect(cancelled).toEqual(['a']);
    expect(ended).toEqual([['a', true]]);
  });

  it('an error lets go of the producer', async () => {
    const log: unknown[] = [];
    await all(normalise(streamOf([{ type: 'error', error: new Error('x') }, finish('stop', 'stop')], 'close', log)));
    expect(log).toHaveLength(1);
  });
});
