import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { afterHooks } from './hook-decision.ts';
import { UNHOOKED } from './hook-types.ts';
import { permissionPatterns, permit, type PermissionRules, type PermitCall, type PermitPolicy } from './permit.ts';

const shell = (command: string): Partial<PermitCall> => ({
  tool: { name: 'shell', readOnly: false },
  input: { cmd: command },
  touches: { reads: ['/work'], writes: [], command },
});
const read = (path: string): Partial<PermitCall> => ({
  tool: { name: 'read_file', readOnly: true },
  input: { path },
  touches: { reads: [`/work/${path}`], writes: [] },
});
const call = (some: Partial<PermitCall>): PermitCall => ({
  tool: { name: 'fetch', readOnly: false },
  input: {},
  touches: { reads: [], writes: [] },
  allowed: new Set(),
  attended: true,
  ...some,
});
const policy = (team: Partial<PermissionRules> = {}, more: Partial<PermitPolicy> = {}): PermitPolicy => ({
  rules: permissionPatterns(team),
  yolo: false,
  readOnlyMode: false,
  cwd: '/work',
  ...more,
});
const judge = (some: Partial<PermitCall>, ...with_: Parameters<typeof policy>) => permit(call(some), policy(...with_));
const user = (rules: Partial<PermissionRules>) => ({ user: permissionPatterns(rules) });

describe('rules of session, user and team', () => {
  it('T2: a denial says who denied it, and by which rule', () => {
    expect(judge({}, { deny: ['fetch'] })).toMatchObject({
      output: expect.stringContaining('denied by permissions configuration'),
      by: 'team rule "fetch"',
    });
    expect(judge({}, {}, user({ deny: ['fe*'] }))).toMatchObject({
      output: expect.stringContaining("denied by the user's settings"),
      by: 'user rule "fe*"',
    });
    expect(judge({ session: { deny: ['*'] } })).toMatchObject({
      output: expect.stringContaining('denied by session permissions'),
      by: 'session rule "*"',
    });
  });

  it('T3: what a rule allows runs without a question, and says which', () => {
    expect(judge({}, { allow: ['fetch'] })).toEqual({ do: 'run', by: 'team rule "fetch"' });
    expect(judge({}, {}, user({ allow: ['fetch'] }))).toEqual({ do: 'run', by: 'user rule "fetch"' });
  });

  it('T4: deny before allow', () => expect(judge({}, { allow: ['fetch'], deny: ['fetch'] }).do).toBe('refuse'));

  it('T5: the session wins over a contrary rule of the team, but never over a denial', () => {
    expect(judge({ session: { allow: ['fetch'] } }, { ask: ['fetch'] })).toEqual({ do: 'run', by: 'session rule "fetch"' });
    expect(judge({ session: { ask: ['fetch'] } }, { allow: ['fetch'] }).do).toBe('ask');
    expect(judge({ session: { deny: ['fetch'] } }, { allow: ['fetch'] }).do).toBe('refuse');
    expect(judge({ session: { allow: ['fetch'] } }, { deny: ['fetch'] }).do).toBe('refuse');
  });

  it('T6: yolo, and a yes to everything, answer questions and never a denial', () => {
    expect(judge({}, { ask: ['fetch'] }, { yolo: true })).toEqual({ do: 'run', by: 'yolo' });
    expect(judge({ allowAll: true }, { ask: ['fetch'] })).toEqual({ do: 'run', by: 'user, all for the session' });
    for (const more of [{ yolo: true }, {}]) {
      expect(judge({ allowAll: true }, { deny: ['fetch'] }, more).do).toBe('refuse');
      expect(judge({ allowAll: true, session: { deny: ['fetch'] } }, {}, more).do).toBe('refuse');
      expect(judge({ allowAll: true }, {}, { ...more, ...user({ deny: ['fetch'] }) }).do).toBe('refuse');
    }
  });

  it('T8: what only reads runs; an ask rule asks', () => {
    expect(judge(read('a'))).toEqual({ do: 'run', by: 'read-only' });
    expect(judge(read('a'), { ask: ['read_file'] }).do).toBe('ask');
  });

  it('T10: a pattern of a command', () => {
    const allow = ['shell:cmd=ls*'];
    expect(judge(shell('ls -la'), { allow }).do).toBe('run');
    expect(judge(shell('rm -rf /'), { allow }).do).toBe('ask');
    expect(judge({ ...shell('ls'), input: {} }, { allow }).do).toBe('ask');
  });

  it('T15: allow and ask: allowed; deny and ask: denied; ask alone: asked; user and team are one set', () => {
    expect(judge({}, { allow: ['fetch'], ask: ['fetch'] }).do).toBe('run');
    expect(judge({}, { deny: ['fetch'], ask: ['fetch'] }).do).toBe('refuse');
    expect(judge({}, { ask: ['fetch'] })).toEqual({ do: 'ask', reason: 'The ask rule "fetch" wants approval for fetch.' });
    expect(judge({}, { allow: ['fetch'] }, user({ ask: ['fetch'] })).do).toBe('run');
    expect(judge({}, { ask: ['fetch'] }, user({ allow: ['fetch'] })).do).toBe('run');
  });

  it('what the user allowed for the session, by tool and by pattern', () => {
    expect(judge({ allowed: new Set(['fetch']) })).toEqual({ do: 'run', by: 'session rule "fetch"' });
    expect(judge({ ...shell('ls -la'), allowed: new Set(['shell:cmd=ls*']) })).toEqual({ do: 'run', by: 'session rule "shell:cmd=ls*"' });
    expect(judge({ ...shell('ls; rm x'), allowed: new Set(['shell:cmd=ls*']) }).do).toBe('ask');
  });
});

