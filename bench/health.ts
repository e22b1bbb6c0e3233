/** Health in SQLite: a chain's read from the snapshot, and the longest time the event loop stands still while four processes write. */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { processIdentity, scopesOf, SqliteHealth, systemClock, systemRandom, type Report, type ReportTarget } from '@holdfast/core/engine';
import { tempState } from '@holdfast/lab';
import { report, type Figure } from './figure.ts';
import { median } from './measure.ts';

const TARGETS = 5;
const SCOPES = 10_000;
const WRITERS = 4;
const READS = 2_000;
const ROUNDS = 15;
const BUSY_MS = 1_200;
const BUSY_ROUNDS = 5;

const targetOf = (entry: string, model: string): ReportTarget => ({
  entry,
  model,
  credential: `${entry}#K`,
  account: `${entry}#K`,
  group: model,
});
const failed = (now: number): Report => ({
  outcome: { kind: 'overload', facts: {} },
  verdict: 'fact',
  phase: 'end',
  began: now,
  chance: 0,
});

const { alive, owner } = processIdentity();
const open = (folder: string): SqliteHealth =>
  new SqliteHealth({ folder, owner, clock: systemClock, random: systemRandom, alive, say: () => {} });

const targets = Array.from({ length: TARGETS }, (_, n) => targetOf(`own-${n}`, 'm'));
const scopes = targets.flatMap(scopesOf);

/** One of the five rests, so that the read finds something. */
async function prepared(folder: string, others: number): Promise<SqliteHealth> {
  const store = open(folder);
  const now = systemClock.now();
  await store.report(targets[0]!, failed(now), now);
  for (let n = 0; n < others; n++) await store.set(`endpoint:other-${n}`, { until: now + 3_600_000, why: { kind: 'overload' } }, now);
  return store;
}

/** µs of one read, from the snapshot: nobody writes. */
async function readUs(store: SqliteHealth): Promise<number> {
  const rounds: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const began = performance.now();
    for (let n = 0; n < READS; n++) await store.read(scopes, systemClock.now());
    rounds.push(((performance.now() - began) * 1000) / READS);
  }
  return median(rounds.slice(3));
}

interface Busy {
  readonly longest: number;
  readonly reads: number;
  readonly failures: number;
}

/** The longest a verb held the thread, in the median of some rounds, while four processes write and this one reads, reports and claims as chains do. */
async function busy(folder: string, store: SqliteHealth): Promise<Busy> {
  const writers = Array.from({ length: WRITERS }, () => fork(new URL('./health.worker.ts', import.meta.url), [folder]));
  await Promise.all(writers.map((child) => once(child, 'message')));
  const rounds: number[] = [];
  let [longest, reads, failures] = [0, 0, 0];
  const held = async (verb: () => unknown): Promise<void> => {
    const began = performance.now();
    const answer = verb();
    longest = Math.max(longest, performance.now() - began);
    await Promise.resolve(answer).catch(() => failures++);
  };
  for (let end = performance.now() + BUSY_MS; rounds.length < BUSY_ROUNDS;) {
    if (performance.now() >= end) {
      rounds.push(longest);
      [longest, end] = [0, performance.now() + BUSY_MS];
    }
    const now = systemClock.now();
    await held(() => store.read(scopes, now));
    if (++reads % 10 === 0) {
      await held(() => store.report(targets[reads % TARGETS]!, failed(now + 1e9), now));
      await held(() => store.claim(scopes, { id: 'x', owner, until: now + 30_000 }, now, true));
    }
    await systemClock.sleep(0, new AbortController().signal);
  }
  for (const child of writers) child.disconnect();
  await Promise.all(writers.map((child) => once(child, 'exit')));
  return { longest: median(rounds), reads, failures };
}

using empty = tempState('holdfast-bench');
using full = tempState('holdfast-bench');
const few = await prepared(empty.dir, 0);
const many = await prepared(full.dir, SCOPES);
const began = performance.now();
const fresh = open(full.dir);
await fresh.read(scopes);
const opening = performance.now() - began;
fresh.close();
const [us, usMany] = [await readUs(few), await readUs(many)];
const delay = monitorEventLoopDelay({ resolution: 1 });
delay.enable();
const idle = await systemClock.sleep(500, new AbortController().signal).then(() => delay.max / 1e6);
const calm = await busy(empty.dir, few);
const crowded = await busy(full.dir, many);
few.close();
many.close();

const read = (what: string, value: number): Figure => ({ what, value, unit: 'µs', target: { value: 5, sense: 'at most' } });
const stood = (what: string, { longest, reads, failures }: Busy): Figure => ({
  what,
  value: longest,
  unit: 'ms',
  target: { value: 20, sense: 'at most' },
  beside: `${reads.toLocaleString('en')} reads, ${failures} given up; an idle loop: ${idle.toFixed(1)} ms`,
});
report([
  read('health: a chain of 5 targets, read from the snapshot', us),
  read('  the same, 10,000 scopes on record', usMany),
  stood('health: longest hold of the event loop, 4 processes writing', calm),
  stood('  the same, 10,000 scopes on record', crowded),
  { what: '  opened with 10,000 scopes on record', value: opening, unit: 'ms' },
] satisfies Figure[]);
