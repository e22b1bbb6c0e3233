import type { Target } from './target.ts';

/** Places that are one model with several keys, in the chain's order. Models with one key are in none. */
export function keyGroups(targets: readonly Target[]): readonly (readonly number[])[] {
  const groups = new Map<string, number[]>();
  for (const { place, ref, entry, model, effort } of targets) {
    const id = JSON.stringify([ref, entry, model, effort]);
    groups.set(id, [...(groups.get(id) ?? []), place]);
  }
  return [...groups.values()].filter((places) => new Set(places.map((place) => targets[place]!.credential)).size > 1);
}

/**
 * The rank of each place for one conversation (P8): the keys of a model change places among themselves, the heaviest first, and
 * nothing else moves. `weight` of rendezvous hashing: a key that goes or comes moves no conversation between the others.
 */
export function rankedBy(
  size: number,
  groups: readonly (readonly number[])[],
  weight: (place: number) => string | number,
): readonly number[] {
  const ranks = Array.from({ length: size }, (_, place) => place);
  for (const places of groups) {
    const weights = new Map(places.map((place) => [place, weight(place)]));
    const heaviest = places.toSorted((a, b) => compare(weights.get(b)!, weights.get(a)!) || a - b);
    heaviest.forEach((place, index) => (ranks[place] = places[index]!));
  }
  return ranks;
}

const compare = (a: string | number, b: string | number): number => (a === b ? 0 : a > b ? 1 : -1);

/** The rank of a place in an order that may not be given: the chain's own. */
export const rankIn = (order: readonly number[] | undefined, place: number): number => order?.[place] ?? place;
