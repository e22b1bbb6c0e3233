import { glob, matches, type Glob } from './glob.ts';
import { BRACE, expandBraces } from './shell-quotes.ts';

/**
 * `.gitignore`: which names below a folder are not of interest. The last pattern that matches decides; what lies below an ignored folder
 * is not looked at, so it cannot be taken back.
 */
export interface IgnoreRule {
  readonly matches: (path: string) => boolean;
  readonly not: boolean;
  readonly foldersOnly: boolean;
}

export const readIgnore = (text: string): readonly IgnoreRule[] => text.split(/\r?\n/).flatMap((line) => ignoreRule(line) ?? []);

function ignoreRule(line: string): IgnoreRule | undefined {
  let pattern = line.replace(/(?<!\\)\s+$/, '');
  if (pattern === '' || pattern.startsWith('#')) return undefined;
  const not = pattern.startsWith('!');
  if (not) pattern = pattern.slice(1);
  const foldersOnly = pattern.endsWith('/');
  if (foldersOnly) pattern = pattern.slice(0, -1);
  if (pattern === '') return undefined;
  return { matches: pathGlob(pattern), not, foldersOnly };
}

/** `path` is relative to the folder the rules are of, with `/`. Undefined: they say nothing about it. */
export function isIgnored(rules: readonly IgnoreRule[], path: string, folder: boolean): boolean | undefined {
  const last = rules.findLast((rule) => (folder || !rule.foldersOnly) && rule.matches(path));
  return last && !last.not;
}

/**
 * Globs over paths: `*` and `?` stay within a segment, `**` crosses them, `{a,b}` is either; a pattern without a slash matches a name at any
 * depth.
 */
export function pathGlob(pattern: string): (path: string) => boolean {
  const either = expandBraces(pattern.replace(/[{,}]/g, (mark) => BRACE[mark]!)).map((one) => {
    const parts = one.split('/').filter((part) => part !== '' && part !== '.');
    const anywhere = one.replace(/\/$/, '').includes('/') ? parts : ['**', ...parts];
    return anywhere.map((part) => (part === '**' ? part : glob(part, false, true)));
  });
  return (path) => {
    const names = path.split('/').filter((part) => part !== '' && part !== '.');
    return either.some((parts) => leadsTo(parts, names));
  };
}

/** G1 of `glob.ts` holds for segments too: every place of the pattern is looked at once for each name. */
function leadsTo(parts: readonly (Glob | '**')[], names: readonly string[]): boolean {
  let places = passStars(parts, [0]);
  for (const name of names) {
    const next: number[] = [];
    for (const at of places) {
      const part = parts[at];
      if (part === '**') next.push(at);
      else if (part !== undefined && matches(part, name)) next.push(at + 1);
    }
    places = passStars(parts, next);
  }
  return places.has(parts.length);
}

function passStars(parts: readonly (Glob | '**')[], from: readonly number[]): Set<number> {
  const places = new Set(from);
  for (const at of places) if (parts[at] === '**') places.add(at + 1);
  return places;
}