describe('what hooks say', () => {
  const says = (decision: 'allow' | 'deny' | 'ask', preempts = false) => ({
    hook: { decision, reason: 'why', ...(preempts && { preempts }) },
  });

  it('V1: a hook that denies or blocks', () => {
    expect(afterHooks({ ...UNHOOKED, allowed: false, message: 'no' })).toEqual({
      do: 'refuse',
      output: 'Tool call blocked by hook: no',
      by: 'hook',
    });
    expect(afterHooks({ ...UNHOOKED, decision: 'deny' })).toMatchObject({ do: 'refuse', output: expect.stringContaining('no reason') });
    expect(judge({ ...says('deny'), allowAll: true }, { allow: ['*'] }, { yolo: true })).toEqual({
      do: 'refuse',
      output: 'Tool call blocked by hook: why',
      by: 'hook',
    });
  });

  it('V2: a hook that asks makes a question of what a rule allows; with nobody there it is a denial', () => {
    expect(judge(says('ask'), { allow: ['fetch'] })).toEqual({ do: 'ask', reason: 'A hook wants approval for fetch: why' });
    expect(judge({ ...read('a'), ...says('ask') }).do).toBe('ask');
    expect(judge({ ...says('ask'), attended: false }, { allow: ['fetch'] })).toMatchObject({ do: 'refuse', by: 'nobody there' });
  });

  it('V2: yolo answers it, unless it preempts', () => {
    expect(judge(says('ask'), {}, { yolo: true }).do).toBe('run');
    expect(judge({ ...says('ask'), allowAll: true }).do).toBe('run');
    expect(judge(says('ask', true), {}, { yolo: true }).do).toBe('ask');
    expect(judge({ ...says('ask', true), allowAll: true }).do).toBe('ask');
  });

  it('V2: what the user allowed for the session answers it; of a command only the very pattern does', () => {
    expect(judge({ ...says('ask', true), allowed: new Set(['fetch']) }).do).toBe('run');
    expect(judge({ ...shell('rm x'), ...says('ask', true), allowed: new Set(['shell']) }).do).toBe('ask');
    expect(judge({ ...shell('rm x'), ...says('ask', true), allowed: new Set(['shell:cmd=rm x']) }).do).toBe('run');
    expect(judge({ ...shell('rm x; y'), ...says('ask', true), allowed: new Set(['shell:cmd=rm x*']) }).do).toBe('ask');
  });

  it('V3: a hook that allows lifts only the question of the default', () => {
    expect(judge(says('allow'))).toEqual({ do: 'run', by: 'hook' });
    expect(judge(says('allow'), { ask: ['fetch'] }).do).toBe('ask');
    expect(judge(says('allow'), { deny: ['fetch'] }).do).toBe('refuse');
    expect(judge({ ...shell('ls'), ...says('allow') }, {}, { readOnlyMode: true })).toMatchObject({ do: 'refuse', by: 'read-only mode' });
  });

  it('V4: rewritten arguments are handed on to be judged', () => {
    expect(afterHooks({ ...UNHOOKED, input: { cmd: 'ls' }, decision: 'ask', decisionReason: 'r', preempts: true })).toEqual({
      do: 'judge',
      input: { cmd: 'ls' },
      hook: { decision: 'ask', reason: 'r', preempts: true },
    });
    expect(afterHooks(UNHOOKED)).toEqual({ do: 'judge' });
  });
});

