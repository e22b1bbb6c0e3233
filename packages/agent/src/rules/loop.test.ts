import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AgentRules } from './agent-rules.ts';
import type { Block, RunEvent, ToolCall } from './events.ts';
import { fold, snapshot, START, type RunState } from './fold.ts';
import { loop, type LoopOptions } from './loop.ts';
import { Stopped } from './teller.ts';
import type { InboxItem, ModelReply, Request } from './world.ts';

const RULES: AgentRules = { limits: {}, maxConsecutiveToolCalls: 0, compaction: { auto: true }, hooks: () => false, polling: () => false };
const OPTIONS: LoopOptions = { agent: 'root', resumed: false, at: 0, path: [], rules: () => RULES };
const heard = (items: readonly InboxItem[]) => ({ items, now: 0, below: { tokens: 0, usd: 0 } });
const ORIGIN = { place: 0, ref: 'p/m', entry: 'p', protocol: 'other', model: 'm', account: 'a' };
const callOf = (id: string, name = 'tool'): ToolCall => ({ id, name, input: '{}' });
const replyOf = (...calls: readonly ToolCall[]): ModelReply => ({
  blocks: [{ type: 'text', text: 'so' } satisfies Block, ...calls.map((call) => ({ type: 'tool-call' as const, ...call }))],
  finish: calls.length > 0 ? 'tool-calls' : 'stop',
  origin: ORIGIN,
  usage: {},
  call: 'call-1',
  marks: [],
  withdrawn: [],
});
const say: InboxItem = { id: 'i1', kind: 'prompt', text: 'hi' };
const done = (id: string): RunEvent => ({ type: 'tool-result', id, name: 'tool', output: 'ok', failed: false, how: 'done' });
const startOf = (id: string): RunEvent => ({ type: 'tool-start', id, name: 'tool' });
const foldAll = (events: readonly RunEvent[]): RunState => events.reduce(fold, START);
const types = (events: readonly RunEvent[]) => events.map(({ type }) => type);

/** Answers requests by hand until one of a kind comes that `answers` does not know. */
function play(state: RunState, answers: Partial<Record<Request['do'], (request: never) => unknown>>, options = OPTIONS) {
  const log: RunEvent[] = [];
  const all: Record<string, (request: never) => unknown> = {
    record: ({ events }: Request & { do: 'record' }) => void log.push(...events),
    inbox: () => heard([]),
    permit: ({ calls }: Request & { do: 'permit' }) => calls.map(({ id }) => ({ id, do: 'run' })),
    tools: ({ before, calls }: Request & { do: 'tools' }) => {
      const events = [...before, ...calls.map(({ id }) => startOf(id)), ...calls.map(({ id }) => done(id))];
      log.push(...events);
      return { events };
    },
    model: () => ({ reply: replyOf() }),
    ...answers,
  };
  const run = loop(state, options);
  const asked: Request[] = [];
  let step = run.next();
  while (!step.done) {
    asked.push(step.value);
    const answer = all[step.value.do] as ((request: Request) => unknown) | undefined;
    if (!answer) throw new Error(`nobody answers ${step.value.do}`);
    step = run.next(answer(step.value));
  }
  return { why: step.value, log, asked: asked.map((request) => request.do) };
}

const begun = (...more: readonly RunEvent[]): RunEvent[] => [
  { type: 'run-start', agent: 'root', resumed: false },
  { type: 'input', text: 'hi' },
  ...more,
];
const reply = (...calls: readonly ToolCall[]): RunEvent => {
  const { withdrawn: _, marks: __, ...rest } = replyOf(...calls);
  return { type: 'model-reply', turn: 1, ...rest };
};

