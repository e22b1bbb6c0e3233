import { describe, expect, it } from 'vitest';
import type { AgentParts } from '../src/compose.ts';
import { memorySessions } from '../src/io/sessions-memory.ts';
import type { RunEvent } from '../src/rules/events.ts';
import { permissionPatterns, permit } from '../src/rules/permit.ts';
import { UNHOOKED } from '../src/rules/hook-types.ts';
import { call, calls, eventsOf, modelOf, portsOf, runtimeOf, says, seen, toolOf } from './kit.ts';

const settings = (name: string, more: object = {}) => ({ name, file: '/a.yaml', instruction: `You are ${name}.`, cwd: '/work', ...more });
const POLICY = { rules: permissionPatterns({ allow: ['*'] }), yolo: false, readOnlyMode: false, cwd: '/work' };
const start = { type: 'run-start', agent: 'root', resumed: false } as const;
const reply = (blocks: readonly object[]): RunEvent =>
  ({
    type: 'model-reply',
    turn: 1,
    blocks,
    finish: 'tool-calls',
    origin: { place: 0, ref: 'p/m', entry: 'p', protocol: 'other', model: 'm', account: '' },
    usage: {},
    call: 'm1',
    agent: 'root',
  }) as RunEvent;
const callBlock = (id: string, name: string, input: object = {}) => ({ type: 'tool-call', id, name, input: JSON.stringify(input) });

async function stored(...events: readonly RunEvent[]) {
  const store = memorySessions();
  await store.create({ id: 's', file: '/a.yaml', agent: 'root', cwd: '/work', at: 1 });
  const input: RunEvent = { type: 'input', text: 'go' };
  await store.append(
    's',
    0,
    [start, input, ...events].map((event) => ({ event, run: 'r', path: [] })),
    1,
  );
  return store;
}

describe('calls that are owed from before', () => {
  it('O2: rules that were given meanwhile count, before a run has taken them', async () => {
    const store = await stored(reply([callBlock('c1', 'write')]));
    const write = toolOf('write');
    const runtime = runtimeOf({ model: modelOf(() => says('ok')), store, tools: [write], permit: (ask) => permit(ask, POLICY) });
    await runtime.setPermissions('s', { deny: ['write'] });
    await (
      await runtime.resume('s')
    ).done;
    expect(write.ran).toEqual([]);
    expect(await eventsOf(store, 's')).toContainEqual(expect.objectContaining({ type: 'tool-result', id: 'c1', how: 'refused' }));
  });

  it('O2: after a handoff they are still judged as calls of who made them', async () => {
    const store = await stored(
      reply([callBlock('h', 'handoff', { agent: 'writer' }), callBlock('c1', 'write')]),
      { type: 'tool-start', id: 'h', name: 'handoff' },
      { type: 'tool-result', id: 'h', name: 'handoff', output: 'ok', failed: false, how: 'done' },
      { type: 'agent-switch', from: 'root', to: 'writer', how: 'handoff' },
    );
    const write = toolOf('write');
    const writer: AgentParts = {
      agent: settings('writer'),
      tools: [write],
      permit: () => ({ do: 'run' }),
      model: modelOf(() => says('writer here')),
    };
    const runtime = runtimeOf({
      model: modelOf(() => says('')),
      store,
      agent: settings('root', { handoffs: ['writer'] }),
      tools: [toolOf('write')],
      permit: () => ({ do: 'refuse', output: 'root may not write' }),
      team: new Map([['writer', writer]]),
    });
    expect((await (await runtime.resume('s')).done).answer).toBe('writer here');
    expect(write.ran).toEqual([]);
    expect(await eventsOf(store, 's')).toContainEqual(expect.objectContaining({ id: 'c1', output: 'root may not write' }));
  });

  it('O3: a yes to arguments that a hook rewrote is none to others after a restart', async () => {
    const asked = { id: 'c1', name: 'write', input: '{"to":"a"}' };
    const store = await stored(
      reply([callBlock('c1', 'write')]),
      { type: 'question', id: 'approval:1:c1:0', about: 'approval', call: asked, reason: 'why' },
      { type: 'answer', id: 'approval:1:c1:0', decision: 'allow' },
    );
    const write = toolOf('write');
    const runtime = runtimeOf({
      model: modelOf(() => says('ok')),
      store,
      tools: [write],
      permit: () => ({ do: 'ask', reason: 'why' }),
      hooks: { has: (event) => event === 'pre_tool_use', run: async () => ({ ...UNHOOKED, input: { to: 'b' } }) },
    });
    const run = await runtime.resume('s');
    const question = await seen(run, 'question');
    expect(question).toMatchObject({ call: { input: '{"to":"b"}' } });
    expect(question.id).not.toBe('approval:1:c1:0');
    await runtime.answer('s', question.id, { decision: 'deny' });
    await run.done;
    expect(write.ran).toEqual([]);
  });

  it('O3: a yes to the same arguments counts after a restart', async () => {
    const asked = { id: 'c1', name: 'write', input: '{"to":"a"}' };
    const store = await stored(
      reply([callBlock('c1', 'write')]),
      { type: 'question', id: 'approval:1:c1:0', about: 'approval', call: asked, reason: 'why' },
      { type: 'answer', id: 'approval:1:c1:0', decision: 'allow' },
    );
    const write = toolOf('write');
    const hooks = { has: (event: string) => event === 'pre_tool_use', run: async () => ({ ...UNHOOKED, input: { to: 'a' } }) };
    const permitted = () => ({ do: 'ask', reason: 'why' }) as const;
    await (
      await runtimeOf({ model: modelOf(() => says('ok')), store, tools: [write], permit: permitted, hooks }).resume('s')
    ).done;
    expect(write.ran).toEqual(['c1']);
  });
});

