/** How long the core takes to import, as it is published: built, without a compile cache and with one. */
import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { tempState } from '@holdfast/lab';
import { compile } from '../tools/pack.ts';
import { report, type Figure } from './figure.ts';
import { inTurns, median } from './measure.ts';

using temp = tempState('holdfast-bench');
const dist = join(temp.dir, 'dist');
await compile(join(import.meta.dirname, '../packages/core'), dist);
writeFileSync(join(temp.dir, 'package.json'), '{ "type": "module" }');
const timed = join(temp.dir, 'timed.js');
writeFileSync(timed, `const began = performance.now(); await import(process.argv[2]); console.log(performance.now() - began);`);

/** Ms of an import in a process of its own, which has started. */
const importing =
  (what: string, env: Readonly<Record<string, string>> = {}) =>
  async (): Promise<number> =>
    Number((await promisify(execFile)(process.execPath, [timed, what], { env: { ...process.env, ...env } })).stdout);

const times = await inTurns(
  {
    cold: importing(join(dist, 'index.js')),
    cached: importing(join(dist, 'index.js'), { NODE_COMPILE_CACHE: join(temp.dir, 'cache') }),
    ai: importing(import.meta.resolve('ai')),
  },
  { rounds: 11, warm: 2 },
);

report([
  {
    what: 'import of @holdfast/core',
    value: median(times.cold),
    unit: 'ms',
    target: { value: 30, sense: 'at most' },
    beside: `the AI SDK: ${median(times.ai).toFixed(0)} ms`,
  },
  { what: '  the same, compile cache filled', value: median(times.cached), unit: 'ms', target: { value: 30, sense: 'at most' } },
] satisfies Figure[]);
