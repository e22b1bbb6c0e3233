/** `npm run verify`: everything that is checked, in the order in which it fails fastest. `--without NAME` leaves a step out. */
import { spawnSync } from 'node:child_process';
import { ROOT } from './source-files.ts';

const STEPS: readonly (readonly [name: string, ...command: string[]])[] = [
  ['format', 'oxfmt', '--check', '.'],
  ['types', 'tsc', '--noEmit', '-p', 'tsconfig.json'],
  ['lint', 'oxlint', '--deny-warnings', '.'],
  ['layers', 'vitest', 'run', 'tools/layers.test.ts', 'tools/cycles.test.ts'],
  ['sizes', 'vitest', 'run', 'tools/sizes.test.ts'],
  ['unused', 'knip'],
  ['tests', 'vitest', 'run'],
];

const without = new Set(process.argv.flatMap((word, at, all) => (all[at - 1] === '--without' ? [word] : [])));
for (const [name, command, ...args] of STEPS) {
  if (without.has(name)) continue;
  const began = performance.now();
  const { status } = spawnSync(command as string, args, {
    cwd: ROOT,
    stdio: 'inherit',
    env: { ...process.env, PATH: `${ROOT}/node_modules/.bin:${ROOT}/tools/node_modules/.bin:${process.env['PATH']}` },
  });
  console.log(`${name}: ${status === 0 ? 'passed' : 'FAILED'} in ${((performance.now() - began) / 1000).toFixed(1)} s`);
  if (status !== 0) process.exit(1);
}
