import type { Block, EndFailure, Ending, Origin, ProcessStamp, RunEvent, ToolCall } from './events.ts';

/** The lossless history, as the fold keeps it. */
export type Message =
  | { readonly role: 'user'; readonly text: string }
  | { readonly role: 'assistant'; readonly blocks: readonly Block[]; readonly origin: Origin; readonly finish: string }
  | { readonly role: 'tool'; readonly id: string; readonly name: string; readonly output: string; readonly failed: boolean };

export interface OwedCall {
  readonly call: ToolCall;
  /** Set when a `tool-start` was recorded: it may have run. */
  /** `times` counts the starts: an answer about one start says nothing about the next. */
  readonly started?: { readonly process?: ProcessStamp; readonly times: number };
  readonly question?: { readonly id: string; readonly about: 'approval' | 'may-have-run' };
  readonly answer?: { readonly decision: 'allow' | 'allow-tool' | 'deny'; readonly reason?: string };
}

/** All that is known of a session. Owned by who folds; events never copy the transcript. */
export interface RunState {
  readonly turn: number;
  /** Turns since the last input: what `max_iterations` counts. */
  readonly turnsOfRun: number;
  readonly transcript: readonly Message[];
  /** Calls of the last reply without a result, in the order of the reply. */
  readonly owed: readonly OwedCall[];
  /** Tools allowed for the rest of the session. */
  readonly allowed: ReadonlySet<string>;
  readonly consumed: ReadonlySet<string>;
  readonly origin?: Origin;
  readonly ended?: { readonly why: Ending; readonly failure?: EndFailure };
}

export type Fold = (state: RunState, event: RunEvent) => RunState;

/** The state of a run before its first event: what `fold` begins with. */
export const START: RunState = Object.freeze({
  turn: 0,
  turnsOfRun: 0,
  transcript: Object.freeze([]) as readonly Message[],
  owed: Object.freeze([]) as readonly OwedCall[],
  allowed: new Set<string>(),
  consumed: new Set<string>(),
});

interface Accumulator {
  turn: number;
  turnsOfRun: number;
  transcript: Message[];
  owed: readonly OwedCall[];
  allowed: Set<string>;
  consumed: Set<string>;
  origin?: Origin;
  ended?: { readonly why: Ending; readonly failure?: EndFailure };
}

const OWNED = new WeakSet<object>();

/**
 * F1. `START`, and any state this function did not make, is copied first and never changed; a state it made is used up by the next
 * fold: keep the answer, not the argument. No event copies the transcript.
 * F2. Folding all events at once or some now and the rest later comes to the same.
 */
export const fold: Fold = (state, event) => {
  const own = OWNED.has(state) ? (state as Accumulator) : adopt(state);
  STEP[event.type](own, event as never);
  return own as RunState;
};

/** A state of one's own with the same content, which no fold of the other changes. */
export const snapshot = (state: RunState): RunState => adopt(state) as RunState;

function adopt(state: RunState): Accumulator {
  const { transcript, allowed, consumed, ...rest } = state;
  const own: Accumulator = { ...rest, transcript: [...transcript], allowed: new Set(allowed), consumed: new Set(consumed) };
  OWNED.add(own);
  return own;
}

type Steps = { readonly [T in RunEvent['type']]: (own: Accumulator, event: Extract<RunEvent, { readonly type: T }>) => void };

const nothing = () => {};

const STEP: Steps = {
  'run-start': (own) => {
    // A run that was over begins a new count; one that broke off goes on with the old.
    if (own.ended) own.turnsOfRun = 0;
    delete own.ended;
  },
  input: (own, { text, item }) => {
    own.transcript.push({ role: 'user', text });
    own.turnsOfRun = 0;
    if (item !== undefined) own.consumed.add(item);
  },
  'model-reply': (own, { turn, blocks, origin, finish }) => {
    own.turn = turn;
    own.turnsOfRun++;
    own.origin = origin;
    own.transcript.push({ role: 'assistant', blocks, origin, finish });
    own.owed = callsOf(blocks).map((call) => ({ call }));
  },
  'attempt-withdrawn': nothing,
  question: (own, { id, about, call }) =>
    change(own, call.id, ({ call: same, started }) => ({ call: same, ...(started && { started }), question: { id, about } })),
  answer: (own, { id, decision, reason }) => {
    const owed = own.owed.find(({ question }) => question?.id === id);
    if (!owed) return;
    const answer = { decision, ...(reason !== undefined && { reason }) };
    change(own, owed.call.id, (was) => ({ ...was, answer }));
    if (decision === 'allow-tool' && owed.question?.about === 'approval') own.allowed.add(owed.call.name);
  },
  // The question and its answer were about what came before this start.
  'tool-start': (own, { id, process }) =>
    change(own, id, ({ call, started }) => ({ call, started: { times: (started?.times ?? 0) + 1, ...(process && { process }) } })),
  'tool-result': (own, { id, name, output, failed }) => {
    if (!own.owed.some(({ call }) => call.id === id)) return;
    own.owed = own.owed.filter(({ call }) => call.id !== id);
    own.transcript.push({ role: 'tool', id, name, output, failed });
  },
  notice: nothing,
  'run-end': (own, { why, failure }) => {
    own.ended = { why, ...(failure && { failure }) };
  },
};

function change(own: Accumulator, id: string, to: (owed: OwedCall) => OwedCall): void {
  own.owed = own.owed.map((owed) => (owed.call.id === id ? to(owed) : owed));
}

export const callsOf = (blocks: readonly Block[]): readonly ToolCall[] =>
  blocks.flatMap((block) => (block.type === 'tool-call' ? [{ id: block.id, name: block.name, input: block.input }] : []));

/** The text of the last reply: what a run answers with. */
export function answerOf(state: RunState): string {
  const last = state.transcript.findLast((message) => message.role === 'assistant');
  return last ? last.blocks.map((block) => (block.type === 'text' ? block.text : '')).join('') : '';
}
