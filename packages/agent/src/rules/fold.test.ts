import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { RunEvent } from './events.ts';
import { answerOf, fold, snapshot, START, type RunState } from './fold.ts';

const ORIGIN = { place: 0, ref: 'p/m', entry: 'p', protocol: 'other', model: 'm', account: 'a' };
const id = fc.constantFrom('a', 'b', 'c');
const call = fc.record({ id, name: fc.constantFrom('x', 'y'), input: fc.constant('{}') });
const events: fc.Arbitrary<RunEvent[]> = fc.array(
  fc.oneof(
    fc.constant<RunEvent>({ type: 'run-start', agent: 'root', resumed: false }),
    fc.record({ type: fc.constant('input' as const), text: fc.string(), item: id }),
    fc.record({
      type: fc.constant('model-reply' as const),
      turn: fc.nat(9),
      blocks: fc.uniqueArray(call, { selector: (one) => one.id }).map((all) => all.map((one) => ({ type: 'tool-call' as const, ...one }))),
      finish: fc.constant('stop'),
      origin: fc.constant(ORIGIN),
      usage: fc.constant({}),
      call: fc.constant('c'),
    }),
    fc.record({
      type: fc.constant('question' as const),
      id,
      about: fc.constantFrom('approval' as const, 'may-have-run' as const),
      call,
      reason: fc.constant(''),
    }),
    fc.record({
      type: fc.constant('answer' as const),
      id,
      decision: fc.constantFrom('allow' as const, 'allow-tool' as const, 'deny' as const),
    }),
    fc.record({ type: fc.constant('tool-start' as const), id, name: fc.constant('x') }),
    fc.record({
      type: fc.constant('tool-result' as const),
      id,
      name: fc.constant('x'),
      output: fc.string(),
      failed: fc.boolean(),
      how: fc.constant('done' as const),
    }),
    fc.constant<RunEvent>({ type: 'notice', text: 'n' }),
    fc.record({ type: fc.constant('run-end' as const), why: fc.constantFrom('done' as const, 'failed' as const) }),
  ),
  { maxLength: 40 },
);
const all = (list: readonly RunEvent[], from: RunState = START) => list.reduce(fold, from);

const FRESH = structuredClone({ ...START });

describe('fold', () => {
  it('F1: START and snapshots are never changed', () => {
    fc.assert(
      fc.property(events, events, (before, after) => {
        const kept = snapshot(all(before));
        const copy = structuredClone({ ...kept });
        all(after, { ...kept });
        expect({ ...kept }).toEqual(copy);
        expect(START).toEqual(FRESH);
      }),
    );
  });

  it('F2: all at once, or some now and the rest from a stored copy, come to the same', () => {
    fc.assert(
      fc.property(events, fc.nat(40), (list, at) => {
        const half = structuredClone({ ...all(list.slice(0, at)) });
        expect({ ...all(list.slice(at), half) }).toEqual({ ...all(list) });
      }),
    );
  });

  it('owes exactly the calls of the last reply that have no result, in its order', () => {
    fc.assert(
      fc.property(events, (list) => {
        const state = all(list);
        const at = list.findLastIndex(({ type }) => type === 'model-reply');
        const last = list[at];
        const results = new Set(list.slice(at).flatMap((event) => (event.type === 'tool-result' ? [event.id] : [])));
        const owed =
          last?.type === 'model-reply'
            ? last.blocks.flatMap((block) => (block.type === 'tool-call' && !results.has(block.id) ? [block.id] : []))
            : [];
        expect(state.owed.map((one) => one.call.id)).toEqual(owed);
      }),
    );
  });

  it('a result comes once: a second one, or one nobody asked for, changes nothing', () => {
    const result: RunEvent = { type: 'tool-result', id: 'a', name: 'x', output: 'o', failed: false, how: 'done' };
    expect(all([result]).transcript).toEqual([]);
  });

  it('only an approval allows a tool for the session', () => {
    const one = { id: 'a', name: 'x', input: '{}' };
    const reply: RunEvent = {
      type: 'model-reply',
      turn: 1,
      blocks: [{ type: 'tool-call', ...one }],
      finish: 's',
      origin: ORIGIN,
      usage: {},
      call: 'c',
    };
    const allowed = (about: 'approval' | 'may-have-run') =>
      all([reply, { type: 'question', id: 'q', about, call: one, reason: '' }, { type: 'answer', id: 'q', decision: 'allow-tool' }])
        .allowed;
    expect(allowed('approval')).toEqual(new Set(['x']));
    expect(allowed('may-have-run')).toEqual(new Set());
  });

  it('the answer of a run is the text of its last reply', () => {
    const reply = (...texts: readonly string[]): RunEvent => ({
      type: 'model-reply',
      turn: 1,
      blocks: texts.map((text) => ({ type: 'text', text })),
      finish: 's',
      origin: ORIGIN,
      usage: {},
      call: 'c',
    });
    expect(answerOf(all([reply('old'), { type: 'input', text: 'x' }, reply('a', 'b')]))).toBe('ab');
    expect(answerOf(START)).toBe('');
  });
});
