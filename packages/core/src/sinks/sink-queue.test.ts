import { assert, asyncProperty, array, constantFrom } from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Clock } from '../ports.ts';
import { SinkQueue } from './sink-queue.ts';

const clockAt = (time: { now: number }): Clock => ({
  now: () => time.now,
  mono: () => time.now,
  sleep: () => Promise.reject(new Error('a queue never sleeps')),
  after: () => {
    throw new Error('a queue arms no timer');
  },
});

const settle = async (): Promise<void> => {
  for (let n = 0; n < 200; n++) await Promise.resolve();
};

describe('a queue before one sink', () => {
  it('Q1, Q2, Q3: every item is delivered, dropped, failed, hung or waiting, in order, whatever the sink does', () =>
    assert(
      asyncProperty(
        array(constantFrom('ok', 'later', 'throws', 'rejects', 'hangs', 'lies', 'pause', 'long'), { maxLength: 60 }),
        async (steps) => {
          const time = { now: 0 };
          const seen: number[] = [];
          const said: string[] = [];
          const does: string[] = [];
          const queue = new SinkQueue<number>(
            (n) => {
              seen.push(n);
              const how = does[n];
              if (how === 'throws') throw new Error('no');
              if (how === 'rejects') return Promise.reject(new Error('no'));
              if (how === 'later') return settle();
              if (how === 'hangs') return new Promise(() => {});
              // oxlint-disable-next-line unicorn/no-thenable
              return how === 'lies'
                ? ({
                    then: () => {
                      throw new Error('no promise at all');
                    },
                  } as unknown as Promise<void>)
                : undefined;
            },
            { clock: clockAt(time), most: 5, patience: 1000, lost: (what) => said.push(what) },
          );
          for (const step of steps) {
            if (step === 'pause') await settle();
            else if (step === 'long') time.now += 1000;
            else queue.add(does.push(step) - 1);
            expect(queue.stats.waiting).toBeLessThanOrEqual(6);
          }
          await settle();
          await settle();
          const { delivered, dropped, failed, hung, waiting } = queue.stats;
          expect(delivered + dropped + failed + hung + waiting).toBe(does.length);
          expect(seen).toEqual(seen.toSorted((a, b) => a - b));
          expect(said.length).toBeLessThanOrEqual(dropped + failed + hung);
          expect(dropped + failed + hung === 0 || said.length > 0).toBe(true);
        },
      ),
    ));

  it('the first loss is said, the next only after something got through', async () => {
    const said: string[] = [];
    let works = false;
    const queue = new SinkQueue<number>(
      () => {
        if (!works) throw new Error('disk full');
      },
      { clock: clockAt({ now: 0 }), most: 5, patience: 1000, lost: (what, error) => said.push(`${what}: ${(error as Error).message}`) },
    );
    for (let n = 0; n < 3; n++) queue.add(n);
    await queue.drained();
    works = true;
    queue.add(3);
    await queue.drained();
    works = false;
    queue.add(4);
    await queue.drained();
    expect(said).toEqual(['fails: disk full', 'fails: disk full']);
    expect(queue.stats).toEqual({ delivered: 1, dropped: 0, failed: 4, hung: 0, waiting: 0 });
  });
});
