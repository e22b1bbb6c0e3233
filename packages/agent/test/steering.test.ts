import { describe, expect, it } from 'vitest';
import { memorySessions } from '../src/io/sessions-memory.ts';
import { INBOX_LIMIT } from '../src/rules/session-error.ts';
import { call, calls, eventsOf, modelOf, runtimeOf, says, seen, toolOf, type CallOptions } from './kit.ts';

const said = ({ prompt }: CallOptions) =>
  prompt.flatMap((message) => (message.role === 'user' ? message.content.map((part) => (part.type === 'text' ? part.text : '')) : []));
const inputs = async (store: ReturnType<typeof memorySessions>, session: string) =>
  (await eventsOf(store, session)).flatMap((event) => (event.type === 'input' ? [event.text] : []));

describe('steering', () => {
  it('S1, S2: what was said before a run is in its first call, as it was said', async () => {
    const store = memorySessions();
    const model = modelOf(() => says('ok'));
    const runtime = runtimeOf({ model, store });
    const first = await runtime.start({ prompt: 'one' });
    await first.done;
    await runtime.steer(first.session, 'and be quick');
    const next = await runtime.resume(first.session);
    expect((await next.done).why).toBe('done');
    expect(said(model.asked[1]!)).toEqual(['one', 'and be quick']);
  });

  it('S3: what is said while the last word is written is consumed in the same run', async () => {
    const store = memorySessions();
    let runtime: ReturnType<typeof runtimeOf> | undefined;
    let session = '';
    const append: typeof store.append = async (...args) => {
      const last = await store.append(...args);
      if (args[2].some(({ event }) => event.type === 'run-end') && model.asked.length === 1)
        await runtime?.steer(session, 'wait, also this');
      return last;
    };
    const model = modelOf((_, n) => says(`answer ${n}`));
    runtime = runtimeOf({ model, store: { ...store, append } });
    const head = { id: 's1', file: '/a.yaml', agent: 'root', cwd: '/', at: 0 };
    await store.create(head);
    session = 's1';
    const run = await runtime.start({ session, prompt: 'go' });
    expect((await run.done).answer).toBe('answer 2');
    expect(said(model.asked[1]!)).toContain('wait, also this');
  });

  it('S4: several at once are a message each, and do not run together', async () => {
    const store = memorySessions();
    const tool = toolOf('look', { run: () => new Promise((resolve) => (free = () => resolve({ output: 'seen', failed: false }))) });
    let free = (): void => {};
    const model = modelOf((_, n) => (n === 1 ? calls(call('c', 'look')) : says('ok')));
    const runtime = runtimeOf({ model, store, tools: [tool] });
    const run = await runtime.start({ prompt: 'go' });
    await seen(run, 'tool-start');
    for (const text of ['a', 'b', 'c']) await runtime.steer(run.session, text);
    free();
    await run.done;
    expect(await inputs(store, run.session)).toEqual(['go', 'a\n', 'b\n', 'c']);
  });

  it('S5: too many are refused by name, and none that was taken is lost', async () => {
    const store = memorySessions();
    const model = modelOf(() => says('ok'));
    const runtime = runtimeOf({ model, store });
    const run = await runtime.start({ prompt: 'go' });
    await run.done;
    for (let n = 0; n < INBOX_LIMIT; n++) await runtime.steer(run.session, `m${n}`);
    await expect(runtime.steer(run.session, 'one more')).rejects.toMatchObject({ kind: 'full' });
    await (
      await runtime.resume(run.session)
    ).done;
    expect(await inputs(store, run.session)).toHaveLength(1 + INBOX_LIMIT);
  });

  it('follow-ups have a turn each, in order, after the end', async () => {
    const store = memorySessions();
    const model = modelOf((_, n) => says(`answer ${n}`));
    const runtime = runtimeOf({ model, store });
    const run = await runtime.start({ prompt: 'one' });
    await runtime.followUp(run.session, 'two');
    await runtime.followUp(run.session, 'three');
    await run.done;
    const last = await runtime.resume(run.session);
    await last.done;
    expect(model.asked.map((options) => said(options).at(-1))).toEqual(['one', 'two', 'three']);
    expect(await inputs(store, run.session)).toEqual(['one', 'two', 'three']);
  });

  it('from another runtime over the same store, while a tool runs', async () => {
    const store = memorySessions();
    let free = (): void => {};
    const tool = toolOf('look', { run: () => new Promise((resolve) => (free = () => resolve({ output: 'seen', failed: false }))) });
    const model = modelOf((_, n) => (n === 1 ? calls(call('c', 'look')) : says('ok')));
    const mine = runtimeOf({ model, store, tools: [tool] });
    const theirs = runtimeOf({ model, store });
    const run = await mine.start({ prompt: 'go' });
    await seen(run, 'tool-start');
    await theirs.steer(run.session, 'from afar');
    free();
    await run.done;
    expect(said(model.asked[1]!)).toContain('from afar');
  });

  it('a chosen model and new rules are heard between steps', async () => {
    const store = memorySessions();
    const other = modelOf(() => says('from the other'));
    const model = modelOf(() => says('from its own'));
    const modelFor = (_: string, ref: string) => {
      if (ref !== 'p/other') throw new Error(`there is no model ${ref}`);
      return other;
    };
    const runtime = runtimeOf({ model, store, modelFor });
    const run = await runtime.start({ prompt: 'go', permissions: { deny: ['shell'] } });
    await run.done;
    expect((await runtime.state(run.session)).rules).toEqual({ deny: ['shell'] });
    await runtime.setModel(run.session, { ref: 'p/other' });
    expect((await (await runtime.start({ session: run.session, prompt: 'again' })).done).answer).toBe('from the other');
    await runtime.setModel(run.session, { ref: 'p/none' });
    expect((await (await runtime.start({ session: run.session, prompt: 'again' })).done).answer).toBe('from its own');
    expect(await eventsOf(store, run.session)).toContainEqual({
      type: 'notice',
      text: 'root cannot be asked with p/none (there is no model p/none); its own model answers',
    });
    await runtime.setModel(run.session, {});
    expect((await (await runtime.start({ session: run.session, prompt: 'again' })).done).answer).toBe('from its own');
  });
});
