import { describe, expect, it } from 'vitest';
import type { AgentParts } from '../src/compose.ts';
import type { Hooks } from '../src/ports.ts';
import { UNHOOKED } from '../src/rules/hook-types.ts';
import { call, calls, modelOf, runtimeOf, says } from './kit.ts';

/** Hooks that listen to these events, and what they heard of these facts. */
function listening(events: readonly string[], ...facts: readonly string[]) {
  const heard: unknown[][] = [];
  const hooks: Hooks = {
    has: (event) => events.includes(event),
    run: async (event, input) => {
      heard.push([event, ...facts.map((fact) => input[fact])]);
      return UNHOOKED;
    },
  };
  return { hooks, heard };
}

const settings = (name: string, more: object = {}) => ({ name, file: '/a.yaml', instruction: 'Be brief.', cwd: '/work', ...more });
const helper: AgentParts = { agent: settings('helper'), tools: [], permit: () => ({ do: 'run' }), model: modelOf(() => says('done')) };
const team = new Map([['helper', helper]]);
const switches = () => listening(['on_agent_switch'], 'agent_name', 'from_agent', 'to_agent', 'agent_switch_kind');
const switched = (from: string, to: string, kind: string) => ['on_agent_switch', 'root', from, to, kind];

describe('hooks of a team', () => {
  it.each([
    [
      'transfer_task',
      { subAgents: ['helper'] },
      [switched('root', 'helper', 'transfer_task'), switched('helper', 'root', 'transfer_task_return')],
    ],
    ['handoff', { handoffs: ['helper'] }, [switched('root', 'helper', 'handoff')]],
  ])('T41: %s tells who speaks from here', async (tool, more, expected) => {
    const { hooks, heard } = switches();
    const model = modelOf((_, n) => (n === 1 ? calls(call('t', tool, { agent: 'helper', task: 'x' })) : says('ok')));
    const run = await runtimeOf({ model, hooks, team, agent: settings('root', more) }).start({ prompt: 'go' });
    await run.done;
    expect(heard).toEqual(expected);
  });

  it('T41: a handoff that is forced is told too', async () => {
    const { hooks, heard } = switches();
    const model = modelOf(() => says('my part'));
    const agent = settings('root', { handoffs: ['helper'], forceHandoff: 'helper' });
    const run = await runtimeOf({ model, hooks, team, agent }).start({ prompt: 'go' });
    await run.done;
    expect(heard).toEqual([switched('root', 'helper', 'force_handoff')]);
  });

  it('session_end hears how a run ended, once, and nothing of one that was stopped', async () => {
    const { hooks, heard } = listening(['session_end'], 'reason');
    const silent = new Promise<never>(() => {}) as never;
    const model = modelOf((_, n) => (n === 1 ? says('fine') : n === 2 ? calls(call('x', 'none')) : silent));
    const runtime = runtimeOf({ model, hooks, attended: false, agent: settings('root', { maxIterations: 1 }) });
    const { session, done } = await runtime.start({ prompt: 'go' });
    await done;
    await (
      await runtime.start({ session, prompt: 'more' })
    ).done;
    const third = await runtime.start({ session, prompt: 'and more' });
    await runtime.stop(session);
    expect((await third.done).why).toBe('stopped');
    expect(heard).toEqual([
      ['session_end', 'done'],
      ['session_end', 'out-of-turns'],
    ]);
  });
});
