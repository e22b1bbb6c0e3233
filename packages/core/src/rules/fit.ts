import type { RequestFacts, Target } from './target.ts';

/** Whether a target can take a request. `soft`: an estimate or a missing price says no; asked when nobody else is left (P3). */
export type Fit = { readonly fits: 'yes' } | { readonly fits: 'soft' | 'no'; readonly reason: string };

const FITS: Fit = { fits: 'yes' };

/** The reasons for which a target is passed over as unfit. */
export const NO_ROOM = 'window-too-small';
export const NO_IMAGES = 'no-images';
/** What it can cost does not fit what is left of a budget. */
export const BUDGET = 'budget';

const TIGHT: Fit = { fits: 'soft', reason: NO_ROOM };
const SMALL: Fit = { fits: 'no', reason: NO_ROOM };
const BLIND: Fit = { fits: 'no', reason: NO_IMAGES };

/** Of the window, by estimate: up to here a target is simply asked; beyond it only when nobody else is left. */
const BAND = 1.1;
/** Of the window: no estimate of text is off by that much, the target is known to be too small. */
const HOPELESS = 2;
/** Tokens of output a clamp leaves at least: the room is an estimate too, the provider has the last word. */
const LEAST_OUTPUT = 1024;

/**
 * E3: an unknown window or ability fits. The output asked for never makes a target unfit: it is clamped to the room left.
 * The request's size is looked at only where a window is known: to count it takes time.
 */
export function fit(target: Target, request: RequestFacts): Fit {
  const { only } = request;
  if (only && target.protocol !== only.protocol) return { fits: 'no', reason: only.reason };
  if (target.images === false && request.images) return BLIND;
  const { window } = target;
  if (window === undefined) return FITS;
  const { tokens } = request;
  if (tokens <= window * BAND) return FITS;
  return tokens <= window * HOPELESS ? TIGHT : SMALL;
}

/** What to ask of the target as `max_tokens`: the caller's wish within its limits; undefined when the caller has none. Never raised. */
export function outputFor({ window, maxOutput }: Target, request: Pick<RequestFacts, 'tokens' | 'maxTokens'>): number | undefined {
  const { maxTokens } = request;
  if (maxTokens === undefined) return undefined;
  const room = window === undefined ? Infinity : Math.max(window - request.tokens, LEAST_OUTPUT);
  return Math.min(maxTokens, maxOutput ?? Infinity, room);
}
