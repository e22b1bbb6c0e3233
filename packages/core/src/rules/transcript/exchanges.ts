import type {
  LanguageModelV4Message,
  LanguageModelV4Prompt,
  LanguageModelV4ToolCallPart,
  LanguageModelV4ToolResultPart,
} from '@ai-sdk/provider';
import type { Counts } from './growing.ts';

/** A call of our own tools, and what became of it. */
export interface CallFate {
  readonly call: LanguageModelV4ToolCallPart;
  /** 0 for the first call of this id in the history; some providers count their ids anew every turn. */
  readonly occurrence: number;
  readonly result?: LanguageModelV4ToolResultPart;
  /** The message the result stood in. */
  readonly from?: LanguageModelV4Message;
}

const NO_CALLS: readonly LanguageModelV4ToolCallPart[] = [];

function ownCalls({ role, content }: LanguageModelV4Message): readonly LanguageModelV4ToolCallPart[] {
  if (role !== 'assistant') return NO_CALLS;
  let calls: LanguageModelV4ToolCallPart[] | undefined;
  for (const part of content) if (part.type === 'tool-call' && !part.providerExecuted) (calls ??= []).push(part);
  return calls ?? NO_CALLS;
}

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
      const list = found.get(result.toolCallId);
      if (list) list.push({ at, result, from });
      else found.set(result.toolCallId, [{ at, result, from }]);
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
  before: Pick<Counts, 'get'> = NOTHING,
): ReadonlyMap<LanguageModelV4Message, readonly CallFate[]> {
  const results = resultsById(prompt);
  const seen = new Map<string, number>();
  /** Of each id: the messages it is called in. */
  const places = new Map<string, number[]>();
  const called = prompt.map(ownCalls);
  for (const [at, calls] of called.entries())
    for (const { toolCallId } of calls) {
      const known = places.get(toolCallId);
      if (known) known.push(at);
      else places.set(toolCallId, [at]);
    }
  const byMessage = new Map<LanguageModelV4Message, CallFate[]>();
  for (const [at, calls] of called.entries()) {
    if (calls.length === 0) continue;
    const own = calls.map((call): CallFate => {
      const nth = seen.get(call.toolCallId) ?? 0;
      seen.set(call.toolCallId, nth + 1);
      const next = places.get(call.toolCallId)?.[nth + 1] ?? Infinity;
      const list = results.get(call.toolCallId) ?? [];
      const mine = list.findIndex((one) => one.at > at && one.at <= Math.max(next, at + 1));
      const found = mine === -1 ? undefined : list.splice(mine, 1)[0];
      const occurrence = nth + (before.get(call.toolCallId) ?? 0);
      return found ? { call, occurrence, result: found.result, from: found.from } : { call, occurrence };
    });
    byMessage.set(prompt[at]!, own);
  }
  return byMessage;
}

/**
 * How many of these messages may be projected before what stands behind them is known: none of their calls waits for a result that could be
 * there. `ends`: places, counted from the first of these, at which the prompt was sent before; what was open there is decided.
 */
export function settledUntil(messages: LanguageModelV4Prompt, ends: readonly number[]): number {
  for (let until = messages.length; ;) {
    const from = ends.findLast((end) => end > 0 && end <= until) ?? 0;
    const byMessage = fates(messages.slice(from, until));
    const open = messages.findIndex((message) => byMessage.get(message)?.some(({ result }) => !result));
    if (open === -1) return until;
    until = open;
  }
}
