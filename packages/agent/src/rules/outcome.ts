import { BY } from './decision-source.ts';
import type { RunEvent, ToolCall } from './events.ts';

type Result = RunEvent & { readonly type: 'tool-result' };

const result = (call: ToolCall, how: Result['how'], output: string, by?: string): Result => ({
  type: 'tool-result',
  id: call.id,
  name: call.name,
  output,
  failed: true,
  how,
  ...(by !== undefined && { by }),
});

/** What a model is told of a call that did not run, or of which nobody knows. It must be able to go on from these words alone. */
export const refused = (call: ToolCall, output: string, by?: string): Result => result(call, 'refused', output, by);

export const rejected = (call: ToolCall, reason: string | undefined): Result =>
  refused(call, reason?.trim() ? `The user rejected the tool call. Reason: ${reason.trim()}` : 'The user rejected the tool call.', BY.user);

export const nobodyThere = (call: ToolCall, reason: string): Result =>
  refused(
    call,
    `Not run: this call needs the user's approval and nobody is there to give it (${reason}). Go on without it.`,
    'nobody there',
  );

export const stoppedBefore = (call: ToolCall): Result =>
  refused(call, 'Not run: the user stopped the run before this call began.', BY.stopped);

export const stoppedDuring = (call: ToolCall): Result =>
  result(
    call,
    'unknown',
    'The user stopped the run while this call was running: it may have done part of its work. Check before you repeat it.',
  );

/** Of a call that was waiting, or running, where a conversation was branched. */
export const branchedBefore = (call: ToolCall): Result =>
  refused(call, 'Not run: the conversation was branched before this call began. Call it again if it is still needed.');

export const branchUnknown = (call: ToolCall): Result =>
  result(
    call,
    'unknown',
    'Outcome unknown: the conversation was branched while this call was running. It may have run, wholly or in part: check before you repeat it.',
  );

export const outcomeUnknown = (call: ToolCall, decided: boolean): Result =>
  result(
    call,
    'unknown',
    `Outcome unknown: the process running this call ended before its result was recorded. It may have run, wholly or in part. ${
      decided ? 'The user decided not to run it again.' : 'It was not run again.'
    } Check what it did before you repeat it.`,
  );

/** It had begun before a restart, and what it would take to run it again is missing now. */
export const notAgain = (call: ToolCall, why: string, by?: string): Result =>
  result(
    call,
    'unknown',
    `Outcome unknown: the process running this call ended before its result was recorded. It may have run, wholly or in part. It was not run again: ${why}`,
    by,
  );

export const unknownTool = (name: string, tools: readonly string[]): string =>
  tools.length === 0
    ? `Tool '${name}' does not exist: there are no tools. Answer without one.`
    : `Tool '${name}' does not exist. The tools are: ${tools.join(', ')}.`;
