import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { folderOf } from './hook-folder.ts';
import { readOutput, type HookEnd } from './hook-output.ts';
import { joined, resultOf } from './hook-result.ts';
import { HOOK_EVENTS, UNHOOKED, type HookEvent, type HookOutcome } from './hook-types.ts';
import { withFlags, type Hook, type HooksConfig } from './hooks-config.ts';
import { hasHooks, hooksOf, matcherFault, matchesTool, timeoutOf, titleOf } from './hooks-match.ts';

const command = (line: string, more: Partial<Hook> = {}): Hook => ({ type: 'command', command: line, ...more });
const lines = (config: HooksConfig, event: HookEvent, tool?: string) => hooksOf(config, event, tool).hooks.map(({ hook }) => hook.command);

describe('which hooks run', () => {
  it.each([
    ['', 'anything', true],
    ['*', 'anything', true],
    ['shell|edit_.*', 'edit_file', true],
    ['shell|edit_.*', 'shell', true],
    ['shell|edit_.*', 'xshell', false],
    ['shell', 'shell_x', false],
    ['shell', 'Shell', false],
    ['(?i)shell', 'Shell', true],
    ['mcp:.*', 'mcp:github:x', true],
  ])('T36: the matcher %j on %s: %s', (matcher, tool, yes) => expect(matchesTool(matcher, tool)).toBe(yes));

  it('T30: a hook of another tool does not run, and one without a matcher does', () => {
    const config: HooksConfig = { pre_tool_use: [{ matcher: 'edit_file', hooks: [command('a')] }, { hooks: [command('b')] }] };
    expect(lines(config, 'pre_tool_use', 'shell')).toEqual(['b']);
    expect(lines(config, 'pre_tool_use', 'edit_file')).toEqual(['a', 'b']);
    expect(lines(config, 'post_tool_use', 'edit_file')).toEqual([]);
  });

  it('T36: a matcher that is no regular expression is skipped and said', () => {
    const config: HooksConfig = {
      pre_tool_use: [
        { matcher: '(', hooks: [command('a')] },
        { matcher: 'shell', hooks: [command('b')] },
      ],
    };
    const { hooks, warnings } = hooksOf(config, 'pre_tool_use', 'shell');
    expect(hooks.map(({ hook }) => hook.command)).toEqual(['b']);
    expect(warnings).toEqual(['pre_tool_use: the matcher "(" is not a regular expression; its hook does not run']);
    expect(matcherFault('a|b')).toBeUndefined();
  });

  it('T37: the same hook twice runs once; other arguments, variables or folders make another one', () => {
    const twice: HooksConfig = {
      turn_start: [command('a'), command('b'), command('a'), command('a', { args: ['x'] }), command('a', { env: { A: '1' } })],
    };
    expect(hooksOf(twice, 'turn_start').hooks.map(({ hook }) => [hook.command, hook.args ?? []])).toEqual([
      ['a', []],
      ['b', []],
      ['a', ['x']],
      ['a', []],
    ]);
    const guard: HooksConfig = {
      pre_tool_use: [{ hooks: [command('a')] }, { matcher: 'shell', preempt_yolo: true, hooks: [command('a')] }],
    };
    expect(hooksOf(guard, 'pre_tool_use', 'shell').hooks).toEqual([{ hook: command('a'), preempts: true }]);
  });

  it('an event has hooks when any entry lists one', () => {
    expect(hasHooks({ pre_tool_use: [{ hooks: [] }] }, 'pre_tool_use')).toBe(false);
    expect(hasHooks({ pre_tool_use: [{ matcher: 'x', hooks: [command('a')] }] }, 'pre_tool_use')).toBe(true);
    expect(hasHooks({ stop: [] }, 'stop')).toBe(false);
    expect(hasHooks({ stop: [command('a')] }, 'turn_start')).toBe(false);
  });

  it('T39: 60 s, or what the hook says', () => {
    expect(timeoutOf(command('a'))).toBe(60_000);
    expect(timeoutOf(command('a', { timeout: 5 }))).toBe(5_000);
    expect(titleOf(command('a\nb'))).toBe('"a"');
    expect(titleOf(command('a', { name: 'guard' }))).toBe('"guard"');
  });

  it('T40: flags add what the core does not tell already, and never double it', () => {
    expect(withFlags({}, {})).toEqual({});
    const added = withFlags({}, { promptFiles: ['A.md', 'B.md', 'A.md'], saferShell: true });
    expect(added.turn_start).toEqual([{ type: 'builtin', command: 'add_prompt_files', args: ['A.md', 'B.md'] }]);
    expect(added.pre_tool_use).toMatchObject([{ preempt_yolo: true, hooks: [{ command: 'safer_shell' }] }]);
    expect(withFlags(added, { promptFiles: ['B.md'], saferShell: true })).toEqual(added);
    expect(withFlags(added, { promptFiles: ['C.md'] }).turn_start?.map(({ args }) => args)).toEqual([['C.md'], ['A.md', 'B.md']]);
  });

  it('fills in where a hook runs', () => {
    const places = { cwd: '/work', home: '/home/me', env: { A: '/a', B: 'b' } };
    const found = [undefined, '', '~', '~/x', '$A/x', '${B}/x', '${env.B}', '/y', 'z'].map((written) => folderOf(written, places));
    expect(found).toEqual(['/work', '/work', '/home/me', '/home/me/x', '/a/x', '/work/b/x', '/work/b', '/y', '/work/z']);
  });
});

