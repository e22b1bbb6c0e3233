import { describe, expect, it } from 'vitest';
import { memorySessions } from '../src/io/sessions-memory.ts';
import type { Tool } from '../src/ports.ts';
import type { Elicitation, RunEvent } from '../src/rules/events.ts';
import { call, calls, eventsOf, modelOf, runtimeOf, says, seen, toolOf } from './kit.ts';

const ASK: Elicitation = { mode: 'form', message: 'Which branch?', schema: { type: 'object', properties: { branch: { type: 'string' } } } };

/** A tool that asks its user twice and says what it heard. */
const asker = (idempotent = true): Tool => ({
  ...toolOf('asker', { idempotent }),
  prepare: async (_, { elicit }) => ({
    run: async () => ({ output: JSON.stringify([await elicit(ASK), await elicit({ ...ASK, message: 'Sure?' })]), failed: false }),
    drop: () => {},
  }),
});
const model = () => modelOf((_, n) => (n === 1 ? calls(call('c1', 'asker')) : says('ok')));
const resultIn = (events: readonly RunEvent[]) =>
  events.find((event): event is RunEvent & { type: 'tool-result' } => event.type === 'tool-result');

describe('elicitation', () => {
  it('is a question with an id; what is answered reaches the tool, and is in the log before it does', async () => {
    const store = memorySessions();
    const runtime = runtimeOf({ model: model(), store, tools: [asker()] });
    const run = await runtime.start({ prompt: 'go' });
    for await (const { event } of run.events) {
      if (event.type !== 'question' || event.about !== 'elicitation') continue;
      expect(await runtime.pending(run.session)).toMatchObject([{ id: event.id, elicitation: { message: event.elicitation.message } }]);
      await runtime.answer(
        run.session,
        event.id,
        event.elicitation.message === 'Sure?' ? { decision: 'deny' } : { decision: 'allow', content: { branch: 'main' } },
      );
    }
    const events = await eventsOf(store, run.session);
    expect(resultIn(events)?.output).toBe('[{"action":"accept","content":{"branch":"main"}},{"action":"decline"}]');
    expect(events.filter(({ type }) => type === 'question' || type === 'answer' || type === 'tool-result').map(({ type }) => type)).toEqual(
      ['question', 'answer', 'question', 'answer', 'tool-result'],
    );
  });

  it('E5: with nobody there it is declined at once, and no question is told', async () => {
    const store = memorySessions();
    const run = await runtimeOf({ model: model(), store, tools: [asker()], attended: false }).start({ prompt: 'go' });
    await run.done;
    const events = await eventsOf(store, run.session);
    expect(resultIn(events)?.output).toBe('[{"action":"decline"},{"action":"decline"}]');
    expect(events.some(({ type }) => type === 'question')).toBe(false);
  });

  it('E4: an answer to a question that is over, or was never asked, is refused by name', async () => {
    const runtime = runtimeOf({ model: model(), tools: [asker()] });
    const run = await runtime.start({ prompt: 'go' });
    const { id } = await seen(run, 'question');
    await expect(runtime.answer(run.session, 'elicitation:c9:0', { decision: 'allow' })).rejects.toMatchObject({ kind: 'gone' });
    await runtime.answer(run.session, id, { decision: 'cancel' });
    await expect(runtime.answer(run.session, id, { decision: 'allow' })).rejects.toMatchObject({ kind: 'gone' });
    await runtime.stop(run.session);
  });

  it('pending when the process dies, it is asked again under its id; an answer given meanwhile is not lost', async () => {
    const store = memorySessions();
    const open = (lives: boolean) =>
      runtimeOf({
        model: modelOf(({ prompt }) => (prompt.some(({ role }) => role === 'tool') ? says('ok') : calls(call('c1', 'asker')))),
        store: lives ? store : { ...store, append: (...args) => (dead ? Promise.reject(new Error('power cut')) : store.append(...args)) },
        tools: [asker()],
        identity: { self: () => ({ pid: 1, started: '', boot: '' }), alive: () => false },
      });
    let dead = false;
    const before = open(false);
    const run = await before.start({ prompt: 'go' });
    const { id } = await seen(run, 'question');
    dead = true;
    await before.stop(run.session);
    await run.done.catch(() => {});
    const other = open(true);
    await other.answer(run.session, id, { decision: 'allow', content: { branch: 'dev' } });
    const again = await other.resume(run.session);
    for await (const { event } of again.events) {
      if (event.type === 'question' && event.id !== id) await other.answer(run.session, event.id, { decision: 'allow' });
    }
    expect((await again.done).why).toBe('done');
    expect(resultIn(await eventsOf(store, run.session))?.output).toBe(
      '[{"action":"accept","content":{"branch":"dev"}},{"action":"accept"}]',
    );
  });

  it('E4: a yes to one question is none to another that the same call asks after a restart', async () => {
    const store = memorySessions();
    const first = runtimeOf({ model: model(), store, tools: [asker()] });
    const run = await first.start({ prompt: 'go' });
    const { id } = await seen(run, 'question');
    const rows = await store.read(run.session, 0);
    // The process dies with the question open; its answer was on the way.
    const copy = memorySessions();
    await copy.create({ id: 's', file: '/a.yaml', agent: 'root', cwd: '/work', at: 1 });
    await copy.append(
      's',
      0,
      rows.map((row) => ({ event: row.event, run: row.run, path: row.path })),
      1,
    );
    await first.stop(run.session);
    await copy.enqueue('s', { id: 'late', kind: 'answer', text: JSON.stringify({ question: id, decision: 'allow' }), at: 1 });
    const other: Tool = {
      ...asker(),
      prepare: async (_, { elicit }) => ({
        run: async () => ({ output: JSON.stringify(await elicit({ ...ASK, message: 'Delete it all?' })), failed: false }),
        drop: () => {},
      }),
    };
    const second = runtimeOf({ model: modelOf(() => says('ok')), store: copy, tools: [other] });
    const again = await second.resume('s');
    const question = await seen(again, 'question');
    expect(question.id).not.toBe(id);
    await second.answer('s', question.id, { decision: 'deny' });
    await again.done;
    expect(resultIn(await eventsOf(copy, 's'))?.output).toBe('{"action":"decline"}');
  });
});
