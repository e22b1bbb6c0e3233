import type { LanguageModelV4Message, LanguageModelV4Prompt, LanguageModelV4ToolResultPart } from '@ai-sdk/provider';
import { fates, type CallFate } from './exchanges.ts';
import { nothingBefore, type Before } from './growing.ts';
import { isCut, isNative, metadata, originOf, type Origin } from './origin.ts';
import { isPlain, system, user } from './plain-turns.ts';
import { projectToolId, type ToolIdRule } from './tool-ids.ts';

export interface ProjectionTarget extends Origin {
  readonly toolIds: ToolIdRule;
}

type Assistant = LanguageModelV4Message & { role: 'assistant' };
type Content = Assistant['content'][number];

/** What an orphaned call is told (T1). */
export const NOT_EXECUTED = 'not executed: interrupted';
/** Google's documented word for "this call was made elsewhere"; only the first of parallel calls is signed. */
const SKIP_SIGNATURE = 'skip_thought_signature_validator';
const PROVIDER_RUN_LIMIT = 4000;

/**
 * T1. A lossless history as one target accepts it. Reasoning and vendor metadata go only to where they came from; every call has exactly one
 * result, next to it; nothing is empty; nothing of ours is left.
 *
 * T2. `project(h + m)` begins with `project(h)`, byte for byte, for every h in which the calls that m answers are not open: each message's
 * projection depends on nothing after it but the results of its own calls.
 */
export const project = (prompt: LanguageModelV4Prompt, target: ProjectionTarget): LanguageModelV4Prompt =>
  isPlain(prompt) ? prompt : projectOn(prompt, target, nothingBefore());

/** The projection of messages that go on from others, whose calls are all answered; `before` goes on with them. */
export function projectOn(messages: LanguageModelV4Prompt, target: ProjectionTarget, before: Before): LanguageModelV4Prompt {
  const { seen, ranThere } = before;
  const byMessage = fates(messages, seen);
  const out: LanguageModelV4Prompt = [];
  for (const message of messages) {
    if (message.role === 'system') out.push(system(message, target, before.talking));
    else if (message.role === 'user') out.push(user(message));
    else if (message.role === 'tool') out.push(...elsewhere(message, ranThere));
    else {
      const calls = byMessage.get(message) ?? [];
      const sent = assistant(message, calls, target);
      for (const id of runByProvider(sent[0])) ranThere.add(id);
      for (const { call } of calls) seen.set(call.toolCallId, (seen.get(call.toolCallId) ?? 0) + 1);
      out.push(...sent);
    }
    before.talking ||= message.role !== 'system';
  }
  return out;
}

const runByProvider = (message: LanguageModelV4Message | undefined): string[] =>
  message?.role === 'assistant'
    ? message.content.flatMap((part) => (part.type === 'tool-call' && part.providerExecuted ? [part.toolCallId] : []))
    : [];

/** Results of our own tools go where their call is; what else a tool message holds stays: approvals, and results of tools run there. */
function elsewhere(message: LanguageModelV4Message & { role: 'tool' }, ranThere: ReadonlySet<string>): LanguageModelV4Message[] {
  const content = message.content.flatMap((part) => {
    if (part.type === 'tool-result' && !ranThere.has(part.toolCallId)) return [];
    const { providerOptions: _, ...rest } = part;
    return [{ ...rest, ...metadata(part, true) }];
  });
  return content.length > 0 ? [{ role: 'tool', content, ...metadata(message, true) }] : [];
}

function assistant(message: Assistant, calls: readonly CallFate[], target: ProjectionTarget): LanguageModelV4Message[] {
  const ids = new Map(calls.map((fate) => [fate.call, sentId(fate, originOf(message), target)]));
  const whole = isNative(originOf(message), target);
  const parts = message.content.flatMap((part) => {
    const origin = originOf(part);
    return block(part, origin === undefined ? whole : isNative(origin, target), ids);
  });
  const content = sign(trim(parts), message, target);
  const out: LanguageModelV4Message[] = content.length > 0 ? [{ role: 'assistant', content, ...metadata(message, whole) }] : [];
  if (calls.length > 0) out.push(answers(calls, ids, target));
  return out;
}

/** An id that this very target made is one that it takes. */
function sentId({ call, occurrence }: CallFate, whole: Origin | undefined, target: ProjectionTarget): string {
  const origin = originOf(call) ?? whole;
  return origin && isNative(origin, target) ? call.toolCallId : projectToolId(call.toolCallId, occurrence, target.toolIds);
}

function block(part: Content, native: boolean, ids: ReadonlyMap<Content, string>): Content[] {
  const kept = metadata(part, native);
  switch (part.type) {
    case 'text':
      return part.text.trim() === '' ? [] : [{ type: 'text', text: part.text, ...kept }];
    case 'reasoning':
      return native && !isCut(part) ? [{ type: 'reasoning', text: part.text, ...kept }] : [];
    case 'reasoning-file':
    case 'custom':
      return native ? [{ ...bare(part), ...kept }] : [];
    case 'tool-call':
      if (part.providerExecuted) return native ? [{ ...bare(part), ...kept }] : [];
      return [{ ...bare(part), toolCallId: ids.get(part) ?? part.toolCallId, ...kept }];
    case 'tool-result':
      return native ? [{ ...bare(part), ...kept }] : [providerRun(part)];
    case 'file':
      return [{ ...bare(part), ...kept }];
  }
}

const bare = <P extends Content>(part: P): P => {
  const { providerOptions: _, ...rest } = part;
  return rest as P;
};

/** A tool that another provider ran itself is foreign here: what it found goes on as text. */
function providerRun(part: LanguageModelV4ToolResultPart): Content {
  const found = 'value' in part.output ? JSON.stringify(part.output.value) : part.output.type;
  return { type: 'text', text: `[result of ${part.toolName}: ${found.slice(0, PROVIDER_RUN_LIMIT)}]` };
}

/** White space at the end of a turn is refused by some. A turn that holds reasoning may be bound to its bytes: it stays as it is. */
function trim(parts: Content[]): Content[] {
  const last = parts.at(-1);
  if (last?.type !== 'text' || parts.some((part) => part.type === 'reasoning')) return parts;
  return [...parts.slice(0, -1), { ...last, text: last.text.trimEnd() }];
}

/** Gemini 3 wants a signature on the first call of each step (providers C3). */
function sign(parts: Content[], message: Assistant, target: ProjectionTarget): Content[] {
  if (target.protocol !== 'google' || !/gemini-(?:[3-9]|\d\d)/.test(target.model) || isNative(originOf(message), target)) return parts;
  const at = parts.findIndex((part) => part.type === 'tool-call');
  return parts.map((part, index) =>
    index === at ? { ...part, providerOptions: { ...part.providerOptions, google: { thoughtSignature: SKIP_SIGNATURE } } } : part,
  );
}

function answers(calls: readonly CallFate[], ids: ReadonlyMap<Content, string>, target: ProjectionTarget): LanguageModelV4Message {
  const content = calls.map(({ call, result }): LanguageModelV4ToolResultPart => {
    const toolCallId = ids.get(call) ?? call.toolCallId;
    if (!result) return { type: 'tool-result', toolCallId, toolName: call.toolName, output: { type: 'error-text', value: NOT_EXECUTED } };
    const { providerOptions: _, ...rest } = result;
    return { ...rest, toolCallId, ...metadata(result, isNative(originOf(result), target)) };
  });
  const from = calls.find((call) => call.from)?.from;
  return { role: 'tool', content, ...(from && metadata(from, true)) };
}