const exited = (stdout: string, code = 0, stderr = ''): HookEnd => ({ end: 'exited', code, stdout, stderr });
const result = (event: HookEvent, end: HookEnd, hook: Partial<Hook> = {}) => resultOf(event, command('guard', hook), end);
const FAILED: HookEnd = { end: 'failed', why: 'took longer than 60 s and was ended' };

describe('what one hook came to', () => {
  it('T29: exit code 2 blocks with what it wrote to standard error', () => {
    expect(result('pre_tool_use', exited('', 2, 'not here\n'))).toEqual({
      allowed: false,
      message: 'not here',
      decision: 'deny',
      decisionReason: 'not here',
      warnings: [],
    });
    expect(result('before_llm_call', exited('', 2, 'enough'))).toEqual({ allowed: false, message: 'enough', warnings: [] });
    expect(result('stop', exited('', 2)).message).toBe('the hook "guard" gave no reason');
  });

  it('T31: a decision to block, with its reason', () => {
    expect(result('pre_tool_use', exited('{"decision":"block","reason":"no"}'))).toMatchObject({
      allowed: false,
      message: 'no',
      decision: 'deny',
    });
  });

  it('T32: a hook that did not come to an end: pre_tool_use is closed, the others are open', () => {
    const closed = result('pre_tool_use', FAILED, { on_error: 'ignore' });
    expect(closed).toMatchObject({ allowed: false, decision: 'deny' });
    expect(closed.message).toBe('the pre_tool_use hook "guard" failed to execute: it took longer than 60 s and was ended');
    expect(result('post_tool_use', FAILED)).toEqual({
      ...UNHOOKED,
      failure: 'the post_tool_use hook "guard" took longer than 60 s and was ended',
    });
    expect(result('post_tool_use', FAILED, { on_error: 'ignore' })).toEqual(UNHOOKED);
    expect(result('post_tool_use', FAILED, { on_error: 'block' })).toMatchObject({ allowed: false });
  });

  it('T33: another exit code is told and blocks nothing, unless it is to', () => {
    const told = 'the pre_tool_use hook "guard" exited with 1: oh';
    expect(result('pre_tool_use', exited('', 1, 'oh\nmore'))).toEqual({ ...UNHOOKED, failure: told });
    expect(result('pre_tool_use', exited('', 1, 'oh'), { on_error: 'block' })).toMatchObject({ allowed: false, message: told });
  });

  it.each(HOOK_EVENTS)('T34: text of a %s hook', (event) => {
    const telling = ['session_start', 'turn_start', 'post_tool_use', 'stop', 'user_prompt_submit', 'user_steering_messages_submit'];
    const tells = [...telling, 'user_followup_submit', 'pre_compact'].includes(event);
    expect(result(event, exited(' hello \n')).context).toBe(tells ? 'hello' : undefined);
    expect(result(event, exited('  \n'))).toEqual(UNHOOKED);
  });

  it('T35: continue false stops with its reason', () => {
    expect(result('post_tool_use', exited('{"continue":false,"stop_reason":"enough"}'))).toMatchObject({
      allowed: false,
      message: 'enough',
    });
    expect(result('before_llm_call', exited('{"continue":false,"reason":"budget"}'))).toMatchObject({ allowed: false, message: 'budget' });
    expect(result('post_tool_use', exited('{"continue":true}'))).toEqual(UNHOOKED);
  });

  it('reads verdict, arguments, context, summary and response where they belong', () => {
    const all = JSON.stringify({
      system_message: 'hi',
      hook_specific_output: {
        permission_decision: 'ask',
        permission_decision_reason: 'sure?',
        updated_input: { cmd: 'ls' },
        additional_context: 'know this',
        summary: 'short',
        updated_tool_response: 'cut',
      },
    });
    expect(result('pre_tool_use', exited(all))).toEqual({
      allowed: true,
      decision: 'ask',
      decisionReason: 'sure?',
      input: { cmd: 'ls' },
      context: 'know this',
      warnings: ['hi'],
    });
    expect(result('before_compaction', exited(all))).toMatchObject({ allowed: true, summary: 'short' });
    expect(result('tool_response_transform', exited(all))).toMatchObject({ response: 'cut' });
    expect(result('stop', exited(all))).toEqual({ allowed: true, context: 'know this', warnings: ['hi'] });
    const camel = '{"hookSpecificOutput":{"permissionDecision":"deny","permissionDecisionReason":"no"}}';
    expect(result('pre_tool_use', exited(camel))).toMatchObject({ allowed: false, decision: 'deny', message: 'no' });
  });

  it.each([
    ['{"decision":"block"', 'begins like JSON and is not'],
    ['{"decision":"deny"}', 'decision: "deny"'],
    ['{"continue":"false"}', 'continue: "false"'],
    ['{"hook_specific_output":[]}', 'a hook_specific_output that is not an object'],
    ['{"hook_specific_output":{"permission_decision":"no"}}', 'hook_specific_output.permission_decision: "no"'],
    ['{"hook_specific_output":{"updated_input":"ls"}}', 'hook_specific_output.updated_input: "ls"'],
  ])('a mistake is named, and blocks a call: %s', (stdout, words) => {
    expect(result('pre_tool_use', exited(stdout))).toMatchObject({ allowed: false, message: expect.stringContaining(words) });
    expect(result('post_tool_use', exited(stdout))).toMatchObject({ allowed: true, failure: expect.stringContaining(words) });
  });

  it('any output of a hook is read', () =>
    fc.assert(
      fc.property(
        fc.constantFrom(...HOOK_EVENTS),
        fc.oneof(
          fc.string(),
          fc.json(),
          fc.jsonValue().map((value) => `{"hook_specific_output":${JSON.stringify(value)}}`),
        ),
        (event, stdout) => {
          const speech = readOutput(event, stdout);
          expect('fault' in speech ? speech.fault.length > 0 : typeof speech.said.allowed === 'boolean').toBe(true);
        },
      ),
    ));
});

