import type { TokenUsage } from './events.ts';

/** What estimates of messages of this conversation came to, in tokens, and what was reported of the same ones. */
export interface Evidence {
  readonly estimated: number;
  readonly reported: number;
}

export const NO_EVIDENCE: Evidence = Object.freeze({ estimated: 0, reported: 0 });

/** Estimated tokens of evidence from which it is believed. */
const ENOUGH = 512;
const LEAST = 0.75;
const MOST = 2;

/** By how much estimates of this conversation are off: reported tokens for each estimated one, within bounds. */
export const factorOf = ({ estimated, reported }: Evidence): number =>
  estimated < ENOUGH ? 1 : Math.min(MOST, Math.max(LEAST, reported / estimated));

/**
 * What two prompts of one conversation teach: the later one is longer by `estimated` tokens of messages and by `later - earlier` reported
 * ones. A prompt that did not grow was cut between, and an estimate of ours is no report: both teach nothing.
 */
export function learnt(before: Evidence, estimated: number, earlier: TokenUsage, later: TokenUsage): Evidence {
  if (earlier.input === undefined || later.input === undefined || earlier.estimated || later.estimated) return before;
  const grown = later.input - earlier.input;
  if (grown <= 0 || estimated <= 0) return before;
  return { estimated: before.estimated + estimated, reported: before.reported + grown };
}
