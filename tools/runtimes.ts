/**
 * `npm run runtimes [NAME…]`: packs `@holdfast/core`, installs it alone, and runs `runtime-smoke.ts` against it under Node 22, 24, 26 and Bun,
 * each fetched by npm into a temporary folder. A runtime that cannot be had here is said and left out; one that fails ends it with 1.
 */
import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { copyCheckout } from './checkout-copy.ts';

const RUNTIMES: readonly (readonly [name: string, package_: string, bin: string])[] = [
  ['Node 22', 'node@22', 'node'],
  ['Node 24', 'node@24', 'node'],
  ['Node 26', 'node@26', 'node'],
  ['Bun', 'bun', 'bun'],
];
const LONGEST_MS = 180_000;

const run = (file: string, args: readonly string[], cwd: string) =>
  promisify(execFile)(file, args, { cwd, timeout: LONGEST_MS, maxBuffer: 1e8 });

/** The packed package in a project of its own. */
async function install(temp: string): Promise<string> {
  const user = join(temp, 'user');
  await run('npm', ['pack', '--pack-destination', temp, '-w', '@holdfast/core'], copyCheckout(join(temp, 'checkout')));
  mkdirSync(user);
  writeFileSync(join(user, 'package.json'), '{ "private": true, "type": "module" }');
  const tarball = readdirSync(temp).find((file) => file.endsWith('.tgz'))!;
  await run('npm', ['install', '--offline', '--no-audit', '--no-fund', join(temp, tarball)], user);
  cpSync(join(import.meta.dirname, 'runtime-smoke.ts'), join(user, 'runtime-smoke.ts'));
  return user;
}

/** The runtime's binary; undefined where the registry, the network or this machine has none. */
async function fetched(temp: string, name: string, bin: string): Promise<string | undefined> {
  const folder = join(temp, name.replace('@', '-'));
  mkdirSync(folder);
  writeFileSync(join(folder, 'package.json'), '{ "private": true, "allowScripts": { "node": true, "bun": true } }');
  try {
    await run('npm', ['install', '--no-audit', '--no-fund', name], folder);
    const path = join(folder, 'node_modules/.bin', bin);
    await run(path, ['--version'], folder);
    return path;
  } catch {
    return undefined;
  }
}

async function main(): Promise<void> {
  const wanted = process.argv.slice(2).map((word) => word.toLowerCase());
  const chosen = RUNTIMES.filter(([name]) => wanted.length === 0 || wanted.includes(name.toLowerCase().replace(' ', '')));
  if (chosen.length === 0) throw new Error(`no runtime ${wanted.join(', ')}: node22, node24, node26, bun`);
  const temp = mkdtempSync(join(realpathSync(tmpdir()), 'holdfast-runtimes-'));
  try {
    const user = await install(temp);
    for (const [name, package_, bin] of chosen) {
      const path = await fetched(temp, package_, bin);
      if (path === undefined) {
        console.log(`${name}: skipped, npm cannot install ${package_} here`);
        continue;
      }
      const version = (await run(path, ['--version'], user)).stdout.trim();
      try {
        const { stdout } = await run(path, [join(user, 'runtime-smoke.ts')], user);
        const { importMs } = JSON.parse(stdout.trim().split('\n').at(-1)!) as { importMs: number };
        console.log(`${name} (${version}): passed; imported in ${importMs.toFixed(1)} ms`);
      } catch (error) {
        process.exitCode = 1;
        console.log(`${name} (${version}): FAILED\n${(error as { stderr?: string }).stderr ?? String(error)}`);
      }
    }
  } finally {
    rmSync(temp, { recursive: true, force: true });
  }
}

await main();
