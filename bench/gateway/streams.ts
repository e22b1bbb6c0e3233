/** What is measured of open streams: when they begin, how long a chunk is on its way, what they hold, when they are given up. */
import { setTimeout as pause } from 'node:timers/promises';
import { median } from '../measure.ts';
import { ask, clock, poolOf, textAt } from './load.ts';
import { memoryOf } from './process-cost.ts';
import { requestOf, type Scenario } from './scenarios.ts';
import type { Door, Kind, Subject } from './subjects.ts';
import type { Upstream } from './upstream.ts';

const asking = (model: string): Scenario => ({ name: model, model, stream: true, wire: 'chat', target: 'chat' });

export interface Passage {
  /** Ms from the upstream's write to the client's read, of the first text of an answer and of the middle one of all the others. */
  readonly first: number;
  readonly middle: number;
  /** Ms from the request to the first text. */
  readonly begins: number;
}

/** One client at a time, so that nothing waits but what the subject makes wait. */
async function passageOf(door: Door, streams: number): Promise<Passage> {
  const pool = poolOf(door.origin, 1);
  const request = requestOf(asking('stamp'), door);
  const seen: Passage[] = [];
  // The first ones are not counted.
  for (let n = -3; n < streams; n++) {
    const began = clock();
    const passed: number[] = [];
    let begins: number | undefined;
    const onData = (piece: Buffer) => {
      const now = clock();
      for (const [, stamp] of piece.toString().matchAll(/<(\d+\.\d+)>/g)) passed.push(now - Number(stamp));
      if (passed.length > 0) begins ??= now - began;
    };
    await ask(pool, request, { onData }).heard;
    if (n >= 0) seen.push({ first: passed[0]!, middle: median(passed.slice(1)), begins: begins! });
  }
  await pool.destroy();
  const of = (key: keyof Passage) => median(seen.map((one) => one[key]));
  return { first: of('first'), middle: of('middle'), begins: of('begins') };
}

/** Rounds in turns, as everywhere; the upstream itself is the first of the subjects. */
export async function passages(doors: Readonly<Record<string, Door>>, rounds: number): Promise<Readonly<Record<string, Passage>>> {
  const seen: Record<string, Passage[]> = Object.fromEntries(Object.keys(doors).map((name) => [name, []]));
  for (let round = 0; round < rounds; round++)
    for (const [name, door] of round % 2 === 0 ? Object.entries(doors) : Object.entries(doors).toReversed())
      seen[name]!.push(await passageOf(door, 5));
  const of = (name: string, key: keyof Passage) => median(seen[name]!.map((one) => one[key]));
  return Object.fromEntries(
    Object.keys(doors).map((name) => [name, { first: of(name, 'first'), middle: of(name, 'middle'), begins: of(name, 'begins') }]),
  );
}

/** So many streams that have begun. Resolves when each has shown something. */
async function opened(door: Door, model: string, count: number) {
  const pool = poolOf(door.origin, count);
  const request = requestOf(asking(model), door);
  const open = await Promise.all(
    Array.from(
      { length: count },
      () =>
        new Promise<{ leave(): void }>((resolve, reject) => {
          const stream = ask(pool, request, { onData: () => resolve(stream) });
          stream.heard.then(() => reject(new Error('a stream ended that has no end')), reject);
        }),
    ),
  );
  return {
    leave: () => {
      for (const stream of open) stream.leave();
    },
    close: () => pool.destroy(),
  };
}

/** Bytes that each of so many open streams adds to a process that has served some before. The process is its own: what others left is not in it. */
export async function memoryOfIdle(kind: Kind, upstream: Upstream, count: number): Promise<number> {
  await using subject = await kind.start(upstream.ports);
  const door = subject.door('chat')!;
  // What is loaded and compiled once, and buffers that are kept, are there before the first reading.
  const before = poolOf(door.origin, 32);
  const short = requestOf(asking('burst'), door);
  for (let n = 0; n < 10; n++) await Promise.all(Array.from({ length: 32 }, () => textAt(before, short)));
  await before.destroy();
  await pause(1500);
  const empty = memoryOf(subject.pid);
  const streams = await opened(door, 'idle', count);
  await pause(2500);
  const full = memoryOf(subject.pid);
  streams.leave();
  await streams.close();
  return (full - empty) / count;
}

export interface Left {
  readonly within: number;
  /** Ms until the last of those. */
  readonly last: number;
}

/** So many clients hang up at once: how many upstream requests are given up within 200 ms, and when the last. */
export async function hangUps(subject: Subject, upstream: Upstream, count: number, limit: number): Promise<Left> {
  const streams = await opened(subject.door('chat')!, 'drip', count);
  await upstream.forget();
  const began = clock();
  streams.leave();
  await pause(limit * 3);
  const { left } = await upstream.state();
  const within = left.map((at) => at - began).filter((ms) => ms <= limit);
  await streams.close();
  return { within: within.length, last: Math.max(0, ...within) };
}
