import { posix } from 'node:path';
import { textOf } from './source-files.ts';

const STATEMENT = /(?:^|\n)\s*(?:import|export)\s[^;'"]*?from\s+'([^']+)'|(?:^|\n)\s*import\s+'([^']+)'|\bimport\(\s*'([^']+)'\s*\)/g;

/** What a file imports: relative paths resolved against the checkout, package names as they stand. Comments do not count. */
export function importsOf(file: string): readonly string[] {
  const code = textOf(file)
    .replace(/\/\*[\s\S]*?\*\//g, '')
    .replace(/^\s*\/\/.*$/gm, '');
  return [...code.matchAll(STATEMENT)]
    .map((match) => (match[1] ?? match[2] ?? match[3]) as string)
    .map((path) => (path.startsWith('.') ? posix.normalize(posix.join(posix.dirname(file), path)) : path));
}
