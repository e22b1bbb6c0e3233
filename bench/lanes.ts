/** Lanes with jobs that do nothing, 16 at a time, beside other queues: how many a second, how large a queued one is, what an abort costs, and who waits for whom. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Lane, systemClock } from '@holdfast/core/engine';
import { VirtualClock } from '@holdfast/lab';
import { report, type Figure } from './figure.ts';
import { lane, others, type Queue, type QueueOf } from './lane-subjects.ts';
import { inTurns, median, msOf } from './measure.ts';
import { peersIfInstalled } from './peers.ts';

const WIDTH = 16;
const BURST = 100_000;
const CALLERS = 1000;
const PRODUCERS = 64;
const STEADY = 200_000;

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

const nothing = (): Promise<void> => Promise.resolve();
const rivals = others(await peersIfInstalled());
/** Bottleneck takes a thousand times as long: it gets fewer jobs, and is left out where a figure needs many. */
const SLOW = 'bottleneck';
const shareOf = (name: string): number => (name === SLOW ? 0.003 : 1);

/** Jobs a second: all at once. */
const burst = (of: QueueOf, jobs: number, callers: number) => async (): Promise<number> => {
  const queue = of(WIDTH);
  const names = Array.from({ length: callers }, (_, n) => `caller-${n}`);
  const ms = await msOf(() => Promise.all(Array.from({ length: jobs }, (_, n) => queue.run(nothing, names[n % callers]))));
  return (jobs / ms) * 1e3;
};

/** Jobs a second: producers that each wait for theirs. */
const steady = (of: QueueOf, jobs: number) => async (): Promise<number> => {
  const queue = of(WIDTH);
  let left = jobs;
  const producer = async (_: unknown, n: number): Promise<void> => {
    const caller = `caller-${n}`;
    while (left-- > 0) await queue.run(nothing, caller);
  };
  const ms = await msOf(() => Promise.all(Array.from({ length: PRODUCERS }, producer)));
  return (jobs / ms) * 1e3;
};

/** A lane in use, as in every process that has lanes: what the engine has learnt of them is not forgotten between two rounds. */
const living = new Lane('living', { width: 1 }, { clock: systemClock });
for (const _ of [1, 2]) void living.submit(() => new Promise(() => {}), { caller: 'one' });

const rates = async (measure: (of: QueueOf, share: number) => () => Promise<number>, more: Record<string, () => Promise<number>> = {}) =>
  inTurns(
    {
      lane: measure(lane, 1),
      ...more,
      ...Object.fromEntries(Object.entries(rivals).map(([name, of]) => [name, measure(of, shareOf(name))])),
    },
    { rounds: 5, warm: 2 },
  );

/** Bytes that a job takes while it waits, its promise included. */
async function bytes(of: QueueOf): Promise<number> {
  const queue = of(1);
  let open = (): void => {};
  const first = queue.run(() => new Promise<void>((resolve) => (open = resolve)));
  collect();
  const before = process.memoryUsage().heapUsed;
  const jobs: Promise<void>[] = [];
  for (let n = 0; n < BURST; n++) jobs.push(queue.run(nothing, 'one'));
  await new Promise((resolve) => setImmediate(resolve));
  collect();
  const size = (process.memoryUsage().heapUsed - before) / BURST;
  open();
  await Promise.all([first, ...jobs]);
  return size;
}

const AT_DEPTH = 50_000;

/**
 * µs a job comes and goes while so many others are queued and stay so: each that ends submits another. Filling the queue is left out, for
 * that measures the memory of promises (`bytes`). A long queue lies outside the processor's caches and is old to the collector, whoever
 * keeps it: the semaphore beside it says how much of the difference that is.
 */
async function cost(of: QueueOf, queued: number): Promise<number> {
  const queue = of(WIDTH);
  let open = (): void => {};
  const opened = new Promise<void>((resolve) => (open = resolve));
  for (let n = 0; n < WIDTH; n++) void queue.run(() => opened, 'one');
  const { promise, resolve } = Promise.withResolvers<void>();
  let left = AT_DEPTH;
  const job = async (): Promise<void> => {
    if (--left > 0) return void queue.run(job, 'one');
    if (left === 0) resolve();
  };
  for (let n = 0; n < queued; n++) void queue.run(job, 'one');
  collect();
  const ms = await msOf(() => {
    open();
    return promise;
  });
  // The last in the queue: nothing is left of it for the next round.
  await queue.run(nothing, 'one');
  return (ms / AT_DEPTH) * 1e3;
}

const ABORTS = 2000;

/** µs an abort takes of a signal with one listener that does nothing: what is the platform's. */
function bareAbort(): number {
  const controls = Array.from({ length: BURST }, () => new AbortController());
  for (const { signal } of controls) signal.addEventListener('abort', () => {}, { once: true });
  const began = performance.now();
  for (let n = 0; n < BURST; n += BURST / ABORTS) controls[n]!.abort();
  return ((performance.now() - began) / ABORTS) * 1e3;
}

/** µs an abort of a queued job takes among 100,000, each with a signal of its own. */
async function abort(of: QueueOf, aborts: number): Promise<number> {
  const queue = of(1);
  let open = (): void => {};
  const first = queue.run(() => new Promise<void>((resolve) => (open = resolve)));
  const controls = Array.from({ length: BURST }, () => new AbortController());
  const jobs = controls.map(({ signal }) => queue.run(nothing, 'one', signal).catch(() => {}));
  const every = Math.floor(BURST / aborts);
  const ms = await msOf(() => {
    for (let n = 0; n < BURST; n += every) controls[n]!.abort();
  });
  open();
  await Promise.all([first, ...jobs]);
  return (ms / aborts) * 1e3;
}

