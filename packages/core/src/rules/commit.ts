import type { Look } from './reader.ts';

/**
 * What a part can be (C1), as constants: a reader answers one of these and allocates nothing. Each is there twice, for a stream in
 * which text is open after the part and for one in which it is not (C4).
 */
type Pair = readonly [shut: Look, open: Look];

const pair = (look: Omit<Look, 'textOpen'>): Pair => [
  Object.freeze({ ...look, textOpen: false }),
  Object.freeze({ ...look, textOpen: true }),
];

const plain = { progress: false, ping: false, ends: false } as const;

/** Lifecycle, starts and ends, metadata, empty deltas: the user saw nothing and nothing went on. */
export const QUIET = pair({ ...plain, commit: 'nothing' });
/** White space, sources: content that shows nothing yet. */
export const PALE = pair({ ...plain, commit: 'nothing', progress: true });
export const PING = pair({ ...plain, commit: 'nothing', ping: true });
/** Pieces of a tool call that is not complete (C7). */
export const HELD_QUIET = pair({ ...plain, commit: 'nothing', hold: true, call: true });
export const HELD = pair({ ...plain, commit: 'nothing', progress: true, hold: true, call: true });
/** Text that shows nothing yet: white space, half a character. */
export const PENDING_QUIET = pair({ ...plain, commit: 'nothing', hold: true });
export const PENDING = pair({ ...plain, commit: 'nothing', progress: true, hold: true });
/** Reasoning. */
export const SOFT = pair({ ...plain, commit: 'soft', progress: true });
/** Visible text, a completed call, a file. */
export const HARD = pair({ ...plain, commit: 'hard', progress: true });
export const FINISHED = pair({ ...plain, commit: 'nothing', ends: 'finish' });
export const BROKEN = pair({ ...plain, commit: 'nothing', ends: 'error' });

/** `open`: text is open after the part. */
export const seen = (look: Pair, open: boolean): Look => (open ? look[1] : look[0]);

const INK = /\S/;

/** White space alone commits nothing. */
export const isVisible = (text: string): boolean => INK.test(text);

/** Vendors' own parts that tell of an answer and are nothing of it: the head of a message, a change of model on the way. */
const MARKERS: ReadonlySet<string> = new Set(['anthropic.message_start', 'anthropic.fallback']);

export const isMarker = (kind: string): boolean => MARKERS.has(kind);
