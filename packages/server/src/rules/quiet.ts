import type { NewId } from '@holdfast/core/engine';
import { STORM_LISTS } from './storm-words.data.ts';

const WORDS: readonly string[] = [
  ...new Set(STORM_LISTS.flatMap(({ words, statuses }) => [...words, ...statuses.map((status) => `${status}`)])),
];

/** Holds nothing for which a client would send its request again by itself (H3). */
export function isQuiet(text: string): boolean {
  const low = text.toLowerCase();
  return !WORDS.some((word) => low.includes(word));
}

/** The first of these sentences that provokes no retry; the last one is ours alone and always does not. */
export const quietest = (...sentences: readonly [string, ...string[]]): string => sentences.find(isQuiet) ?? sentences.at(-1)!;

/** Draws until an id has no digits in it that a client takes for a status: one in twenty random UUIDs has. */
export const quietIds =
  (draw: NewId): NewId =>
  () => {
    let id = draw();
    for (let tries = 0; tries < 16 && !isQuiet(id); tries++) id = draw();
    return id;
  };

/** Epoch ms as people and programs read it, in whole seconds: the digits of a fraction could be taken for a status. */
export const timeText = (ms: number): string => new Date(Math.ceil(ms / 1000) * 1000).toISOString().replace('.000', '');
