import type { Answer, Block, RunEvent, ToolCall } from './events.ts';
import { compacted } from './compacted.ts';
import { contextOf } from './context-of.ts';
import type { Accumulator } from './accumulator.ts';
import { withAnswer, withQuestion, withStart } from './owed-call.ts';
import { NOTHING_SPENT, type OwedCall } from './run-state.ts';
import { pay } from './spent.ts';

export const callsOf = (blocks: readonly Block[]): readonly ToolCall[] =>
  blocks.flatMap((block) => (block.type === 'tool-call' ? [{ id: block.id, name: block.name, input: block.input }] : []));

type Steps = { readonly [T in RunEvent['type']]: (own: Accumulator, event: Extract<RunEvent, { readonly type: T }>) => void };

const nothing = () => {};

const consume = (own: Accumulator, item: string | undefined) => {
  if (item !== undefined) own.consumed.add(item);
};

/** What each event does to a state. */
export const STEP: Steps = {
  'run-start': (own, { agent, at, task }) => {
    // A run that was over begins a new count; one that broke off goes on with the old.
    if (own.ended) beginCount(own);
    delete own.ended;
    if (own.agent === '') own.agent = agent;
    if (at !== undefined) own.began = at;
    if (task) own.task = task;
  },
  input: (own, { text, item, files, hidden, system }) => {
    own.transcript.push({ role: 'user', text, ...(files && { files }), ...(hidden && { hidden }), ...(system && { system }) });
    if (!hidden) own.turnsOfRun = 0;
    delete own.limit;
    consume(own, item);
  },
  'model-reply': (own, { turn, blocks, origin, finish, usage, paid, usd, unpriced, window, agent }) => {
    own.turn = turn;
    own.turnsOfRun++;
    own.overflows = 0;
    delete own.limit;
    own.origin = origin;
    own.reply = blocks;
    own.transcript.push({ role: 'assistant', blocks, origin, finish, ...(agent !== undefined && { agent }) });
    own.owed = callsOf(blocks).map((call) => ({ call }));
    for (const { call } of own.owed) own.called.add(call.id);
    Object.assign(own, contextOf(own, usage, origin, window));
    delete own.turnModel;
    pay(own, paid ?? usage, usd, unpriced);
  },
  'model-failed': (own, { usage, usd }) => {
    delete own.turnModel;
    if (usage) pay(own, usage, usd);
  },
  'attempt-withdrawn': nothing,
  question: (own, event) => {
    if (event.about === 'limit') own.limit = { id: event.id, limit: event.limit, reached: event.reached };
    else change(own, event.call.id, (owed) => withQuestion(owed, event));
  },
  answer: (own, { id, item, decision, rule, reason, content }) => {
    const answer = {
      decision,
      ...(rule !== undefined && { rule }),
      ...(reason !== undefined && { reason }),
      ...(content && { content }),
    };
    consume(own, item);
    if (own.limit?.id === id) return void (own.limit = { ...own.limit, answer });
    own.owed = own.owed.map((owed) => {
      const answered = withAnswer(owed, id, answer);
      if (answered?.question?.id === id && answered.question.about === 'approval') grant(own, owed, answer);
      return answered ?? owed;
    });
  },
  'tool-start': (own, { id, process }) => change(own, id, (owed) => withStart(owed, process)),
  'tool-result': (own, { id, name, output, failed, files }) => {
    if (!own.owed.some(({ call }) => call.id === id)) return;
    own.owed = own.owed.filter(({ call }) => call.id !== id);
    own.transcript.push({ role: 'tool', id, name, output, failed, ...(files && { files }) });
  },
  'agent-switch': (own, { to, item }) => {
    own.agent = to;
    consume(own, item);
  },
  'model-choice': (own, { agent, ref, lasts, item }) => {
    consume(own, item);
    if (lasts === 'turn') {
      if (ref !== undefined) own.turnModel = { agent, ref };
    } else if (ref === undefined) own.models.delete(agent);
    else own.models.set(agent, ref);
  },
  compaction: (own, event) => {
    consume(own, event.item);
    own.transcript = [...compacted(own.transcript, event)];
    own.compactions++;
    if (event.why === 'overflow') own.overflows++;
    delete own.context;
    if (event.usage) pay(own, event.usage, event.usd);
  },
  spent: (own, { usage, usd }) => pay(own, usage, usd),
  permissions: (own, { rules, item }) => {
    consume(own, item);
    own.rules = rules;
  },
  'tools-added': (own, { names }) => names.forEach((name) => own.added.add(name)),
  'loop-warning': (own, { text }) => {
    own.warnedAt = own.turn;
    own.transcript.push({ role: 'user', text, hidden: true });
  },
  'limit-raised': (own, { limit, to }) => {
    own.raised = { ...own.raised, [limit]: to };
    delete own.limit;
  },
  notice: (own, { item }) => consume(own, item),
  'run-end': (own, { why, failure }) => {
    own.ended = { why, ...(failure && { failure }) };
  },
};

function beginCount(own: Accumulator): void {
  own.turnsOfRun = 0;
  own.spentOfRun = NOTHING_SPENT;
  own.raised = {};
  own.overflows = 0;
  delete own.limit;
}

function grant(own: Accumulator, { call }: OwedCall, { decision, rule }: Answer): void {
  if (decision === 'allow-tool') own.allowed.add(rule ?? call.name);
  if (decision === 'allow-session') own.allowAll = true;
}

function change(own: Accumulator, id: string, to: (owed: OwedCall) => OwedCall): void {
  own.owed = own.owed.map((owed) => (owed.call.id === id ? to(owed) : owed));
}
