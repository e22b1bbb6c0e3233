import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../source-files.ts';

export const VERSION = '1.18.33';

/**
 * The program of the npm package `opencode-ai`, in a cache of this checkout. No script of the package runs: its binary comes by an
 * optional dependency for this platform, with a second one for processors without AVX2.
 */
export function install(): string {
  const dir = join(ROOT, 'node_modules/.cache', `opencode-${VERSION}`);
  if (!existsSync(join(dir, 'node_modules/opencode-ai/package.json'))) {
    mkdirSync(dir, { recursive: true });
    console.error(`installing opencode-ai ${VERSION} into ${dir} …`);
    const flags = ['--no-audit', '--no-fund', '--ignore-scripts', '--no-save'];
    execFileSync('npm', ['install', '--prefix', dir, ...flags, `opencode-ai@${VERSION}`], { stdio: ['ignore', 'ignore', 'inherit'] });
  }
  const name = `opencode-${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  const programs = [name, `${name}-baseline`, `${name}-musl`, `${name}-baseline-musl`].map((one) =>
    join(dir, 'node_modules', one, 'bin', process.platform === 'win32' ? 'opencode.exe' : 'opencode'),
  );
  const runs = (program: string): boolean =>
    existsSync(program) && spawnSync(program, ['--version'], { encoding: 'utf8' }).stdout?.trim() === VERSION;
  const found = programs.find(runs);
  if (found === undefined) throw new Error(`no opencode ${VERSION} for ${process.platform} ${process.arch} runs here`);
  return found;
}
