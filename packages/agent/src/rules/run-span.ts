import type { EndFailure, EventRow, RunEvent } from './events.ts';

/** One piece of an agent's work, for who keeps traces. Times in epoch ms. */
export interface RunSpan {
  readonly id: string;
  readonly parentId?: string;
  readonly name: string;
  readonly start: number;
  /** Set when it is over. */
  readonly end?: number;
  /** Facts by the names of OpenTelemetry's conventions for generative AI; what they have no name for is below `holdfast.`. No words of anybody's. */
  readonly attributes: Readonly<Record<string, string | number | boolean>>;
  readonly events: readonly { readonly at: number; readonly name: string; readonly text?: string }[];
  readonly error?: { readonly kind: string; readonly message: string };
  /** Of a turn: the label `session` of its calls of models. */
  readonly holds?: string;
  /** What was said, by the names it is shown under where a policy allows it. */
  readonly words: Readonly<Record<string, string>>;
}

export type Growing = { -readonly [K in keyof RunSpan]: RunSpan[K] } & {
  attributes: Record<string, string | number | boolean>;
  words: Record<string, string>;
  events: RunSpan['events'][number][];
};

/** As `gen_ai.conversation.id` of a path, and the label of its calls. */
export const conversationOf = ({ session, path }: Pick<EventRow, 'session' | 'path'>): string => [session, ...path].join('/');

type Of<T extends RunEvent['type']> = Extract<RunEvent, { readonly type: T }>;

export const spanOf = (id: string, name: string, row: EventRow, kind: string, parent: Growing | undefined): Growing => ({
  id,
  ...(parent && { parentId: parent.id }),
  name,
  start: row.at,
  attributes: {
    'gen_ai.conversation.id': conversationOf(row),
    'holdfast.session': row.session,
    'holdfast.run': row.run,
    'holdfast.span': kind,
  },
  events: [],
  words: {},
});

export function agentFacts(span: Growing, { agent, resumed, task }: Of<'run-start'>): void {
  Object.assign(span.attributes, { 'gen_ai.operation.name': 'invoke_agent', 'gen_ai.agent.name': agent, 'holdfast.resumed': resumed });
  if (task) Object.assign(span.attributes, { 'holdfast.task.kind': task.kind, 'holdfast.task.call': task.call });
  if (task) span.words['holdfast.task'] = task.task;
}

export function replyFacts(span: Growing, { turn, finish, origin, usage, usd, call, agent, blocks }: Of<'model-reply'>): void {
  Object.assign(span.attributes, {
    'holdfast.turn': turn,
    'holdfast.call': call,
    'holdfast.target': origin.ref,
    'gen_ai.request.model': origin.model,
    'holdfast.finish': finish,
    ...(agent !== undefined && { 'gen_ai.agent.name': agent }),
  });
  spent(span, usage, usd);
  const text = blocks.flatMap((block) => (block.type === 'text' ? [block.text] : [])).join('');
  if (text !== '') span.words['holdfast.answer'] = text;
}

/** Not by the conventions' names: the attempts of the call carry those, and would be counted twice. */
export function spent(span: Growing, { input, output }: Of<'model-reply'>['usage'] = {}, usd?: number): void {
  if (input !== undefined) span.attributes['holdfast.tokens.input'] = input;
  if (output !== undefined) span.attributes['holdfast.tokens.output'] = output;
  if (usd !== undefined) span.attributes['holdfast.cost.usd'] = usd;
}

export function toolFacts(span: Growing, id: string, name: string, input: string | undefined): void {
  Object.assign(span.attributes, { 'gen_ai.operation.name': 'execute_tool', 'gen_ai.tool.name': name, 'gen_ai.tool.call.id': id });
  if (input !== undefined) span.words['gen_ai.tool.call.arguments'] = input;
}

export function resultFacts(span: Growing, { how, failed, by, output }: Of<'tool-result'>): void {
  span.attributes['holdfast.tool.how'] = how;
  if (by !== undefined) span.attributes['holdfast.tool.by'] = by;
  if (failed)
    span.error = { kind: how === 'done' ? 'tool-failed' : how, message: how === 'done' ? 'the tool failed' : `the call was ${how}` };
  span.words['gen_ai.tool.call.result'] = output;
}

/** The message may hold what a provider said; it was scrubbed when it was stored. */
export const failed = (span: Growing, { kind, message }: Pick<EndFailure, 'kind' | 'message'>): void =>
  void (span.error = { kind, message });

/** What of an event is told as a note on the span it falls into. */
export function noteOf(event: RunEvent): string | undefined {
  switch (event.type) {
    case 'attempt-withdrawn':
      return `${event.target}: ${event.kind}`;
    case 'agent-switch':
      return `${event.from} → ${event.to}`;
    case 'model-choice':
      return `${event.agent}: ${event.ref ?? 'its own'}`;
    case 'limit-raised':
      return `${event.limit} to ${event.to}`;
    case 'loop-warning':
      return 'told that it goes in circles';
    default:
      return undefined;
  }
}
