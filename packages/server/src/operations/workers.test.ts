import { describe, expect, it } from 'vitest';
import { MinuteBook } from '../io/rate-book.ts';
import { Link, type LinkMessage } from './link.ts';
import { restart } from '../rules/restarts.ts';
import { Primary, WorkersFailed, type WorkerProcess } from './workers.ts';

/** Workers in this process: what travels goes through JSON. */
function scene(count: number) {
  const lines: string[] = [];
  const timers: { readonly ms: number; readonly wake: () => void }[] = [];
  const clock = {
    after: (ms: number, wake: () => void) => {
      const timer = { ms, wake };
      timers.push(timer);
      return () => void timers.splice(timers.indexOf(timer) >>> 0, 1);
    },
    mono: () => now.ms,
  };
  const now = { ms: 0 };
  const workers: { link: Link; die: (how: string) => void; killed: boolean; heard: string[] }[] = [];
  const fork = (): WorkerProcess => {
    const id = workers.length + 1;
    let ears: Parameters<WorkerProcess['on']>[0] | undefined;
    const copy = (message: LinkMessage): unknown => JSON.parse(JSON.stringify(message));
    const heard: string[] = [];
    const link = new Link({ send: (message) => ears?.message(copy(message)), clock });
    const one = { link, die: (how: string) => ears?.gone(how), killed: false, heard };
    link.serve({
      drain: () => void heard.push('drain'),
      relay: (on: boolean) => void heard.push(`relay ${on}`),
      event: ({ caller }: { caller: string }) => void heard.push(`event ${caller}`),
    });
    workers.push(one);
    return {
      id,
      pid: 1000 + id,
      send: (message) => link.take(copy(message)),
      kill: () => {
        one.killed = true;
      },
      on: (listener) => void (ears = listener),
    };
  };
  const all = new Primary({ count, fork, book: new MinuteBook(), clock, say: (line) => void lines.push(line) });
  const wake = (ms: number): void => {
    for (const timer of timers.filter((one) => one.ms === ms)) {
      timers.splice(timers.indexOf(timer), 1);
      timer.wake();
    }
  };
  all.start({ text: () => 'the text' });
  return { all, workers, lines, wake, now };
}

const settled = () => new Promise<void>((resolve) => setImmediate(resolve));

describe('workers', () => {
  it('it answers when every one of them does', async () => {
    const { all, workers } = scene(2);
    let ready = false;
    void all.ready.then(() => (ready = true));
    expect(await workers[0]!.link.ask('text')).toBe('the text');
    workers[0]!.link.tell('ready');
    await settled();
    expect(ready).toBe(false);
    workers[1]!.link.tell('ready');
    await settled();
    expect(ready).toBe(true);
  });

  it('one that dies is replaced at once, and holds no place any more', async () => {
    const { workers, lines, wake, now } = scene(2);
    for (const { link } of workers) link.tell('ready');
    const ask = (id: string) => ({ id, holder: 'ci', rate: { concurrent: 1 }, tokens: 0 });
    expect(await workers[0]!.link.ask('rate-take', ask('a'))).toEqual({ ok: true });
    expect(await workers[1]!.link.ask('rate-take', ask('b'))).toMatchObject({ ok: false, limit: 'concurrent' });
    now.ms = 10_000;
    workers[0]!.die('was killed (SIGKILL)');
    expect(lines).toEqual(['worker 1001 was killed (SIGKILL): another one takes its place']);
    wake(0);
    expect(workers).toHaveLength(3);
    expect(await workers[1]!.link.ask('rate-take', ask('c'))).toEqual({ ok: true });
  });

  it('what cannot be is said once, in the words of the first that knew', async () => {
    const { all, workers } = scene(3);
    for (const one of workers) one.link.tell('failed', { message: 'port 1 is in use', exit: 2 });
    workers[0]!.die('ended with 0');
    await expect(all.ready).rejects.toThrow(WorkersFailed);
    expect([await all.over, workers.slice(1).map(({ killed }) => killed)]).toEqual([
      { message: 'port 1 is in use', exit: 2 },
      [true, true],
    ]);
  });

  it('one that cannot start is given up, if none ever could', async () => {
    const { all, workers, wake } = scene(1);
    workers[0]!.die('ended with 1');
    wake(100);
    workers[1]!.die('ended with 1');
    wake(200);
    workers[2]!.die('ended with 1');
    expect(await all.over).toEqual({ message: 'no worker can start: the last one ended with 1', exit: 1 });
  });

  it('events of one reach those at which somebody watches, and none else', async () => {
    const { workers } = scene(3);
    workers[1]!.link.tell('watching', true);
    await settled();
    expect(workers.map(({ heard }) => heard.at(-1))).toEqual(['relay true', 'relay false', 'relay true']);
    workers[0]!.link.tell('event', { caller: 'ci', event: {} });
    await settled();
    expect(workers.map(({ heard }) => heard.filter((line) => line.startsWith('event')))).toEqual([[], ['event ci'], []]);
    workers[1]!.link.tell('watching', false);
    await settled();
    expect(workers[0]!.heard.at(-1)).toBe('relay false');
  });

  it('a drain asks all, waits for all, replaces none, and kills who does not leave', async () => {
    const { all, workers, wake } = scene(2);
    for (const { link } of workers) link.tell('ready');
    all.drain(7_000);
    await settled();
    expect(workers.map(({ heard }) => heard.at(-1))).toEqual(['drain', 'drain']);
    workers[0]!.die('ended with 0');
    wake(7_000);
    expect(workers.map(({ killed }) => killed)).toEqual([false, true]);
    workers[1]!.die('was killed (SIGKILL)');
    expect(await all.over).toBeUndefined();
    expect(workers).toHaveLength(2);
  });
});

it('W1, W2: when the next worker is started', () => {
  const after = (failed: number, alive = 1, everReady = true) => restart({ failed, everReady, alive });
  expect([0, 1, 2, 3, 8, 9, 50].map((failed) => after(failed))).toEqual(
    [0, 100, 200, 400, 10_000, 10_000, 10_000].map((ms) => ({ after: ms })),
  );
  expect([after(3, 1, false), after(10, 0), after(9, 0)]).toEqual(['give-up', 'give-up', { after: 10_000 }]);
});

it('a question that nobody answers, or that a process died over, is an error', async () => {
  const wakes: (() => void)[] = [];
  const link = new Link({ send: () => {}, clock: { after: (_, wake) => (wakes.push(wake), () => {}) } });
  const [one, two] = [link.ask('text'), link.ask('text')];
  wakes[0]!();
  link.close();
  await expect(one).rejects.toThrow('no answer to text');
  await expect(two).rejects.toThrow('the other process is gone');
});

it('what a process is told before it knows what to do is done as soon as it does', async () => {
  const done: unknown[] = [];
  const sent: LinkMessage[] = [];
  const link = new Link({ send: (message) => void sent.push(message), clock: { after: () => () => {} } });
  link.take({ holdfast: 'tell', verb: 'drain' });
  link.take({ holdfast: 'ask', id: 7, verb: 'take-over', data: 'text' });
  link.serve({ drain: () => void done.push('drain') });
  link.serve({ 'take-over': (text: string) => done.push(text) });
  await settled();
  expect([done, sent]).toEqual([['drain', 'text'], [{ holdfast: 'answer', id: 7, data: 2 }]]);
});
