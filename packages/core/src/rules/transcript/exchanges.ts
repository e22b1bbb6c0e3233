import type {
  LanguageModelV4Message,
  LanguageModelV4Prompt,
  LanguageModelV4ToolCallPart,
  LanguageModelV4ToolResultPart,
} from '@ai-sdk/provider';

/** A call of our own tools, and what became of it. */
export interface CallFate {
  readonly call: LanguageModelV4ToolCallPart;
  /** 0 for the first call of this id in the history; some providers count their ids anew every turn. */
  readonly occurrence: number;
  readonly result?: LanguageModelV4ToolResultPart;
  /** The message the result stood in, and its place. */
  readonly from?: LanguageModelV4Message;
  readonly resultAt?: number;
}

const ownCalls = (message: LanguageModelV4Message): LanguageModelV4ToolCallPart[] =>
  message.role === 'assistant' ? message.content.filter((part) => part.type === 'tool-call').filter((part) => !part.providerExecuted) : [];

const NOTHING: ReadonlyMap<string, number> = new Map();

interface Found {
  readonly at: number;
  readonly result: LanguageModelV4ToolResultPart;
  readonly from: LanguageModelV4Message;
}

function resultsById(prompt: LanguageModelV4Prompt): Map<string, Found[]> {
  const found = new Map<string, Found[]>();
  prompt.forEach((from, at) => {
    if (from.role !== 'tool') return;
    for (const result of from.content) {
      if (result.type !== 'tool-result') continue;
      const list = found.get(result.toolCallId) ?? [];
      list.push({ at, result, from });
      found.set(result.toolCallId, list);
    }
  });
  return found;
}

/**
 * By assistant message: its calls in order, each with the first result that came after it and before the next call of the same id. `before`
 * counts the calls of an id in what the prompt goes on from.
 */
export function fates(
  prompt: LanguageModelV4Prompt,
  before: ReadonlyMap<string, number> = NOTHING,
): ReadonlyMap<LanguageModelV4Message, readonly CallFate[]> {
  const results = resultsById(prompt);
  const seen = new Map<string, number>();
  const places = new Map<string, number[]>();
  prompt.forEach((message, at) => {
    for (const call of ownCalls(message)) places.set(call.toolCallId, [...(places.get(call.toolCallId) ?? []), at]);
  });
  return new Map(
    prompt.map((message, at): [LanguageModelV4Message, CallFate[]] => [
      message,
      ownCalls(message).map((call) => {
        const nth = seen.get(call.toolCallId) ?? 0;
        seen.set(call.toolCallId, nth + 1);
        const next = places.get(call.toolCallId)?.[nth + 1] ?? Infinity;
        const list = results.get(call.toolCallId) ?? [];
        const mine = list.findIndex((one) => one.at > at && one.at <= Math.max(next, at + 1));
        const found = mine === -1 ? undefined : list.splice(mine, 1)[0];
        const occurrence = nth + (before.get(call.toolCallId) ?? 0);
        return { call, occurrence, ...(found && { result: found.result, from: found.from, resultAt: found.at }) };
      }),
    ]),
  );
}