describe('the run loop', () => {
  it('can be driven by hand, without a clock, a network or a promise', () => {
    const items = [say];
    const { why, log, asked } = play(START, { inbox: () => heard(items.splice(0)) });
    expect(why).toBe('done');
    expect(asked).toEqual(['inbox', 'record', 'model', 'inbox', 'record']);
    expect(types(log)).toEqual(['run-start', 'input', 'model-reply', 'run-end']);
  });

  it('R1: what was told is recorded before anything with an effect is asked for, and the state it acts on is its fold', () => {
    fc.assert(
      fc.property(fc.array(fc.array(fc.constantFrom('run', 'refuse', 'ask', 'deny'), { maxLength: 4 }), { maxLength: 4 }), (script) => {
        const log: RunEvent[] = [];
        const holds = ({ state }: { readonly state: RunState }) => expect(snapshot(state)).toEqual(snapshot(foldAll(log)));
        let turn = 0;
        const { why } = play(foldAll(log.concat(begun())), {
          record: (({ events }: Request & { do: 'record' }) => void log.push(...events)) as never,
          model: ((request: Request & { do: 'model' }) => {
            expect(snapshot(request.state)).toEqual(snapshot(foldAll([...begun(), ...log])));
            const batch = script[turn++] ?? [];
            return { reply: replyOf(...batch.map((kind, i) => callOf(`${kind}-${turn}-${i}`, `${kind}${turn}`))) };
          }) as never,
          permit: (({ calls }: Request & { do: 'permit' }) =>
            calls.map(({ id }) => {
              const [kind] = id.split('-');
              if (kind === 'run') return { id, do: 'run' };
              return kind === 'refuse' ? { id, do: 'refuse', output: 'no' } : { id, do: 'ask', reason: 'why' };
            })) as never,
          question: (({ id, call }: Request & { do: 'question'; readonly call: ToolCall }) => {
            expect(log.some((event) => event.type === 'question' && event.id === id)).toBe(true);
            return { decision: call.id.startsWith('deny') ? 'deny' : 'allow' };
          }) as never,
          tools: (({ before, calls }: Request & { do: 'tools' }) => {
            const events = [...before, ...calls.map(({ id }) => startOf(id)), ...calls.map(({ id }) => done(id))];
            log.push(...events);
            holds({ state: foldAll(log) });
            return { events };
          }) as never,
        });
        expect(why).toBe('done');
        expect(foldAll([...begun(), ...log]).owed).toEqual([]);
      }),
    );
  });

  it('R2: a recorded result is not asked for again, a recorded answer neither', () => {
    const [a, b] = [callOf('a'), callOf('b')];
    const question: RunEvent = { type: 'question', id: 'q', about: 'approval', call: b, reason: 'why' };
    const state = foldAll(begun(reply(a, b), question, { type: 'answer', id: 'q', decision: 'allow' }, startOf('a'), done('a')));
    const ran: string[] = [];
    const { why, asked } = play(state, {
      permit: (() => [{ id: 'b', do: 'ask', reason: 'why' }]) as never,
      tools: (({ calls }: Request & { do: 'tools' }) => {
        ran.push(...calls.map(({ id }) => id));
        return { events: calls.flatMap(({ id }) => [startOf(id), done(id)]) };
      }) as never,
    });
    expect([why, ran]).toEqual(['done', ['b']]);
    expect(asked).not.toContain('question');
  });

  it('O2: a denial wins over an approval that was recorded', () => {
    const call = callOf('a');
    const question: RunEvent = { type: 'question', id: 'q', about: 'approval', call, reason: 'why' };
    const state = foldAll(begun(reply(call), question, { type: 'answer', id: 'q', decision: 'allow' }));
    const { log } = play(state, { permit: (() => [{ id: 'a', do: 'refuse', output: 'never' }]) as never, tools: undefined as never });
    expect(log).toContainEqual({ type: 'tool-result', id: 'a', name: 'tool', output: 'never', failed: true, how: 'refused' });
  });

  const table: readonly (readonly [string, boolean, 'allow' | 'deny' | undefined, boolean, RegExp | undefined])[] = [
    ['idempotent: runs again unasked', true, undefined, true, undefined],
    ['nobody there: unknown, said so', false, undefined, false, /Outcome unknown.*It was not run again/],
    ['the user says no: unknown, said so', false, 'deny', false, /Outcome unknown.*The user decided/],
    ['the user says yes: runs again', false, 'allow', true, undefined],
  ];
  it.each(table)('O1: a call that may have run; %s', (_, idempotent, decision, again, output) => {
    const ran: string[] = [];
    const { log, why } = play(foldAll(begun(reply(callOf('a')), startOf('a'))), {
      unfinished: (() => [{ id: 'a', idempotent, killed: true }]) as never,
      question: (({ about }: Request & { do: 'question' }) => {
        expect(about).toBe('may-have-run');
        return decision && { decision };
      }) as never,
      tools: (({ before, calls }: Request & { do: 'tools' }) => {
        ran.push(...calls.map(({ id }) => id));
        return { events: [...before, ...calls.flatMap(({ id }) => [startOf(id), done(id)])] };
      }) as never,
    });
    expect([why, ran]).toEqual(['done', again ? ['a'] : []]);
    const result = log.find((event) => event.type === 'tool-result');
    if (output) expect(result).toMatchObject({ how: 'unknown', failed: true, output: expect.stringMatching(output) });
    if (!again) expect(types(log)).toContain('notice');
  });

  it('O1: an answer about one start says nothing about the next', () => {
    const call = callOf('a');
    const first: RunEvent = { type: 'question', id: 'may-have-run:1:a:1', about: 'may-have-run', call, reason: '' };
    const state = foldAll(begun(reply(call), startOf('a'), first, { type: 'answer', id: first.id, decision: 'allow' }, startOf('a')));
    const questions: string[] = [];
    play(state, {
      unfinished: (() => [{ id: 'a', idempotent: false, killed: false }]) as never,
      question: (({ id }: Request & { do: 'question' }) => void questions.push(id)) as never,
    });
    expect(questions).toEqual(['may-have-run:1:a:2']);
  });

  it('R4: stopped at any request, a run ends with one `run-end` and has recorded all it told', () => {
    const script = (): Partial<Record<Request['do'], (request: never) => unknown>> => ({
      permit: (({ calls }: Request & { do: 'permit' }) => calls.map(({ id }) => ({ id, do: 'ask', reason: 'why' }))) as never,
      question: () => ({ decision: 'allow' }),
      model: (({ turn }: Request & { do: 'model' }) => ({ reply: turn === 1 ? replyOf(callOf('a'), callOf('b')) : replyOf() })) as never,
    });
    const total = play(foldAll(begun()), script()).asked.length;
    for (let at = 0; at < total; at++) {
      const log: RunEvent[] = [];
      let n = 0;
      const run = loop(foldAll(begun()), OPTIONS);
      const answers = script() as Record<string, (request: Request) => unknown>;
      let step = run.next();
      while (!step.done) {
        const request = step.value;
        const carries = request.do === 'record' || request.do === 'tools';
        if (n++ >= at && !carries) {
          step = run.throw(new Stopped());
          continue;
        }
        if (request.do === 'record') log.push(...request.events);
        if (request.do === 'tools') log.push(...request.before, ...request.calls.flatMap(({ id }) => [startOf(id), done(id)]));
        const answer =
          request.do === 'tools'
            ? { events: log.slice(-request.before.length - 4) }
            : request.do === 'inbox'
              ? heard([])
              : answers[request.do]?.(request);
        step = run.next(answer);
      }
      expect(log.filter(({ type }) => type === 'run-end')).toHaveLength(1);
      expect(log.at(-1)?.type).toBe('run-end');
      expect(foldAll([...begun(), ...log]).ended?.why).toBe(step.value);
    }
  });

  it('a failure of the store is nobody’s stop: it ends the loop as it is', () => {
    const run = loop(START, OPTIONS);
    run.next();
    run.next(heard([say]));
    expect(() => run.throw(new Error('disk full'))).toThrow('disk full');
  });
});
