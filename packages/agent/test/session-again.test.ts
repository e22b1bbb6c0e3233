import { describe, expect, it } from 'vitest';
import type { AgentParts } from '../src/compose.ts';
import { memorySessions } from '../src/io/sessions-memory.ts';
import type { HookInput } from '../src/rules/hook-types.ts';
import { UNHOOKED } from '../src/rules/hook-types.ts';
import { call, calls, eventsOf, finish, modelOf, runtimeOf, says, text, toolOf } from './kit.ts';

const settings = (name: string, more: object = {}) => ({ name, file: '/a.yaml', instruction: `You are ${name}.`, cwd: '/work', ...more });
const summarised = { type: 'compaction', why: 'manual', summary: 'they talked', keep: 0 } as const;

describe('a session that is over', () => {
  it('N1: a follow-up after a summary of everything is heard, once', async () => {
    const store = memorySessions();
    const runtime = runtimeOf({ model: modelOf((_, n) => says(`answer ${n}`)), store });
    const run = await runtime.start({ prompt: 'one' });
    await run.done;
    const rows = await store.read(run.session, 0);
    await store.append(run.session, rows.length, [{ event: summarised, run: 'r', path: [] }], 1);
    await runtime.followUp(run.session, 'and then?');
    expect((await (await runtime.resume(run.session)).done).answer).toBe('answer 2');
    expect((await eventsOf(store, run.session)).filter(({ type }) => type === 'run-end').length).toBe(2);
  });

  it('a call id that stood before a summary is not given again, after a restart neither', async () => {
    const store = memorySessions();
    const ids: string[] = [];
    const add = toolOf('add', { run: (_, id) => (ids.push(id), { output: 'ok', failed: false }) });
    const model = () => modelOf((_, n) => (n === 1 ? calls(call('call_0', 'add')) : says('ok')));
    const run = await runtimeOf({ model: model(), store, tools: [add] }).start({ prompt: 'one' });
    await run.done;
    const rows = await store.read(run.session, 0);
    await store.append(run.session, rows.length, [{ event: summarised, run: 'r', path: [] }], 1);
    await (
      await runtimeOf({ model: model(), store, tools: [add] }).start({ prompt: 'two', session: run.session })
    ).done;
    expect(ids).toHaveLength(2);
    expect(new Set(ids).size).toBe(2);
  });

  it('Z1: what is only set does not make its agent hand over once more', async () => {
    const store = memorySessions();
    const second: AgentParts = {
      agent: settings('second', { forceHandoff: 'root' }),
      tools: [],
      permit: () => ({ do: 'run' }),
      model: modelOf(() => says('second')),
    };
    const runtime = runtimeOf({
      model: modelOf(() => says('first')),
      store,
      agent: settings('root', { forceHandoff: 'second' }),
      team: new Map([['second', second]]),
    });
    const run = await runtime.start({ prompt: 'go' });
    expect((await run.done).why).toBe('done');
    const replies = async () => (await eventsOf(store, run.session)).filter(({ type }) => type === 'model-reply').length;
    const before = await replies();
    await runtime.setPermissions(run.session, { deny: ['shell'] });
    expect((await (await runtime.resume(run.session)).done).why).toBe('done');
    expect(await replies()).toBe(before);
  });
});

