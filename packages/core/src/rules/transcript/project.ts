import type { LanguageModelV4Message, LanguageModelV4Prompt, LanguageModelV4ToolResultPart } from '@ai-sdk/provider';
import { providerRun, turnOf } from './assistant.ts';
import { answers, asText, moved, steps } from './exchange-turns.ts';
import { fates, type CallFate } from './exchanges.ts';
import { nothingBefore, type Before } from './growing.ts';
import { countMarks, metadata, standing, type ProjectionTarget } from './origin.ts';
import { isPlain, system, user } from './plain-turns.ts';
import { outputText } from './results.ts';
import { Seats } from './seats.ts';

export { NOT_EXECUTED } from './exchange-turns.ts';
export type { ProjectionTarget } from './origin.ts';

type Message = LanguageModelV4Message;

/**
 * T1. A lossless history as one target accepts it. Reasoning and vendor metadata go only to where they came from; every call has exactly one
 * result, next to it; nothing is empty; nothing of ours is left.
 *
 * T2. What was sent is not touched again. A message's projection depends on what came before it and on the results of its own calls. What
 * is decided for want of what might come (a call closed as not executed, a word behind an assistant's last turn) is decided where a prompt
 * ended: `ends` are the lengths at which this conversation was sent before.
 */
export function project(prompt: LanguageModelV4Prompt, target: ProjectionTarget, ends: readonly number[] = []): LanguageModelV4Prompt {
  if (ends.length === 0 && isPlain(prompt)) return prompt;
  const before = nothingBefore();
  return projectEnds(prompt, target, before, ends).out;
}

/** Messages as they are sent, each with the place in the history of what it was made for. */
export interface Sent {
  readonly out: Message[];
  readonly places: number[];
}

/**
 * From each end to the next, as it was sent the first time. `before` goes on with them. `goesOn`: more of the same prompt comes, and the last
 * of these is an end only if it was one.
 */
export function projectEnds(
  messages: LanguageModelV4Prompt,
  target: ProjectionTarget,
  before: Before,
  ends: readonly number[],
  goesOn = false,
): Sent {
  const start = before.count;
  const upto = start + messages.length;
  const inner = ends.filter((end) => end > start && end < upto);
  const isEnd = !goesOn || ends.includes(upto);
  if (inner.length === 0) return projectOn(messages, target, before, isEnd);
  const all = [...inner, upto].map((end) =>
    projectOn(messages.slice(before.count - start, end - start), target, before, end < upto || isEnd),
  );
  return { out: all.flatMap(({ out }) => out), places: all.flatMap(({ places }) => places) };
}

/** The projection of messages that go on from others, to the end of a prompt that is sent or to where it goes on. `before` goes on with them. */
function projectOn(messages: LanguageModelV4Prompt, target: ProjectionTarget, before: Before, isEnd: boolean): Sent {
  if (messages.length === 0) return { out: [], places: [] };
  const byMessage = fates(messages, before.seen);
  const seats = new Seats(target.wants, before);
  const taken = new Set([...byMessage.values()].flatMap((calls) => calls.map(({ result }) => result)));
  before.decided = false;
  for (const message of messages) {
    noteMarks(message, target, before);
    if (message.role === 'system') pushSystem(message, target, before, seats);
    else if (message.role === 'user') seats.push(user(message, target.wants));
    else if (message.role === 'tool') elsewhere(message, taken, target, before, seats);
    else pushTurn(message, byMessage.get(message) ?? [], target, before, seats);
    before.count++;
  }
  if (isEnd) seats.close(messages.at(-1));
  return seats;
}

function pushSystem(message: Message & { role: 'system' }, target: ProjectionTarget, before: Before, seats: Seats): void {
  const sent = system(message, target.wants, before.last !== undefined);
  if (message.content.trim() !== '' || (sent.role === 'system' && sent.providerOptions)) seats.push(sent);
}

function noteMarks(message: Message, { wants }: ProjectionTarget, { marks }: Before): void {
  countMarks(message, wants, marks);
  if (message.role !== 'system') for (const part of message.content) countMarks(part, wants, marks);
}

function pushTurn(
  message: Message & { role: 'assistant' },
  calls: readonly CallFate[],
  target: ProjectionTarget,
  before: Before,
  seats: Seats,
): void {
  const turn = turnOf(message, calls, target, before.count);
  for (const part of turn.content) if (part.type === 'tool-call' && part.providerExecuted) before.ranThere.add(part.toolCallId);
  for (const id of turn.ranElsewhere) before.ranElsewhere.add(id);
  for (const { call, result } of calls) {
    before.seen.set(call.toolCallId, (before.seen.get(call.toolCallId) ?? 0) + 1);
    before.closed.delete(call.toolCallId);
    if (result) continue;
    if (!turn.dropped.has(call)) before.closed.add(call.toolCallId);
    before.decided = true;
  }
  const answered = calls.filter(({ call }) => !turn.dropped.has(call));
  if (target.wants.toolText) return asText(message, turn, answered, target, seats);
  const groups = target.wants.parallelCalls ? [answered] : answered.map((one) => [one]);
  steps(turn.content, groups).forEach((content, step) => {
    if (content.length > 0) seats.push({ role: 'assistant', content, ...metadata(message, turn.from, target.wants) });
    const group = groups[step] ?? [];
    if (group.length > 0) seats.push(answers(group, turn, target));
  });
  moved(turn.moved, seats);
}

/**
 * Results of our own tools went with their call; what else a tool message holds: results and approvals of tools that run at the provider
 * stay, and a result that comes after its call was closed is told as text.
 */
function elsewhere(
  message: Message & { role: 'tool' },
  taken: ReadonlySet<LanguageModelV4ToolResultPart | undefined>,
  target: ProjectionTarget,
  before: Before,
  seats: Seats,
): void {
  const { wants } = target;
  const late: string[] = [];
  const content = message.content.flatMap((part): typeof message.content => {
    if (part.type !== 'tool-result') return before.ranThere.size > 0 ? [{ ...bare(part), ...metadata(part, 'unknown', wants) }] : [];
    if (taken.has(part)) return [];
    if (before.ranThere.has(part.toolCallId)) return [{ ...bare(part), ...metadata(part, standing(part, target), wants) }];
    if (before.ranElsewhere.delete(part.toolCallId)) late.push((providerRun(part) as { text: string }).text);
    else if (before.closed.delete(part.toolCallId)) late.push(`[late result of ${part.toolName}: ${outputText(part.output)}]`);
    return [];
  });
  if (content.length > 0) seats.push({ role: 'tool', content, ...metadata(message, 'unknown', wants) });
  if (late.length > 0) seats.push({ role: 'user', content: [{ type: 'text', text: late.join('\n') }] });
}

const bare = <P extends { providerOptions?: unknown }>(part: P): P => {
  const { providerOptions: _, ...rest } = part;
  return rest as P;
};
