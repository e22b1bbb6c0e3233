/**
 * Globs as in Docker's permission rules: `*`, `?`, `[a-z]`, case ignored unless `cased`. A last `*` takes anything; any other one stops at `/`
 * unless `spanning`. The text may hold marks for what is only known when it runs, and then the answer is "could match".
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
  const characters = [...(cased ? pattern : pattern.toLowerCase())];
  const items: Item[] = [];
  for (let at = 0; at < characters.length; at++) {
    const character = characters[at]!;
    const set = character === '[' ? readSet(characters, at) : undefined;
    if (set) {
      items.push({ type: 'set', has: set.has });
      at = set.end;
    } else if (character === '*')
      items.push({ type: spanning || at === characters.length - 1 || characters[at + 1] === '*' ? 'all' : 'many' });
    else if (character === '?') items.push({ type: 'one' });
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

/** Can `text` be what the pattern describes? `places` are where in the pattern the text read so far may have led to. */
export function matches({ items, cased }: Glob, text: string): boolean {
  let places = open(items, new Set([0]));
  for (const character of cased ? text : text.toLowerCase()) {
    if (items.at(-1)?.type === 'all' && places.has(items.length - 1)) return true;
    const next = new Set<number>();
    if (character === ANYTHING) for (let at = Math.min(...places); at <= items.length; at++) next.add(at);
    else
      for (const at of places) {
        const item = items[at];
        if (item === undefined || !takes(item, character)) continue;
        next.add(item.type === 'many' || item.type === 'all' ? at : at + 1);
      }
    if (next.size === 0) return false;
    places = open(items, next);
  }
  return places.has(items.length);
}

/** A star may also take nothing. */
function open(items: readonly Item[], places: Set<number>): Set<number> {
  for (const at of places) if (items[at]?.type === 'many' || items[at]?.type === 'all') places.add(at + 1);
  return places;
}
