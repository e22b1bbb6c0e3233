import { describe, expect, it } from 'vitest';
import { memorySessions } from '../src/io/sessions-memory.ts';
import type { Hooks } from '../src/ports.ts';
import { call, calls, eventsOf, modelOf, portsOf, runtimeOf, says, toolOf } from './kit.ts';

const settings = (name: string, more: object = {}) => ({ name, file: '/a.yaml', instruction: `You are ${name}.`, cwd: '/work', ...more });
const member = (name: string) => ({
  agent: settings(name),
  tools: [],
  permit: () => ({ do: 'run' }) as const,
  model: modelOf(() => says(`I am ${name}`)),
});

describe('an agent that is not in the file any more', () => {
  it('R4: a session that ended with it goes on with the first agent, and says so', async () => {
    const store = memorySessions();
    const team = new Map([['writer', member('writer')]]);
    const before = runtimeOf({ model: modelOf(() => says('root')), store, agent: settings('root'), team });
    const run = await before.start({ prompt: 'one', agent: 'writer' });
    expect((await run.done).answer).toBe('I am writer');
    const after = runtimeOf({ model: modelOf(() => says('I am root')), store, agent: settings('root') });
    const again = await after.start({ prompt: 'two', session: run.session });
    expect(await again.done).toEqual({ why: 'done', answer: 'I am root' });
    const events = await eventsOf(store, run.session);
    expect(events).toContainEqual({ type: 'agent-switch', from: 'writer', to: 'root', how: 'user' });
    expect(JSON.stringify(events)).toContain('; root goes on');
  });

  it('nobody begins with an agent there is not, and no session is left of it', async () => {
    const store = memorySessions();
    const runtime = runtimeOf({ model: modelOf(() => says('x')), store });
    await expect(runtime.start({ prompt: 'go', agent: 'nobody' })).rejects.toThrow('there is no agent "nobody" here');
    expect(await store.list({})).toEqual([]);
  });

  it('what names such an agent in the inbox is said, and the run goes on', async () => {
    const store = memorySessions();
    const runtime = runtimeOf({ model: modelOf(() => says('still here')), store });
    const run = await runtime.start({ prompt: 'one' });
    await run.done;
    await store.enqueue(run.session, { id: 'i1', kind: 'agent', text: 'nobody', at: 1 });
    await store.enqueue(run.session, { id: 'i2', kind: 'permissions', text: '{"deny":"shell"}', at: 1 });
    expect((await (await runtime.start({ prompt: 'two', session: run.session })).done).answer).toBe('still here');
    const notices = (await eventsOf(store, run.session)).flatMap((event) => (event.type === 'notice' ? [event.text] : []));
    expect(notices[0]).toBe('there is no agent "nobody" here; root goes on');
    expect(notices[1]).toContain('each a list of patterns');
  });
});

it('R4: a hook that throws what it must not ends the run with an end, and the next one can go on', async () => {
  const store = memorySessions();
  let breaks = true;
  const hooks: Hooks = {
    has: (event) => breaks && event === 'pre_tool_use',
    run: () => Promise.reject(new Error('broken policy')),
  };
  const model = modelOf((_, n) => (n === 1 ? calls(call('c1', 'write')) : says('done')));
  const ports = portsOf({ model, store, tools: [toolOf('write')], hooks });
  const run = await runtimeOf(ports).start({ prompt: 'go' });
  expect(await run.done).toMatchObject({ why: 'failed', failure: { kind: 'internal', message: 'broken policy' } });
  breaks = false;
  expect((await (await runtimeOf(ports).resume(run.session)).done).answer).toBe('done');
});
