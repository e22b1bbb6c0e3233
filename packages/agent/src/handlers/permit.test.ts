import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Hooks, PermitAsk, Tool } from '../ports.ts';
import { START } from '../rules/fold.ts';
import { UNHOOKED, type HookOutcome } from '../rules/hook-types.ts';
import { permissionPatterns, permit, type PermissionRules } from '../rules/permit.ts';
import type { Verdict } from '../rules/world.ts';
import { Judged } from './judged.ts';
import { permitHandler, type PermitPorts } from './permit.ts';

interface Setting {
  readonly outcome: HookOutcome;
  readonly rules?: Partial<PermissionRules>;
  readonly yolo?: boolean;
  readonly allowAll?: boolean;
  readonly attended?: boolean;
  readonly readOnly?: boolean;
}

const shell = {
  name: 'shell',
  readOnly: false,
  touches: async ({ cmd }: Record<string, unknown>) => {
    if (typeof cmd !== 'string') throw new Error('cmd is missing.');
    return { reads: ['/work'], writes: [], command: cmd };
  },
} as unknown as Tool;

/** The handler over one tool and one hook, and what was asked of hooks and rules. */
function handler({ outcome, rules = {}, yolo = false, allowAll = false, attended = true, readOnly = false }: Setting) {
  const judged: PermitAsk[] = [];
  let hooked = 0;
  const hooks: Hooks = { has: (event) => event === 'pre_tool_use', run: async () => (hooked++, outcome) };
  const policy = { rules: permissionPatterns(rules), yolo, readOnlyMode: false, cwd: '/work' };
  const parts = { hooks, agent: { name: 'root', cwd: '/work' }, permit: (ask: PermitAsk) => (judged.push(ask), permit(ask, policy)) };
  const scope = {
    parts: () => parts,
    toolbox: () => ({ all: async () => new Map([['shell', shell]]) }),
    grants: () => ({ allowed: new Set<string>(), allowAll }),
    log: { session: 's' },
    context: () => ({}),
    judged: new Judged(),
    readOnly,
    attended,
    rules: async () => undefined,
  };
  const handle = permitHandler(scope as unknown as PermitPorts);
  const ask = async (cmd: string, turn = 1): Promise<Verdict> => {
    const calls = [{ id: 'c', name: 'shell', input: JSON.stringify({ cmd }) }];
    const [verdict] = await handle({ do: 'permit', state: { ...START, turn }, calls } as never, new AbortController().signal);
    return verdict!;
  };
  return { ask, judged, hooked: () => hooked };
}

describe('hooks before the rules', () => {
  it('T29: a block refuses the call, and no rule is asked', async () => {
    const { ask, judged } = handler({ outcome: { ...UNHOOKED, allowed: false, message: 'not here' }, yolo: true });
    expect(await ask('ls')).toEqual({ id: 'c', do: 'refuse', output: 'Tool call blocked by hook: not here', by: 'hook' });
    expect(judged).toEqual([]);
  });

  it('V4: arguments a hook rewrote are what is judged and what runs', async () => {
    const outcome = { ...UNHOOKED, input: { cmd: 'ls' } };
    const { ask, judged } = handler({ outcome, rules: { allow: ['shell:cmd=ls*'] } });
    expect(await ask('rm x')).toEqual({ id: 'c', do: 'run', by: 'team rule "shell:cmd=ls*"', input: '{"cmd":"ls"}' });
    expect(judged[0]).toMatchObject({ input: { cmd: 'ls' }, touches: { command: 'ls' } });
  });

  it('V4: what a hook made of an allowed call is denied when a rule denies it', async () => {
    const outcome = { ...UNHOOKED, decision: 'allow' as const, input: { cmd: 'rm x' } };
    const { ask } = handler({ outcome, rules: { allow: ['shell:cmd=ls*'], deny: ['shell:cmd=rm *'] }, yolo: true });
    expect(await ask('ls')).toMatchObject({ do: 'refuse', by: 'team rule "shell:cmd=rm *"' });
    expect(await handler({ outcome: { ...UNHOOKED, input: {} } }).ask('ls')).toMatchObject({ do: 'refuse', output: 'cmd is missing.' });
  });

  it('V2: a question of a hook stands above an allow rule, and a preempting one above yolo', async () => {
    const outcome: HookOutcome = { ...UNHOOKED, decision: 'ask', decisionReason: 'sure?' };
    expect(await handler({ outcome, rules: { allow: ['*'] } }).ask('ls')).toMatchObject({
      do: 'ask',
      reason: expect.stringContaining('sure?'),
    });
    expect(await handler({ outcome, yolo: true }).ask('ls')).toMatchObject({ do: 'run', by: 'yolo' });
    expect((await handler({ outcome: { ...outcome, preempts: true }, yolo: true }).ask('ls')).do).toBe('ask');
  });

  it('hooks are asked once a call, however often the rules are', async () => {
    const { ask, hooked } = handler({ outcome: UNHOOKED });
    await ask('ls');
    await ask('ls');
    expect(hooked()).toBe(1);
  });

  it('a call of the next reply is another one, though its id be the same', async () => {
    const { ask, hooked } = handler({ outcome: UNHOOKED });
    await ask('ls', 1);
    await ask('rm x', 2);
    expect(hooked()).toBe(2);
  });

  it('V4: whatever hook and rules say, what runs was judged, and nothing denied runs', () =>
    fc.assert(
      fc.asyncProperty(
        fc.record({
          outcome: fc.record({
            allowed: fc.boolean(),
            decision: fc.option(fc.constantFrom('allow' as const, 'ask' as const, 'deny' as const), { nil: undefined }),
            input: fc.option(fc.record({ cmd: fc.constantFrom('ls', 'rm x', 'ls; rm x') }), { nil: undefined }),
          }),
          rules: fc.record({ allow: fc.subarray(['*', 'shell:cmd=ls*']), ask: fc.subarray(['shell']) }),
          yolo: fc.boolean(),
          allowAll: fc.boolean(),
          attended: fc.boolean(),
        }),
        fc.constantFrom('ls', 'rm x', 'ls; rm x'),
        async ({ outcome, rules, ...more }, cmd) => {
          const { allowed, decision, input } = outcome;
          const said: HookOutcome = { allowed, ...(decision && { decision }), ...(input && { input }), warnings: [] };
          const { ask, judged } = handler({ outcome: said, rules: { ...rules, deny: ['shell:cmd=rm *'] }, ...more });
          const verdict = await ask(cmd);
          const runs = input?.cmd ?? cmd;
          if (verdict.do !== 'refuse') {
            expect(judged.at(-1)?.input).toEqual({ cmd: runs });
            expect(verdict.input).toBe(input && JSON.stringify(input));
          }
          if (!allowed || decision === 'deny' || runs.includes('rm')) expect(verdict.do).toBe('refuse');
        },
      ),
    ));
});
