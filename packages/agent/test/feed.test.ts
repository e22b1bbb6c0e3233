import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { systemClock } from '@holdfast/core/engine';
import { Feed } from '../src/feed.ts';
import { memorySessions } from '../src/io/sessions-memory.ts';
import type { SessionStore } from '../src/ports.ts';
import type { EventRow } from '../src/rules/events.ts';

const NEVER = new AbortController().signal;

async function opened(version?: () => number) {
  const store = memorySessions();
  await store.create({ id: 's', file: '/f', agent: 'root', cwd: '/', at: 0 });
  let reads = 0;
  const counted: SessionStore = { ...store, ...(version && { version }), read: (...args) => (reads++, store.read(...args)) };
  const feed = new Feed(counted, systemClock);
  let seq = 0;
  /** As this process writes: appended, then published. */
  const write = async (n: number) => {
    const after = seq;
    seq += n;
    await store.append(
      's',
      after,
      Array.from({ length: n }, (_, i) => ({ event: { type: 'notice' as const, text: `${after + i + 1}` }, run: 'r', path: [] })),
      1,
    );
    feed.publish('s', await store.read('s', after));
  };
  return { store, feed, write, reads: () => reads, seq: () => seq };
}

async function collect(rows: AsyncIterable<EventRow>, slow: () => Promise<void> = async () => {}) {
  const seen: number[] = [];
  for await (const { seq } of rows) {
    seen.push(seq);
    await slow();
  }
  return seen;
}

const upTo = (n: number, from = 0) => Array.from({ length: n - from }, (_, i) => from + i + 1);

describe('feed', () => {
  it('S1, S2: whatever the batches, the pace and the cursor, a follower sees each event once, in order', () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 1, max: 700 }), { minLength: 1, maxLength: 6 }),
        fc.nat(20),
        fc.nat(3),
        async (batches, from, pace) => {
          const { feed, write, seq } = await opened();
          const total = batches.reduce((sum, n) => sum + n, 0);
          const after = Math.min(from, total - 1);
          const slow = async () => {
            for (let i = 0; i < pace; i++) await Promise.resolve();
          };
          const seen = collect(
            feed.follow('s', after, NEVER, () => (seq() === total ? total : undefined)),
            slow,
          );
          for (const n of batches) {
            await write(n);
            for (let i = 0; i < 10; i++) await Promise.resolve();
          }
          feed.publish('s', []);
          expect(await seen).toEqual(upTo(total, after));
        },
      ),
      { numRuns: 60 },
    ));

  it('S3: what this process appends is not read back', async () => {
    const { feed, write, reads } = await opened(() => 1);
    const rows = feed.follow('s', 0, NEVER);
    const first = rows.next();
    await write(1);
    await first;
    const before = reads();
    for (let n = 2; n <= 50; n++) {
      const next = rows.next();
      await write(1);
      expect((await next).value?.seq).toBe(n);
    }
    await rows.return();
    expect(reads()).toBe(before);
  });

  it('events of another process are noticed without being told', async () => {
    const { feed, store } = await opened();
    const rows = feed.follow('s', 0, NEVER);
    const first = rows.next();
    await store.append('s', 0, [{ event: { type: 'notice', text: 'theirs' }, run: 'r', path: [] }], 1);
    expect((await first).value?.seq).toBe(1);
    await rows.return();
  });

  it('ends the moment its signal fires, and leaves nothing behind', async () => {
    const { feed } = await opened();
    const stop = new AbortController();
    const seen = collect(feed.follow('s', 0, stop.signal));
    stop.abort();
    expect(await seen).toEqual([]);
  });
});
