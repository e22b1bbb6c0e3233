/** What the runtime takes of memory, given `imported`, `peak`, `chained` or `idle`: in a process of its own that runs what is published. Prints MB. */
import { readFileSync } from 'node:fs';
import { holdfast } from '@holdfast/core';
import { OURS, runtimeOver, sqliteSessions } from './ours.ts';
import { steppingModel } from './model.ts';

const STEPS = 1000;
const SESSIONS = 200;
const STEPS_OF_EACH = 10;
const MB = 1024 * 1024;

/** Most that was resident at once. What `getrusage` says of a process that was forked begins with its parent's: Linux knows better. */
function resident(): number {
  if (process.platform !== 'linux') return process.resourceUsage().maxRSS / 1024;
  const [, kB] = /VmHWM:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8')) ?? [];
  return Number(kB) / 1024;
}

/** All that the process had at once, Node's own included. */
async function peak(of: keyof typeof OURS): Promise<number> {
  await OURS[of](STEPS, () => {});
  return resident();
}

function live(): number {
  globalThis.gc!();
  const { heapUsed, external } = process.memoryUsage();
  return (heapUsed + external) / MB;
}

/** What sessions whose run is over leave behind in the process that ran them. */
async function idle(): Promise<number> {
  const { store, close } = await sqliteSessions();
  const runtime = runtimeOver(store, holdfast({ models: [steppingModel(STEPS_OF_EACH)] }));
  const before = live();
  for (let nth = 0; nth < SESSIONS; nth++) await (await runtime.start({ prompt: 'Go.' })).done;
  const after = live();
  await runtime.close();
  await close();
  return after - before;
}

const measures = {
  imported: async () => resident(),
  peak: () => peak('in memory'),
  chained: () => peak('in memory, through a chain'),
  idle,
};
console.log(await measures[process.argv[2] as keyof typeof measures]());
