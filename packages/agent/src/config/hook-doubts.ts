import { nearest } from '@holdfast/core/engine';
import { BUILTIN_HOOKS, UNSERVED_HOOKS } from '../rules/hook-names.ts';
import { HOOK_EVENTS, type HookEvent } from '../rules/hook-types.ts';
import { isToolHookEvent, type Hook } from '../rules/hooks-config.ts';
import { matcherFault } from '../rules/hooks-match.ts';
import { join } from './check-node.ts';
import type { AgentFile, AgentSpec } from './file.ts';
import { markOf } from './marks.ts';
import { listed, type Finding } from './refs.ts';
import type { TreeNode } from './tree.ts';
import type { Placed } from './whole.ts';
import { short } from './words.ts';

/** Hooks that would never run, or could only fail. A guard that is misspelt guards nothing: it is an error where the slip is plain. */
export const hookDoubts = ({ agents }: AgentFile, root: TreeNode): readonly Placed[] =>
  [...agents.values()].flatMap((agent) => HOOK_EVENTS.flatMap((event) => doubtsAt(agent, event, root)));

type Steps = readonly (string | number)[];

const joined = (path: string, step: string | number): string => (typeof step === 'number' ? `${path}[${step}]` : join(path, step));

function doubtsAt({ name, hooks = {} }: AgentSpec, event: HookEvent, root: TreeNode): readonly Placed[] {
  const place: Steps = ['agents', name, 'hooks', event];
  const at = (steps: Steps, finding: Finding): Placed => ({ at: markOf(root, ...steps), path: steps.reduce<string>(joined, ''), finding });
  const oneByOne = (list: readonly Hook[], steps: Steps): readonly Placed[] =>
    list.flatMap((hook, index) => hookFindings(hook, event).map(([key, finding]) => at([...steps, index, key], finding)));
  if (!isToolHookEvent(event)) return oneByOne(hooks[event] ?? [], place);
  return (hooks[event] ?? []).flatMap(({ matcher = '', hooks: list }, index) => {
    const fault = matcherFault(matcher);
    const wrong: Finding = { level: 'error', message: `${fault}: its hooks would never run` };
    return [...(fault === undefined ? [] : [at([...place, index, 'matcher'], wrong)]), ...oneByOne(list, [...place, index, 'hooks'])];
  });
}

function hookFindings({ type, command = '', args = [] }: Hook, event: HookEvent): readonly (readonly [key: string, finding: Finding])[] {
  if (type === 'command') return [];
  const closed = event === 'pre_tool_use' ? ', and every call of a tool is refused' : '';
  const told = (key: string, message: string): readonly [string, Finding] => [
    key,
    { level: 'warning', message: `${message}: this one fails each time${closed}`, wayOut: 'remove it' },
  ];
  if (type !== 'builtin') return [told('type', `hooks of type "${short(type)}" are not served`)];
  if (UNSERVED_HOOKS.includes(command)) return [told('command', `the built-in hook "${command}" is not served`)];
  if (command === 'http_post' && args[0] === undefined)
    return [
      ['command', { level: 'error', message: 'http_post takes the address it tells as its first argument', wayOut: 'args: [https://…]' }],
    ];
  return BUILTIN_HOOKS.some((one) => one === command) ? [] : [['command', unknown(command)]];
}

function unknown(name: string): Finding {
  const near = nearest(name, [...BUILTIN_HOOKS]);
  const message = `there is no built-in hook "${short(name)}"`;
  return near === undefined
    ? { level: 'warning', message, wayOut: `there are ${listed([...BUILTIN_HOOKS])}` }
    : { level: 'error', message, nearest: near };
}
