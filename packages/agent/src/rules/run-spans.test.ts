import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { EventRow, RunEvent } from './events.ts';
import { RunSpans } from './run-spans.ts';
import type { SpanStep } from './span-out.ts';

const ORIGIN = { place: 0, ref: 'lab/one', entry: 'lab', protocol: 'p', model: 'one', account: 'a' };
const reply = (turn: number, ...calls: string[]): RunEvent => ({
  type: 'model-reply',
  turn,
  blocks: [{ type: 'text', text: `t${turn}` }, ...calls.map((id) => ({ type: 'tool-call', id, name: 'look', input: '{"q":1}' }) as const)],
  finish: 'stop',
  origin: ORIGIN,
  usage: { input: 10, output: 5 },
  usd: 0.5,
  call: `call-${turn}`,
});
const began: RunEvent = { type: 'run-start', agent: 'root', resumed: false };
const input: RunEvent = { type: 'input', text: 'secret plan' };
const tool = (id: string): RunEvent => ({ type: 'tool-start', id, name: 'look' });
const result = (id: string, how: 'done' | 'refused' = 'done'): RunEvent => ({
  type: 'tool-result',
  id,
  name: 'look',
  output: 'out',
  failed: how !== 'done',
  how,
});
const end = (why: 'done' | 'stopped' = 'done'): RunEvent => ({ type: 'run-end', why });

type Told = readonly [event: RunEvent, path?: readonly string[]];
const rowsOf = (events: readonly Told[]): readonly EventRow[] =>
  events.map(([event, path = []], i) => ({ session: 's', seq: i + 1, version: 1, at: 100 * (i + 1), run: 'r', path, event }));
const stepsOf = (events: readonly Told[]): readonly SpanStep[] => {
  const spans = new RunSpans();
  return rowsOf(events).flatMap((row) => [...spans.take(row)]);
};
const ended = (steps: readonly SpanStep[]) => steps.flatMap((step) => (step.do === 'end' ? [step.span] : []));
const one = (...events: readonly RunEvent[]) => stepsOf(events.map((event) => [event] as const));

