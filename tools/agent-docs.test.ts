import { HOOK_EVENTS } from '@holdfast/agent/engine';
import { expect, it } from 'vitest';
import { ACTED_ON, TEAM_TOOLS, TOOLS_OF } from '../packages/agent/src/config/acts.data.ts';
import { BUILTINS } from '../packages/agent/src/io/hook-builtins.ts';
import { BY } from '../packages/agent/src/rules/decision-source.ts';
import { LOOKING } from '../packages/cli/src/conversation/commands-look.ts';
import { STEERING } from '../packages/cli/src/conversation/commands-steer.ts';
import { textOf } from './source-files.ts';

const FILES = textOf('docs/agent-files.md');
const missing = (names: readonly string[], text: string) => names.filter((name) => !new RegExp(`\\b${name}\\b`).test(text));

it.each(['agent', 'capabilities', 'command', 'skill', 'lifecycle', 'remote'])('the guides name every key of %s that acts', (object) => {
  expect(
    missing(ACTED_ON[object]!, `${FILES}\n${textOf('docs/mcp.md')}\n${textOf('docs/hooks.md')}\n${textOf('docs/permissions.md')}`),
  ).toEqual([]);
});

it('and every type of toolset with its tools', () => {
  expect(missing(Object.keys(TOOLS_OF), FILES)).toEqual([]);
  expect(missing([...Object.values(TOOLS_OF).flatMap(({ here }) => here), ...TEAM_TOOLS], FILES)).toEqual([]);
});

it('docs/hooks.md names every event and every built-in hook', () => {
  expect(missing([...HOOK_EVENTS, ...BUILTINS.keys()], textOf('docs/hooks.md'))).toEqual([]);
});

it('docs/permissions.md names everybody who may decide', () => {
  const undecided = new Set<string>([BY.unknownTool, BY.wrongArguments]);
  const text = textOf('docs/permissions.md');
  expect(Object.values(BY).filter((by) => !undecided.has(by) && !text.includes(by))).toEqual([]);
});

it('docs/terminal.md names every command of a session', () => {
  const text = textOf('docs/terminal.md');
  const names = ['help', ...[...LOOKING, ...STEERING].map(({ name }) => name)];
  expect(names.filter((name) => !text.includes(`/${name}`))).toEqual([]);
});
