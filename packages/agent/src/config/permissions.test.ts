import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { systemClock } from '@holdfast/core/engine';
import { describe, expect, it } from 'vitest';
import { deferredTools } from '../tools/deferred.ts';
import { toolsFor } from '../tools/index.ts';
import { skillTools } from '../tools/skills.ts';
import { ARGUMENTS_OF, hasKnownTools, TOOLS_OF } from './acts.data.ts';
import { load } from './load.ts';
import { problemLine } from './problem.ts';

const SHARED = join(import.meta.dirname, '../../../../../shared/data/agent-files');
const env = (): string => 'set-to-something';
type List = 'allow' | 'ask' | 'deny';

/** What is said of one rule in a file whose agent has these toolsets: level, then the message without its place. */
function said(list: List, rule: string, toolsets = '[{ type: filesystem }, { type: shell }]'): readonly string[] {
  const text = `agents:\n  root: { model: openai/gpt-5, toolsets: ${toolsets} }\npermissions:\n  ${list}:\n    - ${JSON.stringify(rule)}\n`;
  return load(text, 'f.yaml', { env })
    .problems.map(problemLine)
    .filter((line) => line.includes(' permissions.'))
    .map((line) => {
      expect(line).toMatch(/^f\.yaml:5:7: /);
      return line.replace('f.yaml:5:7: ', '').replace(` permissions.${list}[0]:`, '');
    });
}

const SKILL = { name: 'a', description: '', body: '', fork: false };
const NOTHING = async () => ({ output: '', failed: false });
const MCP = '[{ type: shell }, { type: mcp, command: x }]';

