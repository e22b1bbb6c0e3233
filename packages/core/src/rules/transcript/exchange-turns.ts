import type { LanguageModelV4Message, LanguageModelV4ToolResultPart } from '@ai-sdk/provider';
import { providerRun, type Content, type Turn } from './assistant.ts';
import type { CallFate } from './exchanges.ts';
import { metadata, standing, type ProjectionTarget } from './origin.ts';
import { outputText, sentOutput, type Moved } from './results.ts';
import type { Seats } from './seats.ts';
import { sentName } from './tool-names.ts';

type Message = LanguageModelV4Message;

/** What an orphaned call is told (T1). */
export const NOT_EXECUTED = 'not executed: interrupted';

/** A turn's blocks, cut behind the call that ends each group: one step where calls may be parallel. */
export function steps(content: readonly Content[], groups: readonly (readonly CallFate[])[]): Content[][] {
  if (groups.length <= 1) return [[...content]];
  const out: Content[][] = [[]];
  let calls = 0;
  for (const part of content) {
    const isCall = part.type === 'tool-call' && !part.providerExecuted;
    if (isCall && calls++ > 0) out.push([]);
    out.at(-1)!.push(part);
  }
  return out;
}

export function answers(calls: readonly CallFate[], turn: Turn, target: ProjectionTarget): Message {
  const { wants } = target;
  const content = calls.map(({ call, result }): LanguageModelV4ToolResultPart => {
    const toolCallId = turn.ids.get(call) ?? call.toolCallId;
    const toolName = sentName(call.toolName, wants.toolNames);
    if (!result) return { type: 'tool-result', toolCallId, toolName, output: { type: 'error-text', value: NOT_EXECUTED } };
    const from = standing(result, target);
    return {
      type: 'tool-result',
      toolCallId,
      toolName,
      output: sentOutput(result.output, wants, from, turn.moved),
      ...metadata(result, from, wants),
    };
  });
  const from = calls.find((call) => call.from)?.from;
  return { role: 'tool', content, ...(from && metadata(from, 'unknown', wants)) };
}

/** Calls and results as words, for a model that knows no tools. */
export function asText(
  message: Message & { role: 'assistant' },
  turn: Turn,
  calls: readonly CallFate[],
  target: ProjectionTarget,
  seats: Seats,
): void {
  const content = turn.content.flatMap((part): Content[] => {
    // Its call is not sent: alone it would be an answer to nothing.
    if (part.type === 'tool-result') return [providerRun(part)];
    if (part.type !== 'tool-call') return part.type === 'reasoning' ? [] : [part];
    return part.providerExecuted ? [] : [{ type: 'text', text: `[called ${part.toolName} with ${JSON.stringify(part.input)}]` }];
  });
  if (content.length > 0) seats.push({ role: 'assistant', content, ...metadata(message, turn.from, target.wants) });
  const told = calls.map(({ call, result }) => `[result of ${call.toolName}: ${result ? outputText(result.output) : NOT_EXECUTED}]`);
  if (told.length > 0) seats.push({ role: 'user', content: [{ type: 'text', text: told.join('\n') }] });
  moved(turn.moved, seats);
}

export function moved(files: Moved, seats: Seats): void {
  if (files.length > 0) seats.push({ role: 'user', content: [{ type: 'text', text: '[files from the turn above]' }, ...files] });
}
