/**
 * Two workers beside one. Throughput tells only where the load has cores of its own; on a machine with two, what the two share is told by
 * what a request costs and by how evenly the work falls on them.
 */
import { cpus } from 'node:os';
import type { Figure } from '../figure.ts';
import { load, poolOf, textAt } from './load.ts';
import { cpuEach } from './process-cost.ts';
import { endsWhole, requestOf, SCENARIOS } from './scenarios.ts';
import type { Kind } from './subjects.ts';
import type { Upstream } from './upstream.ts';

const CLIENTS = 128;
/** The costliest for a gateway beside what it costs its clients. */
const BURST = SCENARIOS.find(({ model }) => model === 'burst')!;

async function under(kind: Kind, upstream: Upstream, workers: number, ms: number) {
  await using subject = await kind.start(upstream.ports, { workers });
  const door = subject.door('chat')!;
  const pool = poolOf(door.origin, CLIENTS);
  const request = requestOf(BURST, door);
  const { text } = await textAt(pool, request);
  const whole = endsWhole(BURST, Buffer.byteLength(text));
  await load(pool, request, whole, CLIENTS, ms);
  const before = cpuEach(subject.pid);
  const { requests, ms: took } = await load(pool, request, whole, CLIENTS, ms);
  const spent = cpuEach(subject.pid).map((us, n) => us - (before[n] ?? 0));
  await pool.destroy();
  const all = spent.reduce((sum, us) => sum + us, 0);
  return { perSecond: (requests / took) * 1000, cpu: all / requests, busiest: Math.max(...spent) / all };
}

export async function workersFigure(kind: Kind, upstream: Upstream, ms: number): Promise<readonly Figure[]> {
  const one = await under(kind, upstream, 1, ms);
  const two = await under(kind, upstream, 2, ms);
  const beside = `one: ${Math.round(one.perSecond)}/s at ${Math.round(one.cpu)} µs; two: ${Math.round(two.perSecond)}/s at ${Math.round(two.cpu)} µs, the busier does ${Math.round(two.busiest * 100)} %`;
  const target = { value: 1.7, sense: 'at least' } as const;
  const cores = cpus().length;
  const seen: Figure = { what: 'two workers, requests a second of one’s', value: two.perSecond / one.perSecond, unit: '×', beside };
  if (cores >= 4) return [{ ...seen, target }];
  return [
    { ...seen, what: `${seen.what} (${cores} cores, the load on them too: not judged)` },
    {
      what: 'two workers, by cost and share of the busier',
      value: one.cpu / two.cpu / two.busiest,
      unit: '×',
      beside: 'what two cores of their own would give',
      target,
    },
  ];
}
