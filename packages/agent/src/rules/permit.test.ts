import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { permissionPatterns, permit, type PermissionRules, type PermitCall, type PermitPolicy } from './permit.ts';

const shell = (command: string, cwd = '/work', more: object = {}): Partial<PermitCall> => ({
  tool: { name: 'shell', readOnly: false },
  input: { cmd: command, ...more },
  touches: { reads: [cwd], writes: [], command },
});
const read = (path: string, real = `/work/${path}`, tool = 'read_file'): Partial<PermitCall> => ({
  tool: { name: tool, readOnly: true },
  input: { path },
  touches: { reads: [real], writes: [] },
});
const write = (path: string, real = `/work/${path}`): Partial<PermitCall> => ({
  tool: { name: 'write_file', readOnly: false },
  input: { path, content: 'x' },
  touches: { reads: [], writes: [real] },
});
const other = (name: string, input: Record<string, unknown> = {}): Partial<PermitCall> => ({ tool: { name, readOnly: false }, input });

const judge = (call: Partial<PermitCall>, rules: Partial<PermissionRules> = {}, policy: Partial<PermitPolicy> = {}) =>
  permit(
    { tool: { name: 'x', readOnly: false }, input: {}, touches: { reads: [], writes: [] }, allowed: new Set(), attended: true, ...call },
    { rules: permissionPatterns({ allow: [], ask: [], deny: [], ...rules }), yolo: false, readOnlyMode: false, cwd: '/work', ...policy },
  );
const does = (...of: Parameters<typeof judge>) => judge(...of).do;

