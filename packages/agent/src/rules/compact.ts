import { messageTokens, resultTokens } from './estimate.ts';
import type { Message } from './run-state.ts';

/** Tokens of the newest part that stays word for word, and of the summary's text; a small window gives less. */
const KEPT = 20_000;
const SUMMARY = 16_000;
/** Tokens of tool results that stay, the newest first. */
const RESULTS = 40_000;

export interface Budgets {
  readonly kept: number;
  readonly summary: number;
  /** What may be handed to the model that summarises; absent: its window is not known. */
  readonly input?: number;
}

/** `window`: of the model that summarises, or of the chain that goes on, whichever is smaller; 0 or less: not known. */
export function budgetsOf(window: number | undefined, prompts: number): Budgets {
  if (window === undefined || window <= 0) return { kept: KEPT, summary: SUMMARY };
  const summary = Math.min(SUMMARY, Math.floor(window / 4));
  return { kept: Math.min(KEPT, Math.floor(window / 5)), summary, input: Math.max(0, window - summary - prompts) };
}

/**
 * Where the newest part begins that has at most `budget` tokens.
 * S1. It begins with a message of the user's or a reply.
 * S2. No result stands in it without its call, and no call was left before it whose result is in it.
 */
export function newest(transcript: readonly Message[], budget: number): number {
  const orphans = new Set<string>();
  let from = transcript.length;
  let sum = 0;
  for (let at = transcript.length - 1; at >= 0; at--) {
    const message = transcript[at] as Message;
    sum += messageTokens(message);
    if (sum > budget) break;
    if (message.role === 'tool') orphans.add(message.id);
    else if (message.role === 'assistant') for (const block of message.blocks) if (block.type === 'tool-call') orphans.delete(block.id);
    if (orphans.size === 0 && message.role !== 'tool') from = at;
  }
  return from;
}

/** The first message that stays. Where everything fits, nothing stays: who asks for a summary wants one. */
export const split = (transcript: readonly Message[], budget: number): number => newest(transcript, budget) || transcript.length;

/** Ids of the tool results that go: all that lie beyond a budget of tokens, counted from the newest. A budget of 0 or less cuts nothing. */
export function cutResults(messages: readonly Message[], budget = RESULTS): readonly string[] {
  if (budget <= 0) return [];
  let sum = 0;
  return messages
    .toReversed()
    .flatMap((message) => (message.role === 'tool' && (sum += resultTokens(message)) > budget ? [message.id] : []))
    .toReversed();
}
