import { systemClock } from '@holdfast/core/engine';
import { describe, expect, it } from 'vitest';
import { hooksFor } from '../src/hooks.ts';
import { memorySessions } from '../src/io/sessions-memory.ts';
import { decisionsOf } from '../src/rules/decisions.ts';
import type { Hook, HooksConfig } from '../src/rules/hooks-config.ts';
import { permissionPatterns, permit, type PermissionRules } from '../src/rules/permit.ts';
import { call, calls, modelOf, runtimeOf, says, toolOf } from './kit.ts';

const print = (json: object): Hook => ({ type: 'command', command: `cat <<'E'\n${JSON.stringify(json)}\nE` });
const specific = (output: object) => print({ hook_specific_output: output });
const sh = (command: string): Hook => ({ type: 'command', command });

const PLACE = {
  agent: 'root',
  cwd: '/tmp',
  home: '/nowhere',
  clock: systemClock,
  childEnvironment: () => ({ PATH: process.env['PATH']! }),
};

/** A run of two turns whose first calls `send`, with real hooks and nobody there to be asked. */
async function run(config: HooksConfig, rules: Partial<PermissionRules> = {}, yolo = false) {
  const sent: unknown[] = [];
  const send = toolOf('send', { run: (input) => (sent.push(input), { output: 'sent it', failed: false }) });
  const model = modelOf((_, n) => (n === 1 ? calls(call('1', 'send', { to: 'me' })) : says('done')));
  const store = memorySessions();
  const hooks = hooksFor(config, PLACE);
  const policy = { rules: permissionPatterns(rules), yolo, readOnlyMode: false, cwd: '/tmp' };
  const agent = { name: 'root', file: '/a.yaml', instruction: 'Be brief.', cwd: '/tmp' };
  const runtime = runtimeOf({ agent, model, store, tools: [send], hooks, permit: (ask) => permit(ask, policy), attended: false });
  const under = await runtime.start({ prompt: 'go' });
  const result = await under.done;
  const rows = await store.read(under.session, 0);
  await runtime.close();
  const outcome = rows.map(({ event }) => event).find((event) => event.type === 'tool-result');
  const decisions = decisionsOf(rows).map(({ call: id, tool, decision, by }) => [id, tool, decision, by]);
  return { result, sent, model, decisions, outcome, rows };
}

const guard = (...hooks: readonly Hook[]): HooksConfig => ({ pre_tool_use: [{ matcher: 'send', hooks }] });
const yes: Partial<PermissionRules> = { allow: ['send'] };

describe('hooks of a run', () => {
  it('T29: a blocked call does not run, the model is told why, and the run goes on', async () => {
    const { sent, outcome, decisions, result } = await run(guard(sh('echo not today >&2; exit 2')), yes, true);
    expect(sent).toEqual([]);
    expect(outcome).toMatchObject({ how: 'refused', output: 'Tool call blocked by hook: not today' });
    expect(decisions).toEqual([['1', 'send', 'deny', 'hook']]);
    expect(result.why).toBe('done');
  });

  it('N3: a prompt that a hook refused has no answer, an older one least of all', async () => {
    const hooks = hooksFor({ user_prompt_submit: [sh('grep -q secret && { echo no secrets >&2; exit 2; }; exit 0')] }, PLACE);
    const model = modelOf(() => says('an answer'));
    const runtime = runtimeOf({ model, hooks });
    const first = await runtime.start({ prompt: 'hello' });
    expect(await first.done).toMatchObject({ why: 'done', answer: 'an answer' });
    const refused = await (await runtime.start({ prompt: 'the secret', session: first.session })).done;
    expect(refused).toMatchObject({ why: 'failed', failure: { kind: 'hook-blocked', message: 'nothing was said: a hook refused it' } });
    const third = await runtime.start({ prompt: 'hello again', session: first.session });
    expect((await third.done).why).toBe('done');
    expect(model.asked).toHaveLength(2);
    await runtime.close();
  });

  it('V4: arguments a hook rewrote are judged, run and recorded', async () => {
    const rewrite = guard(specific({ updated_input: { to: 'you' } }));
    const { sent, decisions, rows } = await run(rewrite, { allow: ['send:to=you'] });
    expect(sent).toEqual([{ to: 'you' }]);
    expect(decisions).toEqual([['1', 'send', 'allow', 'team rule "send:to=you"']]);
    expect(rows.find(({ event }) => event.type === 'tool-start')?.event).toMatchObject({ input: '{"to":"you"}' });
    const denied = await run(rewrite, { allow: ['send'], deny: ['send:to=you'] }, true);
    expect(denied.sent).toEqual([]);
    expect(denied.decisions).toEqual([['1', 'send', 'deny', 'team rule "send:to=you"']]);
  });

  it('V2, V3: a hook asks about what a rule allows, and allows what nobody is there to allow', async () => {
    expect((await run(guard(specific({ permission_decision: 'ask' })), yes)).decisions).toEqual([['1', 'send', 'deny', 'nobody there']]);
    expect((await run({})).decisions).toEqual([['1', 'send', 'deny', 'nobody there']]);
    expect((await run(guard(specific({ permission_decision: 'allow' })))).decisions).toEqual([['1', 'send', 'allow', 'hook']]);
    expect((await run(guard(specific({ permission_decision: 'allow' })), { ask: ['send'] })).sent).toEqual([]);
  });

  it('T34, T42: what hooks say is told to the model, and a result can be replaced', async () => {
    const { model, outcome } = await run(
      {
        session_start: [sh('echo from the start')],
        turn_start: [sh('echo of this turn')],
        tool_response_transform: [{ hooks: [specific({ updated_tool_response: 'replaced' })] }],
        post_tool_use: [{ hooks: [sh(`grep -o '"tool_response":"[a-z]*"'`)] }],
      },
      yes,
    );
    for (const { prompt } of model.asked) expect(JSON.stringify(prompt)).toMatch(/from the start.*of this turn/);
    expect(outcome).toMatchObject({ output: 'replaced\n"tool_response":"replaced"' });
  });

  it('T35: a block before the model call spends nothing; one after a tool ends the run behind the batch', async () => {
    const before = await run({ before_llm_call: [print({ decision: 'block', reason: 'no money' })] }, yes);
    expect(before.model.asked).toHaveLength(0);
    expect(before.result).toMatchObject({ why: 'failed', failure: { message: expect.stringContaining('no money') } });
    const after = await run({ post_tool_use: [{ hooks: [print({ continue: false, stop_reason: 'enough' })] }] }, yes);
    expect(after.sent).toHaveLength(1);
    expect(after.model.asked).toHaveLength(1);
    expect(after.result).toMatchObject({ why: 'failed', failure: { message: expect.stringContaining('enough') } });
  });

  it('T38: an unknown built-in hook denies the call', async () => {
    const { sent, outcome } = await run(guard({ type: 'builtin', command: 'safe_shell' }), yes);
    expect(sent).toEqual([]);
    expect(outcome).toMatchObject({ output: expect.stringContaining('did you mean "safer_shell"?') });
  });
});