describe('permit', () => {
  it('P1: a deny rule wins over allow, session, yolo, and says which rule', () => {
    const call = { ...shell('rm -rf x'), allowed: new Set(['shell']) };
    const verdict = judge(call, { allow: ['*'], deny: ['shell:cmd=rm *'] }, { yolo: true });
    expect(verdict).toEqual({
      do: 'refuse',
      output: `Tool 'shell' is denied by permissions configuration (deny rule "shell:cmd=rm *").`,
      by: 'team rule "shell:cmd=rm *"',
    });
    expect(does(other('fetch'), { allow: ['fetch'], deny: ['fe*'] })).toBe('refuse');
  });

  it('P2: read-only refuses writes and commands, allowed or not, and reads go on', () => {
    expect(does(write('a'), { allow: ['*'] }, { readOnlyMode: true, yolo: true })).toBe('refuse');
    expect(does(shell('ls'), { allow: ['*'] }, { readOnlyMode: true })).toBe('refuse');
    expect(does(read('a'), {}, { readOnlyMode: true })).toBe('run');
  });

  it('P3: yolo answers questions, those of ask rules and of reads outside too', () => {
    expect(does(shell('a; b'), { ask: ['shell'] }, { yolo: true })).toBe('run');
    expect(does(read('/etc/passwd', '/etc/passwd'), {}, { yolo: true })).toBe('run');
  });

  it('P4: a rule or the session allows', () => {
    expect(does(shell('ls -la'), { allow: ['shell:cmd=ls*'] })).toBe('run');
    expect(does(shell('rm -rf /'), { allow: ['shell:cmd=ls*'] })).toBe('ask');
    expect(does(shell('a; b'), { allow: ['shell'] })).toBe('run');
    expect(does({ ...shell('a; b'), allowed: new Set(['shell']) }, { ask: ['shell'] })).toBe('run');
    expect(does({ ...shell('ls x; b'), allowed: new Set(['shell:cmd=ls*']) })).toBe('ask');
    expect(does(write('a.md'), { allow: ['write_file:path=*.md'] })).toBe('run');
    expect(does(write('a.ts'), { allow: ['write_file:path=*.md'] })).toBe('ask');
  });

  it('P4: an allowed command holds in the working directory, elsewhere only if the rule names the place', () => {
    expect(does(shell('ls', '/etc', { cwd: '/etc' }), { allow: ['shell:cmd=ls*'] })).toBe('ask');
    expect(does(shell('ls', '/etc', { cwd: '/etc' }), { allow: ['shell:cmd=ls*:cwd=/etc'] })).toBe('run');
    expect(does(shell('ls', '/work/a', { cwd: 'a' }), { allow: ['shell:cmd=ls*'] })).toBe('run');
  });

  it('P4: an allowed path is where it really leads', () => {
    expect(does(read('src/../../etc/x', '/etc/x'), { allow: ['read_file:path=src/*'] })).toBe('ask');
    expect(does(write('src/link', '/etc/x'), { allow: ['write_file:path=src/*'] })).toBe('ask');
    expect(does(read('/etc/hosts', '/etc/hosts'), { allow: ['read_file:path=/etc/*'] })).toBe('run');
  });

  it('P1: a denied path is denied however it is written', () => {
    const deny = ['read_file:path=secret/*', '*:path=*.pem'];
    for (const path of ['secret/a', './secret/a', 'x/../secret/a', '/work/secret/a'])
      expect(does(read(path, '/work/secret/a'), { deny })).toBe('refuse');
    expect(does(read('a/b/c.pem'), { deny })).toBe('refuse');
    const several = { ...read('', '', 'read_multiple_files'), touches: { reads: ['/work/a', '/work/secret/b'], writes: [] } };
    expect(does({ ...several, input: { paths: ['a', 'secret/b'] } }, { deny: ['read_multiple_files:paths=secret/*'] })).toBe('refuse');
  });

  it('P5: an ask rule asks for reads too; nobody there is a denial', () => {
    expect(judge(read('a'), { ask: ['read_*'] })).toEqual({ do: 'ask', reason: 'The ask rule "read_*" wants approval for read_file.' });
    expect(does({ ...read('a'), attended: false }, { ask: ['read_*'] })).toBe('refuse');
    expect(does(read('a'), { ask: ['read_*'], allow: ['read_file'] })).toBe('run');
  });

  it('P6: reads inside run, outside they ask and are denied with nobody there', () => {
    expect(does(read('a'))).toBe('run');
    expect(does(read('.', '/work'))).toBe('run');
    expect(judge(read('/work2/a', '/work2/a'))).toEqual({
      do: 'ask',
      reason: 'read_file would read /work2/a, outside the working directory, and no rule allows it.',
    });
    expect(judge({ ...read('x', '/etc/x'), attended: false })).toEqual({
      do: 'refuse',
      output: `Tool 'read_file' is denied: it needs approval, and nobody can be asked. read_file would read /etc/x, outside the working directory, and no rule allows it.`,
      by: 'nobody there',
    });
    expect(does(write('a'))).toBe('ask');
    expect(does({ ...write('a'), attended: false })).toBe('refuse');
    expect(does(shell('ls'))).toBe('ask');
    expect(does(read('x', '/x', 'anything'), {}, { cwd: '/' })).toBe('run');
  });

  it.each([
    ['read_*', 'read_file', true],
    ['*_file', 'read_file', true],
    ['READ_*', 'read_file', true],
    ['read_???e', 'read_file', true],
    ['[rw]*_file', 'write_file', true],
    ['[!r]*_file', 'read_file', false],
    ['mcp:github:*', 'mcp:github:create_issue', true],
    ['*', 'anything', true],
    ['read', 'read_file', false],
  ])('the tool pattern %s on %s: %s', (rule, name, yes) => expect(does(other(name), { allow: [rule] })).toBe(yes ? 'run' : 'ask'));

  it.each([
    ['t:flag=true', { flag: true }, true],
    ['t:flag=false', { flag: false }, true],
    ['t:n=42', { n: 42.0 }, true],
    ['t:n=3.14', { n: 3.14 }, true],
    ['t:n=<nil>', { n: null }, true],
    ['t:n=*', {}, false],
    ['t:N=1', { n: 1 }, false],
    ['t:n=ab*', { n: 'ABC/d e' }, true],
    ['t:n=a*d', { n: 'ab/d' }, false],
    ['t:n=a*d', { n: 'abcd' }, true],
    ['t:a=1:b=2', { a: 1, b: 2 }, true],
    ['t:a=1:b=2', { a: 1 }, false],
    ['t:url=https://x/*', { url: 'https://x/y' }, true],
    ['t:l=a*', { l: ['ab', 'ac'] }, true],
    ['t:l=a*', { l: ['ab', 'b'] }, false],
    ['t:l=[a', { l: '[a' }, true],
  ] as const)('the rule %s on %j: %s', (rule, input, yes) => expect(does(other('t', input), { allow: [rule] })).toBe(yes ? 'run' : 'ask'));

  it('reads the rules of an MCP tool with colons in its name', () => {
    const rules = { allow: ['mcp:github:create_issue:repo=owner/*'] };
    expect(does(other('mcp:github:create_issue', { repo: 'owner/x' }), rules)).toBe('run');
    expect(does(other('mcp:github:create_issue', { repo: 'other/x' }), rules)).toBe('ask');
  });

  it('P1: no answer to a question and no rule lets through what a deny rule names', () =>
    fc.assert(
      fc.property(
        fc.constantFrom('shell', 'read_file', 'write_file', 'x:y'),
        fc.subarray(['*', 'shell', 'read_*', 'shell:cmd=*', '*:path=*']),
        fc.boolean(),
        fc.boolean(),
        (name, allow, yolo, attended) => {
          const call = { ...other(name, { cmd: 'ls', path: 'a' }), allowed: new Set([name]), attended };
          expect(does(call, { allow, deny: [name] }, { yolo })).toBe('refuse');
        },
      ),
    ));
});