describe('what a permission rule names', () => {
  it('tools and arguments are those that the tools have', () => {
    const ports = { clock: systemClock, home: '/home/nobody', childEnvironment: () => ({}) };
    // What works for an agent, and what it calls others by, is made by the runtime.
    const types = Object.keys(TOOLS_OF).filter((type) => hasKnownTools(type) && type !== 'background_agents');
    const tools = types.flatMap((type) => toolsFor([{ type }], ports));
    expect(tools.map(({ name }) => name)).toEqual(types.flatMap((type) => TOOLS_OF[type]!.here));
    const all = [
      ...tools,
      ...skillTools(
        [
          { ...SKILL, folder: '/' },
          { ...SKILL, name: 'b', fork: true },
        ],
        NOTHING,
      ),
      ...deferredTools(() => []),
    ];
    for (const { name, parameters } of all) expect(ARGUMENTS_OF).toHaveProperty(name, Object.keys(parameters['properties'] as object));
  });

  it.each([
    'shell',
    'SHELL:cmd=rm *',
    'shell:cmd=curl https://*:*',
    'shell:cwd=/etc:cmd=*',
    '*',
    '*:path=/etc/*',
    'read_*',
    'write_file:path=*.env',
    'read_multiple_files:path=/etc/*',
    'read_file:paths=/etc/*',
    'move_file',
    'mcp_*',
    'git*',
    's?ell',
    '[rw]*_file',
  ])('a denial "%s" is right', (rule) => expect(said('deny', rule)).toEqual([]));

  it.each([
    ['shel:cmd=rm *', 'error: there is no tool "shel": this rule denies nothing; did you mean "shell"?'],
    ['wirte_file', 'error: there is no tool "wirte_file": this rule denies nothing; did you mean "write_file"?'],
    ['shell:comd=rm *', 'error: the tool "shell" has no argument "comd": this rule denies nothing; did you mean "cmd"?'],
    [
      'shell:command=rm *',
      'error: the tool "shell" has no argument "command": this rule denies nothing; its arguments are cmd, cwd, timeout',
    ],
    [
      'shell:cmd=rm *:path=/etc/*',
      'error: the tool "shell" has no argument "path": this rule denies nothing; its arguments are cmd, cwd, timeout',
    ],
    ['write_*:pth=/etc/*', 'error: no tool that "write_*" matches has an argument "pth": this rule denies nothing; did you mean "path"?'],
    [
      'shell:rm *',
      'error: "shell:rm *" is no tool: this rule denies nothing; a condition is written TOOL:ARGUMENT=GLOB, such as shell:cmd=…',
    ],
    [
      'shell(rm *)',
      'error: "shell(rm *)" is no tool: this rule denies nothing; a condition is written TOOL:ARGUMENT=GLOB, such as shell:cmd=…',
    ],
    [
      'shell:=rm *',
      'error: "shell:=rm *" has a condition without an argument: this rule denies nothing; a condition is written TOOL:ARGUMENT=GLOB, such as shell:cmd=…',
    ],
    ['', 'error: names no tool: this rule denies nothing'],
    ['wirte_*', 'warning: no tool matches "wirte_*": this rule denies nothing; did you mean "write_*"?'],
    [
      'delete_everything',
      expect.stringMatching(/^warning: there is no tool "delete_everything": this rule denies nothing; there are read_file, .* more$/),
    ],
  ])('a denial "%s": a slip that would let the call through is refused, what may be meant for elsewhere is told', (rule, line) => {
    expect(said('deny', rule)).toEqual([line]);
  });

  it.each<[List, string, string]>([
    ['allow', 'shel', 'warning: there is no tool "shel": this rule allows nothing; did you mean "shell"?'],
    ['ask', 'shell:comd=rm *', 'warning: the tool "shell" has no argument "comd": this rule asks for nothing; did you mean "cmd"?'],
    ['allow', 'move_file', 'warning: there is no tool "move_file" here: this rule allows nothing'],
    [
      'allow',
      'read_multiple_files:path=/etc/*',
      'warning: the tool "read_multiple_files" has no argument "path": this rule allows nothing; did you mean "paths"?',
    ],
  ])('%s "%s" is told, and the file is valid: nothing runs without a question because of it', (list, rule, line) => {
    expect(said(list, rule)).toEqual([line]);
  });

  it('a tool that no agent of the file has: denied, it is safe; allowed, it is told', () => {
    expect(said('deny', 'write_file:path=/etc/*', '[{ type: shell }]')).toEqual([]);
    expect(said('allow', 'write_file', '[{ type: shell }]')).toEqual([
      'warning: no agent of this file has a tool "write_file": this rule allows nothing',
    ]);
  });

  it.each<[List, string, readonly string[]]>([
    ['deny', 'go_vulncheck', []],
    ['allow', 'mcp-list', []],
    ['deny', 'mcp:github:*', []],
    ['deny', '*:url=https://*', []],
    ['allow', 'write_file', []],
    ['deny', 'shel', ['warning: there is no tool "shel" among those known: this rule may deny nothing; did you mean "shell"?']],
    ['deny', 'shell:comd=x', ['error: the tool "shell" has no argument "comd": this rule denies nothing; did you mean "cmd"?']],
  ])('beside toolsets whose tools are not known, %s "%s"', (list, rule, lines) => {
    expect(said(list, rule, MCP)).toEqual(lines);
  });

  it('a list that is misspelt is an error: what stands in it would hold nothing', () => {
    const { problems } = load('agents: { root: { model: openai/gpt-5 } }\npermissions: { denny: [shell] }\n', 'f.yaml', { env: () => 'x' });
    expect(problems.map(problemLine)).toEqual(['f.yaml:2:16: error: permissions.denny: unknown key "denny"; did you mean "deny"?']);
  });

  it('a value from a variable is looked at as it is then', () => {
    const text =
      'agents: { root: { model: openai/gpt-5, toolsets: [{ type: shell }] } }\npermissions: { deny: ["shell:cmd=${env.X}", "${env.X}"] }\n';
    const problems = (value?: string) => load(text, 'f.yaml', { env: () => value }).problems.filter(({ level }) => level === 'error');
    expect(problems('shel').map(({ path }) => path)).toEqual(['permissions.deny[1]']);
    expect(problems()).toEqual([]);
  });

  it.skipIf(!existsSync(SHARED)).each(existsSync(SHARED) ? readdirSync(SHARED).filter((name) => name.endsWith('.yaml')) : ['none'])(
    "Docker's %s: no rule is called wrong",
    (name) => {
      const { problems } = load(readFileSync(join(SHARED, name), 'utf8'), name, { env });
      expect(problems.filter(({ path }) => path.startsWith('permissions')).map(problemLine)).toEqual([]);
    },
  );
});
