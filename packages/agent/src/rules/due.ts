import type { AgentRules, CompactionSettings } from './agent-rules.ts';
import { transcriptTokens } from './estimate.ts';
import { factorOf } from './evidence.ts';
import type { RunState } from './run-state.ts';

/** Of the window: beyond it a conversation is summarised. */
const THRESHOLD = 0.9;
/** Of the window: by so much a conversation has to grow before another summary is tried where the last changed too little. */
const AGAIN = 0.05;

type Sized = Pick<RunState, 'context' | 'evidence' | 'transcript'>;

/** Tokens the next prompt is expected to have: what the last reply reported, and an estimate of what came since. */
export function expectedTokens({ context, evidence, transcript }: Sized, rules: Pick<AgentRules, 'overhead'>): number {
  const factor = factorOf(evidence);
  if (!context) return Math.ceil(factor * ((rules.overhead ?? 0) + transcriptTokens(transcript)));
  return context.tokens + Math.ceil(factor * transcriptTokens(transcript, context.messages));
}

/**
 * Whether the next prompt would be over its share of the window. `tried`: what was expected when a summary was last tried for this.
 *
 * The window is the largest known one: a small model that answers while a large one rests is no reason to throw history away (P7). An
 * unknown window is never full.
 */
export function dueForCompaction(state: Sized, rules: Pick<AgentRules, 'compaction' | 'window' | 'overhead'>, tried?: number): boolean {
  const { auto, threshold = THRESHOLD } = rules.compaction;
  const window = Math.max(state.context?.window ?? 0, rules.window ?? 0);
  if (!auto || window <= 0) return false;
  const tokens = expectedTokens(state, rules);
  return tokens > Math.floor(window * threshold) && (tried === undefined || tokens > tried + window * AGAIN);
}

/** Whether a call that failed is asked again after a summary: only when no model of its chain can hold the conversation (P7). */
export const dueAfterOverflow = (kind: string, overflows: number, { auto, maxOverflows = 1 }: CompactionSettings): boolean =>
  kind === 'context-length' && auto && overflows < maxOverflows;
