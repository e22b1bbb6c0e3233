import { transcriptTokens } from './estimate.ts';
import type { Origin, TokenUsage } from './events.ts';
import { learnt } from './evidence.ts';
import type { RunState } from './run-state.ts';

type Sized = Pick<RunState, 'context' | 'evidence' | 'transcript'>;

/** What a reply, the last message of the transcript, tells of the context, and of our estimates where the same model spoke before. */
export function contextOf(
  { context, evidence, transcript }: Sized,
  usage: TokenUsage,
  { ref }: Origin,
  window: number | undefined,
): Pick<RunState, 'context' | 'evidence'> {
  const { input, output = 0 } = usage;
  // Nobody told: what is known of the context stays, and is added to by estimate.
  if (input === undefined) return { evidence, ...(context && { context }) };
  const messages = transcript.length;
  const grown = context?.ref === ref ? transcriptTokens(transcript.slice(context.messages - 1, -1)) : 0;
  return {
    evidence: context ? learnt(evidence, grown, context.usage, usage) : evidence,
    context: { tokens: input + output, messages, usage, ref, ...(window !== undefined && { window }) },
  };
}