describe('several results', () => {
  const said = (more: Partial<HookOutcome>): HookOutcome => ({ ...UNHOOKED, ...more });

  it('are joined in the order of the file', () => {
    const outcome = joined(
      [
        said({ decision: 'allow', decisionReason: 'fine', input: { a: 1, b: 1 }, context: 'x', warnings: ['one'], response: 'r1' }),
        said({ decision: 'ask', decisionReason: 'sure?', input: { b: 2 }, context: 'y', warnings: ['two'], response: 'r2' }),
        said({ decision: 'ask', decisionReason: 'sure?', context: 'x', summary: 's' }),
      ],
      ['broken'],
    );
    expect(outcome).toEqual({
      allowed: true,
      decision: 'ask',
      decisionReason: 'sure?',
      input: { a: 1, b: 2 },
      context: 'x\ny',
      summary: 's',
      response: 'r2',
      warnings: ['broken', 'one', 'two'],
    });
    expect(joined([])).toEqual(UNHOOKED);
  });

  it('only a question of a preempting hook preempts', () => {
    expect(joined([{ ...said({ decision: 'ask' }), preempts: true }]).preempts).toBe(true);
    expect(joined([{ ...said({ decision: 'allow' }), preempts: true }, said({ decision: 'ask' })]).preempts).toBeUndefined();
  });

  it('a block wins wherever it stands, and deny before ask before allow', () => {
    const one = fc.record({ allowed: fc.boolean(), decision: fc.constantFrom('allow', 'ask', 'deny', undefined) });
    fc.assert(
      fc.property(fc.array(one), (list) => {
        const results = list.map(({ allowed, decision }): HookOutcome => said({ allowed, ...(decision && { decision }) }));
        const { allowed, decision } = joined(results);
        expect(allowed).toBe(list.every((result) => result.allowed));
        expect(decision).toBe((['deny', 'ask', 'allow'] as const).find((kind) => list.some((result) => result.decision === kind)));
      }),
    );
  });

  it('a key __proto__ of rewritten arguments stays a key', () => {
    const input = JSON.parse('{"__proto__":{"cmd":"rm"}}') as Record<string, unknown>;
    expect(Object.hasOwn(joined([said({ input })]).input!, '__proto__')).toBe(true);
  });
});
