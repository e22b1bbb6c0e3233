import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { factsOf, type TouchedCall } from './permit-facts.ts';
import { covers, pattern } from './permit-pattern.ts';
import { patternFor } from './permit-suggest.ts';

const shell = (command: string, cwd?: string): TouchedCall => ({
  tool: { name: 'shell', readOnly: false },
  input: { cmd: command, ...(cwd !== undefined && { cwd }) },
  touches: { reads: [cwd ?? '/work'], writes: [], command },
});
const file = (path: string, real: string): TouchedCall => ({
  tool: { name: 'write_file', readOnly: false },
  input: { path, content: 'x' },
  touches: { reads: [], writes: [real] },
});
const other = (name: string, input: Record<string, unknown>): TouchedCall => ({
  tool: { name, readOnly: false },
  input,
  touches: { reads: [], writes: [] },
});

describe('the rule that is offered', () => {
  it.each([
    ['npm test', 'shell:cmd=npm test*'],
    ['npm run build -- --watch', 'shell:cmd=npm run build*'],
    ['git status --short', 'shell:cmd=git status*'],
    ['docker compose up -d', 'shell:cmd=docker compose up*'],
    ['ls -la src', 'shell:cmd=ls *'],
    ['ls', 'shell:cmd=ls'],
    ['git -C /x status', 'shell:cmd=git -C /x status'],
    ['rm -rf dist', 'shell:cmd=rm -rf dist'],
    ['git push --force', 'shell:cmd=git push --force'],
    ['sudo apt update', 'shell:cmd=sudo apt update'],
    ['python3 -c "print(1)"', 'shell:cmd=python3 -c print(1)'],
    ['node *.js', 'shell:cmd=node \\*.js'],
    ['bash "a b"', 'shell:cmd=bash a?b'],
    ['curl http://x/?a:b=c', 'shell:cmd=curl http://x/\\?a?b=c'],
    ['ls x; rm y', undefined],
    ['ls > x', undefined],
    ['cat $HOME/x', undefined],
  ])('of the command %s is %s', (command, rule) => expect(patternFor(shell(command), '/work')).toBe(rule));

  it('of a command elsewhere names the place', () => expect(patternFor(shell('ls -la', '/etc'), '/work')).toBe('shell:cmd=ls *:cwd=/etc'));

  it.each([
    ['docs/a.md', '/work/docs/a.md', 'write_file:path=docs/*'],
    ['./docs/deep/a.md', '/work/docs/deep/a.md', 'write_file:path=docs/deep/*'],
    ['a.md', '/work/a.md', 'write_file:path=a.md'],
    ['link/a.md', '/etc/a.md', 'write_file:path=/etc/a.md'],
    ['a[1].md', '/work/a[1].md', 'write_file:path=a\\[1].md'],
  ])('of the path %s at %s is %s', (path, real, rule) => expect(patternFor(file(path, real), '/work')).toBe(rule));

  it('of several paths is the folder they share', () => {
    const several = {
      ...other('read_multiple_files', { paths: ['a/x', 'a/b/y'] }),
      touches: { reads: ['/work/a/x', '/work/a/b/y'], writes: [] },
    };
    expect(patternFor(several, '/work')).toBe('read_multiple_files:paths=a/*');
  });

  it('of an address is its host, of anything else the tool', () => {
    expect(patternFor(other('fetch', { url: 'https://x.org:8080/a/b?c' }), '/work')).toBe('fetch:url=https://x.org:8080/*');
    expect(patternFor(other('fetch', { urls: ['https://x.org/a', 'https://x.org/b'] }), '/work')).toBe('fetch:urls=https://x.org/*');
    expect(patternFor(other('fetch', { urls: ['https://x.org/a', 'https://y.org/b'] }), '/work')).toBeUndefined();
    expect(patternFor(other('mcp:github:create_issue', { title: 'x' }), '/work')).toBe('mcp:github:create_issue');
  });

  const word = fc.oneof(
    fc.constantFrom('ls', 'git', 'npm', 'run', 'rm', '-rf', 'a:b=c', '*', '"a b"', 'x;', '$X', '\\*', 'push'),
    fc.string({ maxLength: 8 }),
  );
  const line = fc.array(word, { minLength: 1, maxLength: 5 }).map((words) => words.join(' '));

  it('S1: a rule that is offered covers its call', () =>
    fc.assert(
      fc.property(line, (command) => {
        const rule = patternFor(shell(command), '/work');
        if (rule !== undefined) expect(covers(pattern(rule), factsOf(shell(command), '/work'))).toBe(true);
      }),
      { numRuns: 1000 },
    ));

  it('S2: it covers no other program, and nothing but one simple command', () =>
    fc.assert(
      fc.property(line, fc.constantFrom('evil', 'rm -rf /', 'sudo ls'), (command, evil) => {
        const rule = patternFor(shell(command), '/work');
        if (rule === undefined || command.trim().startsWith(evil.split(' ')[0]!)) return;
        for (const text of [evil, `${command}; ${evil}`, `${command} | ${evil}`, `${command}\n${evil}`])
          expect(covers(pattern(rule), factsOf(shell(text), '/work'))).toBe(false);
      }),
      { numRuns: 1000 },
    ));
});
