import type { Answer, ProcessStamp, RunEvent } from './events.ts';
import type { OwedCall, RunState } from './run-state.ts';

type Asked = Exclude<RunEvent & { readonly type: 'question' }, { readonly about: 'limit' }>;

/** Whoever made the call that is owed: its tools and its rules hold, also when a handoff of the same reply has made another one speak. */
export function callerOf({ transcript, agent }: Pick<RunState, 'transcript' | 'agent'>): string {
  const reply = transcript.findLast(({ role }) => role === 'assistant');
  return (reply?.role === 'assistant' ? reply.agent : undefined) ?? agent;
}

/** A call about which a question was told. What it asks itself does not end its approval. */
export function withQuestion(owed: OwedCall, event: Asked): OwedCall {
  const { id } = event;
  const { answer: _, ...rest } = owed;
  if (event.about !== 'elicitation') return { ...rest, question: { id, about: event.about, asked: event.call.input } };
  const { inquiries = [] } = owed;
  return inquiries.some(({ question }) => question === id)
    ? owed
    : { ...owed, inquiries: [...inquiries, { question: id, asked: JSON.stringify(event.elicitation) }] };
}

/** The same call, answered; undefined: the question was another's. */
export function withAnswer(owed: OwedCall, id: string, answer: Answer): OwedCall | undefined {
  if (owed.question?.id === id) return { ...owed, answer };
  const { inquiries = [] } = owed;
  if (!inquiries.some(({ question }) => question === id)) return undefined;
  return { ...owed, inquiries: inquiries.map((one) => (one.question === id ? { ...one, answer } : one)) };
}

/** Its question and the answer were about what came before this start; what it asked itself holds on. */
export const withStart = ({ call, started, inquiries }: OwedCall, process: ProcessStamp | undefined): OwedCall => ({
  call,
  started: { times: (started?.times ?? 0) + 1, ...(process && { process }) },
  ...(inquiries && { inquiries }),
});
