import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** The checkout. */
export const ROOT = resolve(import.meta.dirname, '..');

/** Production sources, as paths relative to the checkout: no tests, no contract suites, no fixtures. */
export const sources: readonly string[] = readdirSync(join(ROOT, 'packages'))
  .flatMap((name) => {
    const folder = `packages/${name}/src`;
    return readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' }).map((file) => `${folder}/${file}`);
  })
  .filter(
    (file) => file.endsWith('.ts') && !file.endsWith('.d.ts') && !/\.(test|worker|fixture)\.ts$/.test(file) && !file.includes('/fixtures/'),
  )
  .toSorted();

export const textOf = (file: string): string => readFileSync(join(ROOT, file), 'utf8');