describe('hooks of agents that come and go', () => {
  const hooked = () => {
    const heard: [string, HookInput][] = [];
    const hooks = {
      has: (event: string) => ['on_agent_switch', 'session_end', 'subagent_stop'].includes(event),
      run: async (event: string, input: HookInput) => (heard.push([event, input]), { ...UNHOOKED, warnings: [`${event} heard`] }),
    };
    return { heard, hooks };
  };

  it('on_agent_switch and session_end fire, with the names and the kind', async () => {
    const store = memorySessions();
    const { heard, hooks } = hooked();
    const writer: AgentParts = {
      agent: settings('writer'),
      tools: [],
      permit: () => ({ do: 'run' }),
      model: modelOf(() => says('w')),
      hooks,
    };
    const model = modelOf((_, n) => (n === 1 ? calls(call('h', 'handoff', { agent: 'writer' })) : says('r')));
    const agent = settings('root', { handoffs: ['writer'] });
    const runtime = runtimeOf({ model, store, agent, hooks, team: new Map([['writer', writer]]) });
    await (
      await runtime.start({ prompt: 'go' })
    ).done;
    expect(
      heard.map(([event, input]) => [event, input['agent_name'], input['agent_switch_kind'], input['to_agent'], input['reason']]),
    ).toEqual([
      ['on_agent_switch', 'root', 'handoff', 'writer', undefined],
      ['session_end', 'writer', undefined, undefined, 'done'],
    ]);
  });

  it('a transferred task is a switch there and back, and subagent_stop names the sub-agent; what they say is told', async () => {
    const store = memorySessions();
    const { heard, hooks } = hooked();
    const helper: AgentParts = { agent: settings('helper'), tools: [], permit: () => ({ do: 'run' }), model: modelOf(() => says('42')) };
    const model = modelOf((_, n) => (n === 1 ? calls(call('t', 'transfer_task', { agent: 'helper', task: 'count' })) : says('r')));
    const agent = settings('root', { subAgents: ['helper'] });
    const runtime = runtimeOf({ model, store, agent, hooks, team: new Map([['helper', helper]]) });
    const run = await runtime.start({ prompt: 'go' });
    await run.done;
    expect(heard.map(([event, input]) => [event, input['agent_name'], input['from_agent'], input['agent_switch_kind']])).toEqual([
      ['on_agent_switch', 'root', 'root', 'transfer_task'],
      ['subagent_stop', 'helper', 'helper', undefined],
      ['on_agent_switch', 'root', 'helper', 'transfer_task_return'],
      ['session_end', 'root', undefined, undefined],
    ]);
    expect(heard[1]![1]).toMatchObject({ stop_response: '42', reason: 'done', parent_session_id: run.session });
    const notices = (await eventsOf(store, run.session)).filter(({ type }) => type === 'notice').length;
    expect(notices).toBe(4);
  });
});

describe('what hooks are told of model calls', () => {
  const heardBy = (blocks?: string) => {
    const heard = new Map<string, HookInput>();
    const run = async (event: string, input: HookInput) => (
      heard.set(event, input),
      event === blocks ? { ...UNHOOKED, allowed: false, message: 'closed' } : UNHOOKED
    );
    return { heard, hooks: { has: () => true, run } };
  };

  it('who is asked, who answered, with what usage and cost, and what the user said last', async () => {
    const { heard, hooks } = heardBy();
    const record = {
      id: 'k',
      target: 'p/backup',
      usage: { input: 7, output: 2 },
      paid: { input: 7, output: 2 },
      usd: 0,
      attempts: [],
      marks: [],
    };
    const model = modelOf(() => [...text('hi'), finish('stop', record)]);
    await (
      await runtimeOf({ model, agent: settings('root', { ref: 'p/main' }), hooks }).start({ prompt: 'hello' })
    ).done;
    expect(heard.get('before_llm_call')).toMatchObject({ model_id: 'p/main', iteration: 1, last_user_message: 'hello' });
    expect(heard.get('after_llm_call')).toMatchObject({
      model_id: 'p/backup',
      usage: { input_tokens: 7, output_tokens: 2 },
      cost: 0,
      stop_response: 'hi',
      last_user_message: 'hello',
    });
    expect(heard.get('stop')).toMatchObject({ stop_response: 'hi', last_user_message: 'hello' });
  });

  it.each(['session_start', 'turn_start', 'before_llm_call'])(
    '%s: a hook that blocks ends the run before a model is asked',
    async (event) => {
      const { heard, hooks } = heardBy(event);
      const model = modelOf(() => says('hi'));
      const run = await runtimeOf({ model, hooks }).start({ prompt: 'hello' });
      expect(await run.done).toMatchObject({
        why: 'failed',
        failure: { kind: 'hook-blocked', message: expect.stringContaining('closed') },
      });
      expect(model.asked).toEqual([]);
      expect(heard.get('on_error')).toMatchObject({ notification_level: 'error', notification_message: expect.stringContaining('closed') });
    },
  );
});