/** µs a job when one signal ends 100,000 that wait. */
async function abortAll(of: QueueOf): Promise<number> {
  const queue = of(1);
  let open = (): void => {};
  const first = queue.run(() => new Promise<void>((resolve) => (open = resolve)));
  const control = new AbortController();
  const jobs = Array.from({ length: BURST }, () => queue.run(nothing, 'one', control.signal).catch(() => {}));
  const ms = await msOf(async () => {
    control.abort();
    await Promise.all(jobs);
  });
  open();
  await first;
  return (ms / BURST) * 1e3;
}

const JOB_MS = 100;
const HEAVY = 5000;

/** Job times until one job of a light caller is done that came after 5,000 of a heavy one; and all of them, by what they take at least. */
async function lightAfterHeavy(of: (clock: VirtualClock) => Queue): Promise<{ readonly light: number; readonly total: number }> {
  const clock = new VirtualClock();
  const queue = of(clock);
  const work = () => clock.sleep(JOB_MS, new AbortController().signal);
  let light = 0;
  await clock.run(
    Promise.all([
      ...Array.from({ length: HEAVY }, () => queue.run(work, 'heavy')),
      queue.run(work, 'light').then(() => void (light = clock.mono() / JOB_MS)),
    ]),
  );
  return { light, total: clock.mono() / (Math.ceil((HEAVY + 1) / WIDTH) * JOB_MS) };
}

const bursts = await rates((of, share) => burst(of, BURST * share, 1), { many: burst(lane, BURST, CALLERS) });
const steadies = await rates((of, share) => steady(of, STEADY * share));
const names = Object.keys(rivals);
const quick = names.filter((name) => name !== SLOW);
const beside = (of: (name: string) => number, unit: string, whose = names): string =>
  whose.map((name) => `${name} ${Math.round(of(name)).toLocaleString('en')}`).join(', ') + ` ${unit}`;
const rateOf = (of: Readonly<Record<string, readonly number[]>>) => (name: string) => median(of[name]!);

const sizes: Record<string, number> = { lane: await bytes(lane) };
for (const name of quick) sizes[name] = await bytes(rivals[name]!);
const hand = rivals['a semaphore by hand']!;
const costs = await inTurns(
  { few: () => cost(lane, 100), lots: () => cost(lane, 1_000_000), handFew: () => cost(hand, 100), handLots: () => cost(hand, 1_000_000) },
  { rounds: 3, warm: 1 },
);
const [few, lots, handFew, handLots] = [median(costs.few), median(costs.lots), median(costs.handFew), median(costs.handLots)];
const aborts = await inTurns({ lane: () => abort(lane, ABORTS), bare: async () => bareAbort() }, { rounds: 5, warm: 1 });
const single = median(aborts.lane);
const pQueue = rivals['p-queue'];
const besideAbort =
  `a signal that nothing waits on ${median(aborts.bare).toFixed(1)} µs` +
  (pQueue ? `, p-queue ${(await abort(pQueue, 100)).toFixed(0)} µs` : '');
const together = await abortAll(lane);
const fair = await lightAfterHeavy((clock) => {
  const own = new Lane('bench', { width: WIDTH }, { clock });
  return { run: (work, caller = '') => own.submit(work, { caller }) };
});
const waits: string[] = [];
for (const name of quick) waits.push(`${name} ${(await lightAfterHeavy(() => rivals[name]!(WIDTH))).light.toFixed(0)}`);

report([
  {
    what: 'lane: 100,000 jobs at once',
    value: rateOf(bursts)('lane'),
    unit: '/s',
    target: { value: 400_000, sense: 'at least' },
    beside: beside(rateOf(bursts), '/s'),
  },
  { what: '  the same, of 1,000 callers', value: rateOf(bursts)('many'), unit: '/s', target: { value: 300_000, sense: 'at least' } },
  {
    what: 'lane: 64 producers that wait for theirs',
    value: rateOf(steadies)('lane'),
    unit: '/s',
    target: { value: 1_000_000, sense: 'at least' },
    beside: beside(rateOf(steadies), '/s'),
  },
  {
    what: 'lane: a job that waits',
    value: sizes['lane']!,
    unit: 'B',
    target: { value: 600, sense: 'at most' },
    beside: beside((name) => sizes[name]!, 'B', quick),
  },
  {
    what: 'lane: a job, 1,000,000 queued by 100 queued',
    value: lots / few,
    unit: '×',
    target: { value: 2, sense: 'at most' },
    beside: `${few.toFixed(2)} and ${lots.toFixed(2)} µs; a semaphore by hand ${(handLots / handFew).toFixed(2)} × (${handFew.toFixed(2)} and ${handLots.toFixed(2)} µs)`,
  },
  {
    what: 'lane: abort of one of 100,000 that wait',
    value: single,
    unit: 'µs',
    target: { value: 10, sense: 'at most' },
    beside: besideAbort,
  },
  { what: '  the same, 100,000 on one signal', value: together, unit: 'µs a job', target: { value: 10, sense: 'at most' } },
  {
    what: 'lane: a light caller after 5,000 jobs of a heavy one',
    value: fair.light,
    unit: 'job times',
    target: { value: 2, sense: 'at most' },
    beside: waits.join(', '),
  },
  { what: '  all of them, by first in, first out', value: fair.total, unit: '×', target: { value: 1.05, sense: 'at most' } },
] satisfies Figure[]);
process.exit();