describe('a stop while hooks look at a result', () => {
  const stopped = async (event: string) => {
    const store = memorySessions();
    const write = toolOf('write', { run: () => ({ output: 'written', failed: false }) });
    let began = () => {};
    const hooking = new Promise<void>((resolve) => (began = resolve));
    const runtime = runtimeOf(
      portsOf({
        model: modelOf((_, n) => (n === 1 ? calls(call('c1', 'write')) : says('ok'))),
        store,
        tools: [write],
        hooks: {
          has: (one) => one === event,
          run: (_event, _input, signal) =>
            new Promise((_, reject) => {
              signal.addEventListener('abort', () => reject(signal.reason as Error));
              began();
            }),
        },
      }),
    );
    const run = await runtime.start({ prompt: 'go' });
    await hooking;
    await runtime.stop(run.session);
    expect((await run.done).why).toBe('stopped');
    return (await eventsOf(store, run.session)).find((one) => one.type === 'tool-result');
  };

  it('T3: post_tool_use: the result is kept, the tool has run', async () => {
    expect(await stopped('post_tool_use')).toMatchObject({ id: 'c1', how: 'done', output: 'written' });
  });

  it('T3: tool_response_transform: that it ran is kept, what it said is not: the hook may have had to take something out', async () => {
    const result = await stopped('tool_response_transform');
    expect(result).toMatchObject({ id: 'c1', how: 'done', output: expect.stringContaining('stopped') });
    expect(JSON.stringify(result)).not.toContain('written');
  });
});

it('secrets are taken out before an output is kept or cut', async () => {
  const store = memorySessions();
  const secret = 'sk-very-secret-0123456789';
  const long = `${'x'.repeat(24_900)}${secret}${'y'.repeat(60_000)}`;
  const kept: string[] = [];
  const redact = <T>(data: T): T => JSON.parse(JSON.stringify(data).replaceAll(secret, '[secret]')) as T;
  const read = toolOf('read', { run: () => ({ output: long, failed: false }) });
  const run = await runtimeOf({
    model: modelOf((_, n) => (n === 1 ? calls(call('c1', 'read')) : says('ok'))),
    store,
    tools: [read],
    redact,
    keepOutput: async (_session, _call, text) => (kept.push(text), '/kept.txt'),
  }).start({ prompt: 'go' });
  await run.done;
  expect(kept[0]).not.toContain(secret);
  expect(JSON.stringify(await store.read(run.session, 0))).not.toMatch(/sk-very|secret-0123/);
});
