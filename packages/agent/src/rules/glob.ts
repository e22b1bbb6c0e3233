/**
 * Globs as in Docker's permission rules: `*`, `?`, `[a-z]`, case ignored unless `cased`. A last `*` takes anything; any other one stops at `/`
 * unless `spanning`, and so does `?`. The text may hold marks for what is only known when it runs, and then the answer is "could match".
 *
 * G1. Time is at most (length of pattern) × (length of text): a pattern cannot hang its reader.
 */

/** In a text: any characters, or none. */
export const ANYTHING = '\uE000';
/** In a text: any one character. */
export const ONE = '\uE001';

type Item =
  | { readonly type: 'character'; readonly character: string }
  | { readonly type: 'one' }
  | { readonly type: 'many' }
  | { readonly type: 'all' }
  | { readonly type: 'set'; readonly has: (character: string) => boolean };

export interface Glob {
  readonly items: readonly Item[];
  readonly cased: boolean;
}

export function glob(pattern: string, spanning = false, cased = false): Glob {
  const characters = Array.from(pattern, (character) => (cased ? character : character.toLowerCase()));
  const items: Item[] = [];
  for (let at = 0; at < characters.length; at++) {
    const character = characters[at]!;
    const set = character === '[' ? readSet(characters, at) : undefined;
    if (set) {
      items.push({ type: 'set', has: set.has });
      at = set.end;
    } else if (character === '*')
      items.push({ type: spanning || at === characters.length - 1 || characters[at + 1] === '*' ? 'all' : 'many' });
    else if (character === '?') items.push(spanning ? { type: 'set', has: () => true } : { type: 'one' });
    else if (character === '\\' && at + 1 < characters.length) items.push({ type: 'character', character: characters[++at]! });
    else items.push({ type: 'character', character });
  }
  return { items, cased };
}

function readSet(
  characters: readonly string[],
  open: number,
): { readonly has: (character: string) => boolean; readonly end: number } | undefined {
  const end = characters.indexOf(']', open + 2);
  if (end < 0) return undefined;
  const not = characters[open + 1] === '!' || characters[open + 1] === '^';
  const body = characters.slice(open + (not ? 2 : 1), end);
  if (body.length === 0) return undefined;
  const has = (character: string): boolean => {
    for (let at = 0; at < body.length; at++) {
      const [low, dash, high] = body.slice(at, at + 3) as [string, string?, string?];
      if (dash === '-' && high !== undefined) {
        if (character >= low && character <= high) return true;
        at += 2;
      } else if (character === low) return true;
    }
    return false;
  };
  return { has: (character) => has(character) !== not, end };
}

const takes = (item: Item, character: string): boolean => {
  if (item.type === 'character') return item.character === character || character === ONE;
  if (item.type === 'set') return character === ONE || item.has(character);
  return item.type === 'all' || character !== '/';
};

/** Can `text` be what the pattern describes? */
export const matches = (pattern: Glob, text: string): boolean => matchesFrom(pattern, text, [0]);

/**
 * Can what stands in `text` from one of `starts` (in order) to its end be what the pattern describes? `places` are where in the pattern the
 * text read so far may have led to: one reading answers for all starts.
 */
export function matchesFrom({ items, cased }: Glob, text: string, starts: readonly number[]): boolean {
  let places = new Set<number>();
  let next = 0;
  let at = 0;
  const takesAll = items.at(-1)?.type === 'all';
  for (const character of text) {
    if (starts[next] === at) {
      places.add(0);
      next++;
    }
    at += character.length;
    if (places.size === 0) continue;
    passStars(items, places);
    if (takesAll && places.has(items.length - 1)) return true;
    places = step(items, places, cased ? character : character.toLowerCase());
  }
  if (starts[next] === at) places.add(0);
  return passStars(items, places).has(items.length);
}

function step(items: readonly Item[], places: ReadonlySet<number>, character: string): Set<number> {
  const next = new Set<number>();
  if (character === ANYTHING) {
    for (let at = Math.min(...places); at <= items.length; at++) next.add(at);
    return next;
  }
  for (const at of places) {
    const item = items[at];
    if (item === undefined || !takes(item, character)) continue;
    next.add(item.type === 'many' || item.type === 'all' ? at : at + 1);
  }
  return next;
}

/** A star may also take nothing. */
function passStars(items: readonly Item[], places: Set<number>): Set<number> {
  for (const at of places) if (items[at]?.type === 'many' || items[at]?.type === 'all') places.add(at + 1);
  return places;
}
