/** CPU time of the subject per request, and requests a second: so many rounds, the subjects taking turns within each. */
import type { Pool } from 'undici';
import { median } from '../measure.ts';
import { load, poolOf, textAt } from './load.ts';
import { cpuOf } from './process-cost.ts';
import { endsWhole, isWhole, requestOf, type Scenario } from './scenarios.ts';
import type { Subject } from './subjects.ts';
import type { Upstream } from './upstream.ts';

export interface Cost {
  /** Microseconds of CPU of the subject's process for one request. */
  readonly cpu: number;
  readonly perSecond: number;
  /** Of the requests, how many met the target that fails. */
  readonly met: number;
}

export interface Row {
  readonly scenario: Scenario;
  readonly concurrency: number;
  readonly costs: Readonly<Record<string, Cost>>;
}

export interface Effort {
  readonly rounds: number;
  readonly ms: number;
}

/** The first answer is read to its last letter; it also says how long one is. */
async function known(subject: Subject, scenario: Scenario, pool: Pool, request: ReturnType<typeof requestOf>) {
  const { status, text } = await textAt(pool, request);
  if (status !== 200 || !isWhole(scenario, text))
    throw new Error(`${subject.name}, ${scenario.name}: not the whole answer (${status}): ${text.slice(0, 300)}`);
  return endsWhole(scenario, Buffer.byteLength(text));
}

async function costsOf(subject: Subject, scenario: Scenario, concurrency: number, effort: Effort, upstream: Upstream) {
  const door = subject.door(scenario.target)!;
  const pool = poolOf(door.origin, concurrency);
  const request = requestOf(scenario, door);
  const whole = await known(subject, scenario, pool, request);
  return {
    /** As long as a round, so that what is compiled is compiled. */
    warm: () => load(pool, request, whole, concurrency, effort.ms),
    async round(): Promise<Cost> {
      const [before, metBefore] = [cpuOf(subject.pid), (await upstream.state()).refused];
      const { requests, ms } = await load(pool, request, whole, concurrency, effort.ms);
      const [after, metAfter] = [cpuOf(subject.pid), (await upstream.state()).refused];
      return { cpu: (after - before) / requests, perSecond: (requests / ms) * 1000, met: (metAfter - metBefore) / requests };
    },
    close: () => pool.destroy(),
  };
}

const middle = (costs: readonly Cost[]): Cost => ({
  cpu: median(costs.map(({ cpu }) => cpu)),
  perSecond: median(costs.map(({ perSecond }) => perSecond)),
  met: median(costs.map(({ met }) => met)),
});

/** One scenario at one number of clients, for all subjects that can serve it. A subject that cannot is said on stderr and left out. */
export async function rowOf(
  subjects: readonly Subject[],
  scenario: Scenario,
  concurrency: number,
  effort: Effort,
  upstream: Upstream,
): Promise<Row> {
  const able = subjects.filter(
    (subject) => subject.door(scenario.target) !== undefined && (scenario.wire === 'chat' || subject.door('messages')),
  );
  const measured = new Map<string, { readonly costs: Cost[]; readonly own: Awaited<ReturnType<typeof costsOf>> }>();
  for (const subject of able) {
    try {
      const own = await costsOf(subject, scenario, concurrency, effort, upstream);
      await own.warm();
      measured.set(subject.name, { costs: [], own });
    } catch (error) {
      console.error(`${subject.name} is left out of "${scenario.name}" at ${concurrency}: ${String(error).slice(0, 400)}`);
    }
  }
  const turns = [...measured.values()];
  for (let round = 0; round < effort.rounds; round++)
    for (const { costs, own } of round % 2 === 0 ? turns : turns.toReversed()) costs.push(await own.round());
  for (const { own } of turns) await own.close();
  return { scenario, concurrency, costs: Object.fromEntries([...measured].map(([name, { costs }]) => [name, middle(costs)])) };
}
