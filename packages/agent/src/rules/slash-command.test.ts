import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { expandCommand, promptOf, slashLine, typedArguments, unknownTool } from './slash-command.ts';

const NONE = () => undefined;
const say = (instruction: string, rest = '', outputs: readonly string[] = []) => promptOf(expandCommand(instruction, rest, NONE), outputs);

describe('V6: a command and what is typed after it', () => {
  it.each([
    ['Review $1 against $2.', 'a.ts b.ts', 'Review a.ts against b.ts.'],
    ['Say ${args[0]}, then ${args[1]}.', '"good morning" Ada', 'Say good morning, then Ada.'],
    ['Look for ${args}', `"two words" here`, 'Look for "two words" here'],
    ['${args.length}: ${args.join(", ")}', 'a b "c d"', '3: a, b, c d'],
    ['Only $1 and [$2].', 'one', 'Only one and [].'],
    ['Fix every typo', 'in docs', 'Fix every typo in docs'],
    ['Fix:\n- a\n- b\n', 'in docs', 'Fix:\n- a\n- b\n\nin docs'],
    ['Fix every typo', '', 'Fix every typo'],
    ['', 'plan a trip', 'plan a trip'],
    ['It costs $5.50, said ${name()} and ${a + b}.', '', 'It costs $5.50, said ${name()} and ${a + b}.'.replace('${name()}', '')],
  ])('%j with %j is %j', (instruction, rest, prompt) => expect(say(instruction, rest)).toBe(prompt));

  it.each([
    ['!shell(cmd="git status")', [{ tool: 'shell', args: { cmd: 'git status' } }]],
    ['!search(a=1, b=two words, c=\'x, "y"\')', [{ tool: 'search', args: { a: '1', b: 'two words', c: 'x, "y"' } }]],
    ['!shell(cmd=echo $(ls (a)))', [{ tool: 'shell', args: { cmd: 'echo $(ls (a))' } }]],
    [
      '!now() and !`date -u`',
      [
        { tool: 'now', args: {} },
        { tool: 'shell', args: { cmd: 'date -u' } },
      ],
    ],
    [
      '${shell({cmd: "task lint"})} ${go_check()}',
      [
        { tool: 'shell', args: { cmd: 'task lint' } },
        { tool: 'go_check', args: {} },
      ],
    ],
    ['!read(path=${args[0]})', [{ tool: 'read', args: { path: 'a, b=c' } }]],
    ['wow!important(x=1), !open(x=1, !, ${f(1 + 2)}', []],
  ])('%j asks for %j', (instruction, calls) => expect(expandCommand(instruction, '"a, b=c"', NONE).calls).toEqual(calls));

  it('outputs stand where the calls stood; an unknown tool is an error text there', () => {
    const expanded = expandCommand('Status: !a(x=1)!\nDiff: !b()', '', NONE);
    expect(promptOf(expanded, ['clean', unknownTool(expanded.calls[1]!, ['a'])])).toBe(
      'Status: clean!\nDiff: [!b: there is no tool "b" (there are a)]',
    );
  });

  it('only args and env act; other ${…} are named and stay', () => {
    const env = (name: string) => (name === 'TEAM' ? 'red' : undefined);
    const expanded = expandCommand('${env.TEAM} ${env.NO} ${args.map(x => x)} ${1 + 1}', '', env);
    expect(promptOf(expanded, [])).toBe('red ${env.NO} ${args.map(x => x)} ${1 + 1}');
    expect(expanded.unread).toEqual(['${args.map(x => x)}', '${1 + 1}']);
  });

  it('V1: what is typed or printed is never read as a call or a placeholder', () =>
    fc.assert(
      fc.property(fc.constantFrom('!shell(cmd="rm")', '${env.KEY}', '$1', '${args}', '!`ls`'), fc.string(), (evil, more) => {
        const expanded = expandCommand('Do ${args} and !a(x=${args})', evil + more, () => 'SECRET');
        expect(expanded.calls).toEqual([{ tool: 'a', args: { x: evil + more } }]);
        expect(promptOf(expanded, [evil])).toBe(`Do ${evil}${more} and ${evil}`.trim());
      }),
    ));
});

describe('a line that is a command', () => {
  it.each([
    ['/fix', { name: 'fix', rest: '' }],
    ['/fix-lint  now  please ', { name: 'fix-lint', rest: 'now  please' }],
    ['/ fix', undefined],
    ['fix /it', undefined],
    ['/usr/bin/env', undefined],
  ])('%j', (line, found) => expect(slashLine(line)).toEqual(found));

  it.each([
    [`a "b c" 'd "e"' f\\ g h"i j"k`, ['a', 'b c', 'd "e"', 'f g', 'hi jk']],
    [`it's fine`, [`it's`, 'fine']],
    ['"" x', ['', 'x']],
  ])('%j has the words %j', (rest, words) => expect(typedArguments(rest)).toEqual(words));
});
