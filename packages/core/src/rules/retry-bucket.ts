/**
 * P6: what same-target retries of one endpoint may cost it, so that a dead endpoint is not stormed. 20 % of its calls of the last minute,
 * at least 3 a minute, 10 at once at most; one caller has half of it while others call. One bucket an endpoint, shared by every process that
 * uses the same store. Fallbacks and takeovers do not draw.
 */
export const SLOT_MS = 10_000;
const WINDOW = 60_000;
const PART = 0.2;
const FLOOR = 3;
const BURST = 10;
/** A clock that ran ahead by more than this wrote what is not believed. */
const AHEAD = 5_000;
/** Two names are enough to know whether somebody else calls. */
const NAMES = 2;

/** Calls of an endpoint that began within one slot. */
export interface Counted {
  /** Epoch ms at which the slot begins. */
  readonly at: number;
  readonly calls: number;
  /** Callers seen, two at most; `''` is a call without a name. */
  readonly seen: readonly string[];
}

interface Slot extends Counted {
  /** Retries granted, by caller. */
  readonly drawn: Readonly<Record<string, number>>;
}

export interface Bucket {
  readonly tokens: number;
  /** Epoch ms at which `tokens` were counted. */
  readonly at: number;
  /** Of the last minute. */
  readonly slots: readonly Slot[];
}

/** One retry asked for, with the calls this process has counted since it last asked. */
export interface Draw {
  readonly caller?: string;
  readonly calls: readonly Counted[];
}

/** `until`: epoch ms before which asking again is of no use. */
export type Drawn = { readonly ok: true } | { readonly ok: false; readonly until: number };

export interface DrawResult {
  readonly drawn: Drawn;
  readonly bucket: Bucket;
}

export const slotOf = (now: number): number => now - (now % SLOT_MS);

/** How a bucket is called in a store: no scope begins like this. */
export const bucketId = (endpoint: string): string => `retries:${endpoint}`;

export function draw(before: Bucket | undefined, asked: Draw, now: number): DrawResult {
  const slots = recent([...(before?.slots ?? []), ...asked.calls.map((one) => ({ ...one, drawn: {} }))], now);
  const calls = slots.reduce((sum, slot) => sum + slot.calls, 0);
  const budget = Math.max(FLOOR, PART * calls);
  const most = Math.min(BURST, budget);
  const quiet = before === undefined ? WINDOW : Math.max(0, now - before.at);
  const tokens = Math.min(most, (before?.tokens ?? most) + (quiet * budget) / WINDOW);
  const caller = asked.caller ?? '';
  const refused = tokens < 1 ? now + ((1 - tokens) * WINDOW) / budget : overHalf(slots, caller, budget) ? now + SLOT_MS : undefined;
  if (refused !== undefined) return { drawn: { ok: false, until: refused }, bucket: { tokens, at: now, slots } };
  return { drawn: { ok: true }, bucket: { tokens: tokens - 1, at: now, slots: withDraw(slots, caller, now) } };
}

function overHalf(slots: readonly Slot[], caller: string, budget: number): boolean {
  if (!slots.some(({ seen }) => seen.some((name) => name !== caller))) return false;
  const mine = slots.reduce((sum, { drawn }) => sum + drawnBy(drawn, caller), 0);
  return mine >= Math.max(1, Math.floor(budget / 2));
}

/** One slot for each ten seconds of the last minute. */
function recent(slots: readonly Slot[], now: number): readonly Slot[] {
  const merged = new Map<number, Slot>();
  for (const slot of slots) {
    if (slot.at <= now - WINDOW || slot.at > now + AHEAD) continue;
    const same = merged.get(slot.at);
    merged.set(slot.at, same ? together(same, slot) : slot);
  }
  return [...merged.values()].toSorted((a, b) => a.at - b.at);
}

function together(a: Slot, b: Slot): Slot {
  const names = new Set([...Object.keys(a.drawn), ...Object.keys(b.drawn)]);
  const drawn = Object.fromEntries([...names].map((name) => [name, drawnBy(a.drawn, name) + drawnBy(b.drawn, name)]));
  return { at: a.at, calls: a.calls + b.calls, seen: [...new Set([...a.seen, ...b.seen])].slice(0, NAMES), drawn };
}

/** Callers bear any name, that of what every object has included. */
const drawnBy = (drawn: Slot['drawn'], caller: string): number => (Object.hasOwn(drawn, caller) ? drawn[caller]! : 0);

const withDraw = (slots: readonly Slot[], caller: string, now: number): readonly Slot[] =>
  recent([...slots, { at: slotOf(now), calls: 0, seen: [], drawn: { [caller]: 1 } }], now);

/** One call more in what a process counts. */
export function counted(slot: Counted, caller: string): Counted {
  const seen = slot.seen.includes(caller) || slot.seen.length >= NAMES ? slot.seen : [...slot.seen, caller];
  return { at: slot.at, calls: slot.calls + 1, seen };
}
