/** `npm run bench`: every script in a process of its own, one after the other, and one table. Ends with 1 when a figure misses its target. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { passes, table, type Figure } from './figure.ts';
import { machine, peersIfInstalled } from './peers.ts';

const SCRIPTS = [
  'chain.ts',
  'races.ts',
  'lanes.ts',
  'health.ts',
  'imports.ts',
  'projection.ts',
  'turns.ts',
  'start.ts',
  'sessions.ts',
  'interrupt.ts',
];
const LONGEST_MS = 300_000;

const peers = await peersIfInstalled();
/** They are about other libraries, or are nothing without them. */
const THEIRS = new Set(['races.ts']);

const figures: Figure[] = [];
for (const script of SCRIPTS.filter((one) => peers || !THEIRS.has(one))) {
  process.stderr.write(`${script} …\n`);
  const { stdout } = await promisify(execFile)(process.execPath, [join(import.meta.dirname, script), '--json'], { timeout: LONGEST_MS });
  for (const line of stdout.trim().split('\n')) figures.push(JSON.parse(line) as Figure);
}
console.log(`${machine()}\n\n${table(figures)}`);
const missed = figures.filter((figure) => !passes(figure));
console.log(
  missed.length === 0 ? '\nEvery target is met.' : `\n${missed.length} of ${figures.filter(({ target }) => target).length} targets missed.`,
);
if (missed.length > 0) process.exitCode = 1;
