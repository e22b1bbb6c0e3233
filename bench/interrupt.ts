/** From the signal to the end of the process, in every state a run can be in. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { Place } from '../packages/cli/test/command.ts';
import { reach, STATES, type State } from '../packages/cli/test/interrupt-states.ts';
import { report, type Figure } from './figure.ts';
import { inTurns, median } from './measure.ts';

const ROUNDS = 7;

const stop = (state: State) => async (): Promise<number> => {
  await using place = new Place();
  const { running } = await reach(place, state);
  const exited = once(running.child, 'exit');
  const began = performance.now();
  running.child.kill('SIGINT');
  const [code] = (await exited) as [number | null];
  if (code !== 130) throw new Error(`${state.name}: ended with ${code}: ${running.err}`);
  return performance.now() - began;
};

/** A process that ends at its first signal and has nothing else to do. */
async function bare(): Promise<number> {
  const child = spawn(
    process.execPath,
    ['-e', "process.on('SIGINT', () => process.exit(130)); setInterval(() => {}, 1e6); console.log()"],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  await once(child.stdout, 'data');
  const exited = once(child, 'exit');
  const began = performance.now();
  child.kill('SIGINT');
  await exited;
  return performance.now() - began;
}

const subjects: Readonly<Record<string, () => Promise<number>>> = {
  bare,
  ...Object.fromEntries(STATES.map((state) => [state.name, stop(state)])),
};
const times = await inTurns(subjects, { rounds: ROUNDS, warm: 1 });
const beside = (of: readonly number[]): string =>
  `slowest ${Math.max(...of).toFixed(0)} ms; bare Node ${median(times.bare!).toFixed(0)} ms`;

report(
  STATES.map(({ name }): Figure => ({
    what: `Ctrl-C ${name}`,
    value: median(times[name]!),
    unit: 'ms',
    target: { value: 100, sense: 'at most' },
    beside: beside(times[name]!),
  })),
);