const rules = fc.record({
  allow: fc.subarray(['*', 'shell', 'read_*', 'shell:cmd=*', 'shell:cmd=ls*']),
  ask: fc.subarray(['*', 'shell', 'shell:cmd=ls*']),
  deny: fc.subarray(['fetch', 'shell:cmd=rm *', 'read_*']),
});
const calls = fc.record(
  {
    which: fc.constantFrom(shell('ls -la'), shell('rm x'), shell('ls; rm x'), read('a'), {}),
    allowed: fc.subarray(['shell', 'shell:cmd=ls*', 'read_file', 'fetch']).map((list) => new Set(list)),
    allowAll: fc.boolean(),
    attended: fc.boolean(),
    session: rules,
    hook: fc.record({ decision: fc.constantFrom('allow' as const, 'ask' as const, 'deny' as const), preempts: fc.boolean() }),
  },
  { requiredKeys: ['which', 'allowed', 'allowAll', 'attended'] },
);
const policies = fc
  .record({ team: rules, own: rules, yolo: fc.boolean(), readOnlyMode: fc.boolean() })
  .map(({ team, own, yolo, readOnlyMode }) => policy(team, { ...user(own), yolo, readOnlyMode }));
const callOf = ({ which, ...more }: Record<string, unknown>): PermitCall => call({ ...(which as Partial<PermitCall>), ...more });

describe('laws', () => {
  it('P1: no rule, answer, yolo or hook lets a denied call run', () =>
    fc.assert(
      fc.property(calls, policies, fc.constantFrom('session', 'user', 'team', 'hook'), (some, held, where) => {
        const one = callOf(some);
        const deny = [one.tool.name];
        const denied = {
          ...one,
          ...(where === 'session' && { session: { ...one.session, deny } }),
          ...(where === 'hook' && { hook: { decision: 'deny' as const } }),
        };
        const extra = permissionPatterns({ deny });
        const by = { ...held, ...(where === 'user' && { user: extra }), ...(where === 'team' && { rules: extra }) };
        expect(permit(denied, by).do).toBe('refuse');
      }),
    ));

  it('P2: nothing lets a call that changes something run in a read-only run, nor below an agent that may only read', () =>
    fc.assert(
      fc.property(calls, policies, (some, held) => {
        const one = callOf(some);
        if (one.tool.readOnly) return;
        expect(permit(one, { ...held, readOnlyMode: true }).do).toBe('refuse');
        expect(permit({ ...one, readOnly: true }, held).do).toBe('refuse');
      }),
    ));

  it('V2: with nobody there a preempting question is a denial, whatever allows the call', () =>
    fc.assert(
      fc.property(calls, policies, (some, held) => {
        const asked = { ...callOf(some), allowed: new Set<string>(), attended: false, hook: { decision: 'ask' as const, preempts: true } };
        expect(permit(asked, held).do).toBe('refuse');
      }),
    ));
});
