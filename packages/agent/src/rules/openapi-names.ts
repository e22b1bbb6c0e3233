/** Longer names of tools and arguments are refused by some vendors. */
export const LONGEST_NAME = 64;
const LONGEST_DESCRIPTION = 1000;

export const short = (text: string): string => (text.length > LONGEST_DESCRIPTION ? `${text.slice(0, LONGEST_DESCRIPTION)}…` : text);

/** Plain, and short enough; empty when nothing of it is left. */
export const toolName = (text: string): string =>
  text
    .replace(/[{}]/g, '')
    .replace(/[^A-Za-z0-9]+/g, '_')
    .replace(/^_+|_+$/g, '')
    .slice(0, LONGEST_NAME);

/** Taken from then on. */
export function unique(name: string, taken: Set<string>): string {
  let free = name;
  for (let n = 2; taken.has(free); n++) free = `${name.slice(0, LONGEST_NAME - 4)}_${n}`;
  taken.add(free);
  return free;
}
