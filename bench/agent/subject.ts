/** One runtime in a process of its own, given its name and the seconds it may take: ms a step at each length, as JSON. */
import { join } from 'node:path';
import { median } from '../measure.ts';
import { OURS, type Run } from './ours.ts';

export const LENGTHS = [50, 200, 1000] as const;

/** Of one length. `growth`: the last tenth of a run by its first. */
export interface Measured {
  readonly ms: number;
  /** Of this thread alone: what a busy machine takes away does not count. */
  readonly cpu: number;
  readonly growth: number;
  readonly runs: number;
}
export type Subject = Readonly<Record<(typeof LENGTHS)[number], Measured>>;

const MOST_RUNS = 25;
const WARM = 3;

async function runOf(name: string): Promise<Run> {
  if (name in OURS) return OURS[name as keyof typeof OURS];
  const peers = (await import(join(import.meta.dirname, '../peers/agents.js'))) as Readonly<Record<string, () => Promise<Run>>>;
  return await peers[name]!();
}

const cpuMs = (): number => {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
};

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

async function once(run: Run, steps: number) {
  const asked: number[] = [];
  const [began, beganCpu] = [performance.now(), cpuMs()];
  const answer = await run(steps, () => asked.push(performance.now()));
  const [ms, cpu] = [performance.now() - began, cpuMs() - beganCpu];
  if (answer !== 'done' || asked.length !== steps) throw new Error(`${asked.length} of ${steps} steps, and "${answer}"`);
  const each = asked.map((at, nth) => (asked[nth + 1] ?? began + ms) - at);
  const tenth = Math.ceil(steps / 10);
  return { ms: ms / steps, cpu: cpu / steps, growth: sum(each.slice(-tenth)) / sum(each.slice(0, tenth)) };
}

async function measured(run: Run, steps: number, budgetMs: number): Promise<Measured> {
  const until = performance.now() + budgetMs;
  const runs: Awaited<ReturnType<typeof once>>[] = [];
  for (let nth = 0; nth < WARM + MOST_RUNS; nth++) {
    const one = await once(run, steps);
    const late = performance.now() > until;
    if (nth >= WARM || late) runs.push(one);
    if (late) break;
  }
  const of = (key: 'ms' | 'cpu' | 'growth') => median(runs.map((one) => one[key]));
  return { ms: of('ms'), cpu: of('cpu'), growth: of('growth'), runs: runs.length };
}

if (import.meta.main) {
  const [name = '', seconds = '10'] = process.argv.slice(2);
  const run = await runOf(name);
  // Compiled before it is measured, at whatever length.
  for (let nth = 0; nth < 10; nth++) await once(run, LENGTHS[0]);
  const all: [number, Measured][] = [];
  for (const steps of LENGTHS) all.push([steps, await measured(run, steps, (Number(seconds) * 1000) / LENGTHS.length)]);
  console.log(JSON.stringify(Object.fromEntries(all)));
  // Some keep timers.
  process.exit(0);
}