describe('a run as spans', () => {
  it('a run, its turns, their tools and questions, each below what it is of', () => {
    const ask: RunEvent = { type: 'question', id: 'q', reason: 'r', about: 'approval', call: { id: 'c1', name: 'look', input: '{}' } };
    const steps = one(
      began,
      input,
      reply(1, 'c1'),
      ask,
      { type: 'answer', id: 'q', decision: 'allow' },
      tool('c1'),
      result('c1'),
      reply(2),
      end(),
    );
    const spans = ended(steps);
    const byId = new Map(spans.map((span) => [span.id, span]));
    expect(spans.map(({ name, start, end: over, parentId }) => [name, start, over, parentId && byId.get(parentId)?.name])).toEqual([
      ['holdfast.approval look', 400, 500, 'holdfast.turn'],
      ['execute_tool look', 600, 700, 'holdfast.turn'],
      ['holdfast.turn', 100, 700, 'invoke_agent root'],
      ['holdfast.turn', 700, 800, 'invoke_agent root'],
      ['invoke_agent root', 100, 900, undefined],
    ]);
    expect(spans[0]!.attributes).toMatchObject({ 'holdfast.decision': 'allow', 'gen_ai.tool.call.id': 'c1' });
    expect(spans[1]!.attributes).toMatchObject({
      'gen_ai.operation.name': 'execute_tool',
      'gen_ai.tool.name': 'look',
      'holdfast.tool.how': 'done',
    });
    expect(spans[2]!).toMatchObject({
      holds: 's',
      attributes: {
        'holdfast.turn': 1,
        'holdfast.call': 'call-1',
        'holdfast.tokens.input': 10,
        'holdfast.cost.usd': 0.5,
        'gen_ai.request.model': 'one',
      },
    });
    expect(spans[4]!.attributes).toMatchObject({
      'gen_ai.operation.name': 'invoke_agent',
      'gen_ai.agent.name': 'root',
      'gen_ai.conversation.id': 's',
      'holdfast.outcome': 'done',
    });
  });

  it('no attribute holds a word of anybody’s: what was said is apart', () => {
    const steps = one(began, input, reply(1, 'c1'), tool('c1'), result('c1'), reply(2), end());
    for (const step of steps)
      if (step.do !== 'drop') expect(JSON.stringify({ ...step.span, words: undefined })).not.toMatch(/secret|"q"|"out"|"t1"/);
    expect(ended(steps).map(({ words }) => words)).toEqual([
      { 'gen_ai.tool.call.arguments': '{"q":1}', 'gen_ai.tool.call.result': 'out' },
      { 'holdfast.input': 'secret plan', 'holdfast.answer': 't1' },
      { 'holdfast.answer': 't2' },
      {},
    ]);
  });

  it('Z2: a child stands below the call that began it, and holds its own calls', () => {
    const path = ['helper@c1'];
    const child: RunEvent = { ...began, agent: 'helper', task: { kind: 'transfer', call: 'c1', task: 'look it up' } } as RunEvent;
    const steps = stepsOf([
      [began],
      [input],
      [reply(1, 'c1')],
      [tool('c1')],
      [child, path],
      [reply(1), path],
      [end(), path],
      [result('c1')],
      [reply(2)],
      [end()],
    ]);
    const [turn, run, call] = ended(steps);
    expect([turn!.holds, run!.name, run!.parentId, run!.attributes['holdfast.task.kind']]).toEqual([
      's/helper@c1',
      'invoke_agent helper',
      call!.id,
      'transfer',
    ]);
    expect(call!.name).toBe('execute_tool look');
  });

  it('failures, refusals, limits, summaries and withdrawals are told', () => {
    const steps = one(
      began,
      input,
      { type: 'attempt-withdrawn', turn: 1, attempt: 1, target: 'lab/one', kind: 'overload', message: 'm' },
      reply(1, 'c1'),
      result('c1', 'refused'),
      { type: 'compaction', why: 'threshold', summary: 'sum', keep: 1, call: 'k' },
      { type: 'question', id: 'l', reason: 'r', about: 'limit', limit: 'iterations', reached: 3 },
      { type: 'answer', id: 'l', decision: 'allow' },
      { type: 'model-failed', turn: 2, failure: { kind: 'network', message: 'cut' }, call: 'call-2' },
      { type: 'run-end', why: 'failed', failure: { kind: 'network', message: 'cut' } },
    );
    expect(ended(steps).map(({ name, error }) => [name, error?.kind])).toEqual([
      ['execute_tool look', 'refused'],
      ['holdfast.turn', undefined],
      ['holdfast.compaction', undefined],
      ['holdfast.limit iterations', undefined],
      ['holdfast.turn', 'network'],
      ['invoke_agent root', 'network'],
    ]);
    expect(ended(steps)[1]!.events).toEqual([{ at: 300, name: 'attempt-withdrawn', text: 'lab/one: overload' }]);
  });

  it('Z1: whatever rows come, every span that began ends once or is dropped with its run', () => {
    const some = fc.constantFrom<RunEvent>(
      input,
      reply(1),
      reply(2, 'c1'),
      reply(3, 'c1', 'c2'),
      tool('c1'),
      tool('c2'),
      result('c1'),
      result('c2', 'refused'),
      began,
      { type: 'question', id: 'q', reason: 'r', about: 'limit', limit: 'usd', reached: 1 },
      { type: 'answer', id: 'q', decision: 'deny' },
      { type: 'model-failed', turn: 1, failure: { kind: 'server', message: 'm' } },
    );
    const told = fc.tuple(some, fc.constantFrom<readonly string[]>([], ['helper@c1']));
    fc.assert(
      fc.property(fc.array(told, { maxLength: 40 }), (events) => {
        const steps = stepsOf([[began], ...events, [end('stopped'), ['helper@c1']], [end('stopped')]]);
        const open = new Map<string, number>();
        for (const step of steps) {
          const id = step.do === 'drop' ? step.id : step.span.id;
          if (step.do === 'start') {
            expect(open.has(id)).toBe(false);
            open.set(id, 1);
          } else {
            expect(open.get(id)).toBe(1);
            open.set(id, 0);
          }
        }
        expect([...open.values()].every((left) => left === 0)).toBe(true);
      }),
    );
  });
});
