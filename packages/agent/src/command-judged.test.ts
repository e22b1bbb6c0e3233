import { describe, expect, it } from 'vitest';
import type { AgentParts } from './agent-parts.ts';
import { judgedCommand } from './command-judged.ts';
import type { PermitAsk, Tool, ToolContext } from './ports.ts';
import { UNHOOKED, type HookInput, type HookOutcome } from './rules/hook-types.ts';
import { permissionPatterns, permit } from './rules/permit.ts';

const shell = {
  name: 'shell',
  readOnly: false,
  touches: async ({ cmd }: Record<string, unknown>) => ({ reads: ['/work'], writes: [], command: String(cmd) }),
} as unknown as Tool;

function judged(cmd: string, outcome: Partial<HookOutcome>, session: { readonly deny?: readonly string[] } = {}) {
  const heard: HookInput[] = [];
  const parts = {
    agent: { name: 'root', cwd: '/work' },
    hooks: { has: () => true, run: async (_: string, input: HookInput) => (heard.push(input), { ...UNHOOKED, ...outcome }) },
    permit: (ask: PermitAsk) =>
      permit(ask, { rules: permissionPatterns({ deny: ['shell:cmd=rm*'] }), yolo: false, readOnlyMode: false, cwd: '/work' }),
  } as unknown as AgentParts;
  const context = { id: 'command', session: 's', signal: new AbortController().signal } as ToolContext;
  return judgedCommand(parts, shell, { cmd }, context, { allowed: new Set(), session }).then((result) => ({ ...result, heard }));
}

describe('a call in the text of a command', () => {
  it('V1: a hook that denies keeps it from running', async () => {
    const { judgement, heard } = await judged('ls', { decision: 'deny', decisionReason: 'not now' });
    expect(judgement).toEqual({ do: 'refuse', output: 'Tool call blocked by hook: not now', by: 'hook' });
    expect(heard[0]).toMatchObject({ tool_name: 'shell', tool_input: { cmd: 'ls' }, agent_name: 'root', session_id: 's' });
  });

  it('V4: what a hook made of it is what the rules judge, and what runs', async () => {
    expect((await judged('ls', { decision: 'allow', input: { cmd: 'rm -r x' } })).judgement).toMatchObject({ do: 'refuse' });
    expect(await judged('rm x', { decision: 'allow', input: { cmd: 'ls' } })).toMatchObject({
      judgement: { do: 'run' },
      input: { cmd: 'ls' },
    });
  });

  it('V2: a hook that asks makes a question; a deny rule of the session wins', async () => {
    expect(await judged('ls', { decision: 'ask' })).toMatchObject({ judgement: { do: 'ask' }, hook: { decision: 'ask' } });
    expect((await judged('ls', { decision: 'allow' }, { deny: ['shell'] })).judgement).toMatchObject({ do: 'refuse' });
  });
});
