import type { Clock } from '@holdfast/core';
import { describe, expect, it } from 'vitest';
import { RESTARTS } from '../rules/mcp-restart.ts';
import type { Connection } from './connection.ts';
import { Server } from './server.ts';

const NEVER = new AbortController().signal;

/** Time that passes only when it is told to. */
class ToldClock implements Clock {
  #time = 0;
  #due: { at: number; wake: () => void }[] = [];
  now = (): number => this.#time;
  mono = (): number => this.#time;
  after(ms: number, wake: () => void): () => void {
    const due = { at: this.#time + ms, wake };
    this.#due.push(due);
    return () => void (this.#due = this.#due.filter((one) => one !== due));
  }
  sleep(ms: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const letGo = this.after(ms, resolve);
      signal.addEventListener('abort', () => (letGo(), reject(signal.reason)), { once: true });
    });
  }
  get armed(): number {
    return this.#due.length;
  }
  async pass(ms: number): Promise<void> {
    this.#time += ms;
    const due = this.#due.filter(({ at }) => at <= this.#time);
    this.#due = this.#due.filter(({ at }) => at > this.#time);
    for (const { wake } of due) wake();
    await quiet();
  }
}

const quiet = (): Promise<unknown> => new Promise((resolve) => setImmediate(resolve));

function scene(policy = RESTARTS) {
  const clock = new ToldClock();
  const dials: { answer: (life: Life) => void; fail: (why: string) => void }[] = [];
  const dial = () =>
    new Promise<Connection>((resolve, reject) =>
      dials.push({ answer: (life) => resolve(life.connection), fail: (why) => reject(new Error(why)) }),
    );
  const server = new Server('mcp "x"', dial, clock, policy);
  return { clock, dials, server };
}

type Life = ReturnType<typeof life>;

function life() {
  let die!: (why: string) => void;
  let closed = 0;
  const gone = new Promise<Error>((resolve) => (die = (why) => resolve(new Error(why))));
  const close = async () => {
    closed += 1;
    die('closed');
  };
  const connection = { gone, close } as unknown as Connection;
  return { connection, die, closed: () => closed };
}

/** It was up, and has died. */
async function fallen(policy = RESTARTS) {
  const { clock, dials, server } = scene(policy);
  const first = life();
  const wanted = server.want(NEVER);
  dials[0]!.answer(first);
  await wanted;
  first.die('it ended');
  await quiet();
  return { clock, dials, server };
}

const said = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'up',
    (error: Error) => error.message,
  );

describe('a server over all its lives', () => {
  it('V1: is started once for all who want it', async () => {
    const { dials, server } = scene();
    const wants = [server.want(NEVER), server.want(NEVER)];
    const first = life();
    dials[0]!.answer(first);
    expect(await Promise.all(wants)).toEqual([first.connection, first.connection]);
    expect(await server.want(NEVER)).toBe(first.connection);
    expect(dials).toHaveLength(1);
  });

  it('V1: one who stops waiting does not stop the start for the others', async () => {
    const { dials, server } = scene();
    const stop = new AbortController();
    const impatient = said(server.want(stop.signal));
    const patient = server.want(NEVER);
    stop.abort(new Error('enough'));
    expect(await impatient).toBe('enough');
    dials[0]!.answer(life());
    await patient;
    expect(dials).toHaveLength(1);
  });

  it('V2: is started again after 1, 2, 4, 8 and 16 s, then when it is wanted after a rest', async () => {
    const { clock, dials, server } = await fallen();
    const waits = said(server.want(NEVER));
    for (const [at, seconds] of [1, 2, 4, 8, 16].entries()) {
      await clock.pass(seconds * 1000 - 1);
      expect(dials).toHaveLength(at + 1);
      await clock.pass(1);
      expect(dials).toHaveLength(at + 2);
      dials[at + 1]!.fail(`try ${at + 1} failed`);
      await quiet();
      if (at === 0) expect(await waits).toBe('try 1 failed');
      expect(await said(server.want(NEVER))).toBe(`try ${at + 1} failed`);
    }
    expect(clock.armed).toBe(0);
    await clock.pass(15_999);
    expect(await said(server.want(NEVER))).toBe('try 5 failed');
    await clock.pass(1);
    const again = server.want(NEVER);
    dials[6]!.answer(life());
    await again;
  });

  it('V2: who wants it waits for the first restart', async () => {
    const { clock, dials, server } = await fallen();
    const waits = server.want(NEVER);
    await clock.pass(1000);
    const second = life();
    dials[1]!.answer(second);
    expect(await waits).toBe(second.connection);
  });

  it('M4: a server that was up for a minute is forgiven its deaths', async () => {
    const { clock, dials, server } = scene();
    const wanted = server.want(NEVER);
    const lives = [life(), life(), life()];
    dials[0]!.answer(lives[0]!);
    await wanted;
    for (const [at, up, delay] of [
      [0, 10, 1000],
      [1, 60_000, 1000],
      [2, 10, 2000],
    ] as const) {
      await clock.pass(up);
      lives[at]!.die('it ended');
      await quiet();
      await clock.pass(delay - 1);
      expect(dials).toHaveLength(at + 1);
      await clock.pass(1);
      expect(dials).toHaveLength(at + 2);
      if (lives[at + 1]) dials[at + 1]!.answer(lives[at + 1]!);
      await quiet();
    }
  });

  it('V3: a start that hung is not repeated at every turn', async () => {
    const { clock, dials, server } = scene();
    const wanted = said(server.want(NEVER));
    await clock.pass(30_000);
    dials[0]!.fail('it hangs');
    expect(await wanted).toBe('it hangs');
    expect(await said(server.want(NEVER))).toBe('it hangs');
    await clock.pass(60_000);
    void said(server.want(NEVER));
    expect(dials).toHaveLength(2);
  });

  it('V3: a start that failed at once is repeated at the next turn, and then rests', async () => {
    const { clock, dials, server } = scene();
    for (const at of [0, 1]) {
      const wanted = said(server.want(NEVER));
      dials[at]!.fail('no');
      expect(await wanted).toBe('no');
    }
    expect(await said(server.want(NEVER))).toBe('no');
    await clock.pass(1000);
    void said(server.want(NEVER));
    expect(dials).toHaveLength(3);
  });

  it('V4: close ends what is up, what is being started and what would be', async () => {
    const up = scene();
    const first = life();
    const wanted = up.server.want(NEVER);
    up.dials[0]!.answer(first);
    await wanted;
    await up.server.close();
    expect(first.closed()).toBe(1);
    expect(await said(up.server.want(NEVER))).toBe('mcp "x" was closed.');

    const starting = scene();
    const late = life();
    const waits = said(starting.server.want(NEVER));
    const closing = starting.server.close();
    starting.dials[0]!.answer(late);
    await closing;
    expect([await waits, late.closed()]).toEqual(['mcp "x" was closed.', 1]);

    const resting = scene();
    const dead = life();
    const had = resting.server.want(NEVER);
    resting.dials[0]!.answer(dead);
    await had;
    dead.die('it ended');
    await quiet();
    await resting.server.close();
    expect([resting.clock.armed, resting.dials.length]).toEqual([0, 1]);
  });

  it('M1: with no restarts it is down at once', async () => {
    const { clock, server } = await fallen({ ...RESTARTS, attempts: 0 });
    expect(clock.armed).toBe(0);
    expect(await said(server.want(NEVER))).toBe('it ended');
  });
});
