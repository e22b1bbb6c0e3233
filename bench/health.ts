/**
 * What the shared health store costs a call: one read of the beliefs about five targets, with few and with ten thousand scopes on record;
 * and how long it keeps the event loop while four other processes write as fast as they can.
 */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { MemoryHealth, scopesOf } from '@holdfast/core/engine';
import { tempState } from '@holdfast/lab';
import { report, type Figure } from './figure.ts';
import { openHealth, overload, targetOf } from './health-store.ts';
import { inTurns, median, msOf } from './measure.ts';

const READS = 20_000;
const MANY = 10_000;
const WRITERS = 4;
const WATCHED_MS = 4_000;

const chain = [0, 1, 2, 3, 4].flatMap((n) => scopesOf(targetOf(n)));
const now = Date.now();

using temp = tempState('holdfast-bench');
const few = openHealth(join(temp.dir, 'few'));
const many = openHealth(join(temp.dir, 'many'));
const memory = new MemoryHealth();
for (const store of [few, many, memory]) await store.report(targetOf(0), overload(now), now);
for (let n = 1; n < MANY; n++) await many.report(targetOf(n), overload(now), now);

const reading = (store: Pick<MemoryHealth, 'read'>) => (): Promise<number> =>
  msOf(() => {
    for (let n = 0; n < READS; n++) void store.read(chain);
  });
const reads = await inTurns(
  { few: reading(few as unknown as MemoryHealth), many: reading(many as unknown as MemoryHealth), memory: reading(memory) },
  { rounds: 15, warm: 3 },
);
const micros = (name: keyof typeof reads): number => (median(reads[name]) / READS) * 1e3;

/** Ms of work that asks nobody: what it takes longer is what the machine's other processes take from this one. */
function spin(ms: number): number {
  const began = performance.now();
  let at = began;
  while (at - began < ms) at = performance.now();
  return at - began;
}

/** Ms that single verbs of one process took from its event loop while others wrote, and bare work between them. */
async function blocked(): Promise<{ readonly took: readonly number[]; readonly bare: readonly number[] }> {
  const folder = join(temp.dir, 'busy');
  const store = openHealth(folder);
  await store.report(targetOf(0), overload(now), now);
  const writers = Array.from({ length: WRITERS }, () => fork(join(import.meta.dirname, 'health-writer.ts'), [folder]));
  await Promise.all(writers.map((writer) => once(writer, 'message')));
  const took: number[] = [];
  const bare: number[] = [];
  const ends = performance.now() + WATCHED_MS;
  for (let n = 0; performance.now() < ends; n++) {
    const at = now + n * 3_600_000;
    const began = performance.now();
    const answer = n % 4 === 0 ? store.report(targetOf(n % 50), overload(at), at) : store.read(chain);
    took.push(performance.now() - began);
    bare.push(spin(took.at(-1)!));
    await Promise.resolve(answer).catch(() => {});
    await new Promise((resolve) => setImmediate(resolve));
  }
  await Promise.all(writers.map(end));
  await store.close();
  const sorted = (of: readonly number[]) => of.toSorted((a, b) => a - b);
  return { took: sorted(took), bare: sorted(bare) };
}

async function end(child: ChildProcess): Promise<void> {
  const gone = once(child, 'exit');
  child.disconnect();
  await gone;
}

const { took, bare } = await blocked();
const share = (part: number): string => took[Math.floor(took.length * part)]!.toFixed(2);
for (const store of [few, many]) await store.close();

report([
  {
    what: 'beliefs about five targets, a read of the shared store',
    value: micros('few'),
    unit: 'µs',
    target: { value: 5, sense: 'at most' },
    beside: `in memory ${micros('memory').toFixed(1)} µs`,
  },
  { what: '  the same, 10,000 scopes on record', value: micros('many'), unit: 'µs', target: { value: 5, sense: 'at most' } },
  {
    what: 'the event loop kept by a verb while 4 processes write, longest',
    value: took.at(-1)!,
    unit: 'ms',
    target: { value: 20, sense: 'at most' },
    beside: `of ${took.length} verbs; half ${share(0.5)}, 99 % ${share(0.99)}, 99.9 % ${share(0.999)} ms; bare work as long, longest ${bare.at(-1)!.toFixed(1)} ms`,
  },
] satisfies Figure[]);
