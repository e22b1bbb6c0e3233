import { canonical } from './arguments.ts';
import type { EndFailure, ToolCall } from './events.ts';
import { callsOf, type Message } from './fold.ts';

/** How many identical batches in a row end a run when the agent file does not say. */
export const REPEATS = 5;

/**
 * The tool-loop detector.
 * D1. Batches are the same when they hold the same tools in the same order with the same arguments, keys in any order.
 * D2. Only the latest batches count, back to the last input; looking costs the same in the thousandth turn as in the first.
 */
export function stuckIn(transcript: readonly Message[], limit: number): EndFailure | undefined {
  let first: readonly ToolCall[] | undefined;
  let wanted = '';
  let seen = 0;
  for (let at = transcript.length - 1; at >= 0; at--) {
    const message = transcript[at] as Message;
    if (message.role === 'user') return undefined;
    if (message.role === 'tool') continue;
    const calls = callsOf(message.blocks);
    if (calls.length === 0) return undefined;
    if (!first) [first, wanted] = [calls, signature(calls)];
    else if (signature(calls) !== wanted) return undefined;
    if (++seen >= limit) return stuck(first, seen);
  }
  return undefined;
}

const signature = (calls: readonly ToolCall[]) => JSON.stringify(calls.map(({ name, input }) => [name, canonical(input)]));

const stuck = (calls: readonly ToolCall[], times: number): EndFailure => ({
  kind: 'tool-loop',
  message: `stopped: the model made the same call ${times} times in a row (${calls[0]?.name})`,
});
