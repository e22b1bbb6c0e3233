import type { LanguageModelV4Message } from '@ai-sdk/provider';
import type { Marks } from './origin.ts';

/** It cannot have changed since it was last seen. Who builds prompts out of frozen messages is spared that they are read anew every turn. */
export const isFixed = (message: LanguageModelV4Message): boolean => Object.isFrozen(message) && Object.isFrozen(message.content);

/** Whether a prompt begins with these very messages. */
export function beginsWith(prompt: readonly LanguageModelV4Message[], known: readonly LanguageModelV4Message[]): boolean {
  if (known.length > prompt.length) return false;
  for (let at = 0; at < known.length; at++) if (known[at] !== prompt[at]) return false;
  return true;
}

/** The place of the first message from `start` on that may yet change; the length where there is none. */
export function fixedUntil(prompt: readonly LanguageModelV4Message[], start: number): number {
  let at = start;
  while (at < prompt.length && isFixed(prompt[at]!)) at++;
  return at;
}

/** Calls of each id. */
export interface Counts {
  get(id: string): number | undefined;
  set(id: string, count: number): unknown;
}

/** What the projection of a message depends on besides the message and the results of its calls. */
export interface Before {
  /** Messages read. */
  count: number;
  readonly seen: Counts;
  /** Calls that the target's own provider ran, and those that another one ran, by id. */
  readonly ranThere: Set<string>;
  readonly ranElsewhere: Set<string>;
  /** Calls that were sent as not executed: a result that comes yet is told as text. */
  readonly closed: Set<string>;
  /** Who spoke last of what was sent; system messages are nobody. */
  last: 'user' | 'assistant' | 'tool' | undefined;
  readonly marks: Marks;
  /** Something was decided for want of what might come yet: the end is a place to remember (T2). */
  decided: boolean;
}

export const nothingBefore = (): Before => ({
  count: 0,
  seen: new Map(),
  ranThere: new Set(),
  ranElsewhere: new Set(),
  closed: new Set(),
  last: undefined,
  marks: { own: 0, foreign: 0 },
  decided: false,
});

/** One of its own that the other never hears of. Every call of a conversation is counted: counts are laid over those there are, not copied. */
export const copyOf = (before: Before): Before => ({
  ...before,
  seen: over(before.seen),
  ranThere: new Set(before.ranThere),
  ranElsewhere: new Set(before.ranElsewhere),
  closed: new Set(before.closed),
  marks: { ...before.marks },
});

function over(below: Counts): Counts {
  const own = new Map<string, number>();
  return { get: (id) => own.get(id) ?? below.get(id), set: (id, count) => own.set(id, count) };
}
