import { distanceOf, nearest } from '@holdfast/core/engine';
import { matches } from '../rules/glob.ts';
import { pattern } from '../rules/permit-pattern.ts';
import type { Pattern } from '../rules/permit-pattern.ts';
import { ARGUMENTS_OF, hasKnownTools, TEAM_TOOLS, TOOLS_OF } from './acts.data.ts';
import type { AgentFile, PermissionSpec } from './file.ts';
import { markOf } from './marks.ts';
import { listed } from './refs.ts';
import type { Finding } from './refs.ts';
import { hasVariable } from './substitute.ts';
import type { TreeNode } from './tree.ts';
import type { Placed } from './whole.ts';
import { short } from './words.ts';

type List = keyof PermissionSpec;

/** What the rules of a file are held against. */
interface Tools {
  readonly had: readonly string[];
  /** Those of its toolsets. */
  readonly own: readonly string[];
  /** Some toolset's tools are not known: a name that is not ours may be one of them. */
  readonly open: boolean;
}

const HERE = [...new Set([...Object.values(TOOLS_OF).flatMap(({ here }) => here), ...TEAM_TOOLS])];
const ELSEWHERE = Object.values(TOOLS_OF)
  .flatMap(({ elsewhere = [] }) => elsewhere)
  .filter((name) => !HERE.includes(name));
/** The arguments in which paths stand: a denial of either holds for both. */
const PATHS: readonly string[] = ['path', 'paths'];
const FORM = 'a condition is written TOOL:ARGUMENT=GLOB, such as shell:cmd=…';
/** More than this many slips, and another word was meant. */
const SLIPS = 2;

/**
 * Rules that can never hold. A denial that was misspelt lets the call through that it was written against, so it is an error where the
 * slip is plain; an approval or a question that was misspelt only asks more often, so it is told.
 */
export function permissionDoubts(file: AgentFile, root: TreeNode): readonly Placed[] {
  const types = [...file.agents.values()].flatMap((agent) => agent.toolsets.map(({ type }) => type));
  const own = [...new Set(types.flatMap((type) => TOOLS_OF[type]?.here ?? []))];
  const tools: Tools = {
    had: [...own, ...TEAM_TOOLS],
    own,
    open: types.some((type) => !hasKnownTools(type)),
  };
  return (['allow', 'ask', 'deny'] as const).flatMap((list) =>
    file.permissions[list].flatMap((text, index) =>
      hasVariable(text)
        ? []
        : doubtsOf(list, pattern(text), tools).map((finding) => ({
            at: markOf(root, 'permissions', list, index),
            path: `permissions.${list}[${index}]`,
            finding,
          })),
    ),
  );
}

function doubtsOf(list: List, rule: Pattern, tools: Tools): readonly Finding[] {
  const name = nameOf(rule);
  const met = HERE.filter((tool) => matches(rule.tool, tool));
  if (met.length > 0)
    return met.some((tool) => tools.had.includes(tool)) || tools.open
      ? conditions(list, rule, met, tools)
      : notHad(list, name, rule, met, tools);
  if (name === '') return [idle(list, 'error', 'names no tool')];
  if (ELSEWHERE.some((tool) => matches(rule.tool, tool)))
    return list === 'deny' ? [] : [idle(list, 'warning', `there is no tool "${name}" here`)];
  const head = /^([\w-]+)[\s:(]/.exec(name)?.[1]?.toLowerCase();
  if (head !== undefined && HERE.includes(head)) return [idle(list, 'error', `"${short(rule.text)}" is no tool`, { wayOut: FORM })];
  return /[*?[\\]/.test(name) ? misspeltGlob(list, name) : misspelt(list, name, tools);
}

const nameOf = (rule: Pattern): string => {
  const segments = rule.text.trim().split(':');
  const start = segments.findIndex((segment) => segment.includes('='));
  return segments.slice(0, start < 0 ? undefined : start).join(':');
};

function notHad(list: List, name: string, rule: Pattern, met: readonly string[], tools: Tools): readonly Finding[] {
  const wrong = conditions(list, rule, met, tools);
  if (wrong.length > 0 || list === 'deny' || /[*?[]/.test(name)) return wrong;
  return [idle(list, 'warning', `no agent of this file has a tool "${short(name)}"`)];
}

function misspelt(list: List, name: string, { open, own }: Tools): readonly Finding[] {
  const near = nearest(name, HERE);
  const plain = near !== undefined && distanceOf(name.toLowerCase(), near) <= SLIPS;
  if (open && !plain) return [];
  const hint = plain ? { nearest: near } : { wayOut: `there are ${listed(own.length > 0 ? own : HERE)}` };
  if (!open) return [idle(list, plain ? 'error' : 'warning', `there is no tool "${short(name)}"`, hint)];
  return [
    { level: 'warning', message: `there is no tool "${short(name)}" among those known: this rule may ${VERB[list]} nothing`, ...hint },
  ];
}

/** A glob that catches none of ours may be for others; not when what it begins with is one of ours misspelt. */
function misspeltGlob(list: List, name: string): readonly Finding[] {
  const begins = /^[^*?[\\]*/.exec(name)?.[0] ?? '';
  if (begins.length < 5) return [];
  const starts = HERE.flatMap((tool) => Array.from(tool, (_, at) => tool.slice(0, at + 1))).filter((start) => start.length > 3);
  const near = nearest(begins, starts);
  if (near === undefined || distanceOf(begins.toLowerCase(), near) > 1) return [];
  return [idle(list, 'warning', `no tool matches "${short(name)}"`, { nearest: near + name.slice(begins.length) })];
}

function conditions(list: List, rule: Pattern, met: readonly string[], { open }: Tools): readonly Finding[] {
  const name = nameOf(rule);
  const exact = met.length === 1 && met[0] === name.toLowerCase();
  const known = [...new Set(met.flatMap((tool) => ARGUMENTS_OF[tool] ?? []))];
  if (met.some((tool) => ARGUMENTS_OF[tool] === undefined)) return [];
  return rule.conditions.flatMap(({ name: argument }) => {
    if (argument === '') return [idle(list, 'error', `"${short(rule.text)}" has a condition without an argument`, { wayOut: FORM })];
    if (known.includes(argument) || (list !== 'allow' && PATHS.includes(argument) && PATHS.some((path) => known.includes(path)))) return [];
    if (!exact && open) return [];
    const near = nearest(argument, known);
    const hint = near === undefined ? { wayOut: `${exact ? 'its' : 'their'} arguments are ${listed(known)}` } : { nearest: near };
    const message = exact
      ? `the tool "${name}" has no argument "${short(argument)}"`
      : `no tool that "${short(name)}" matches has an argument "${short(argument)}"`;
    return [idle(list, exact || near !== undefined ? 'error' : 'warning', message, hint)];
  });
}

const VERB: Readonly<Record<List, string>> = { allow: 'allow', ask: 'ask for', deny: 'deny' };
const DOES: Readonly<Record<List, string>> = { allow: 'allows', ask: 'asks for', deny: 'denies' };

/** A rule that never holds. Only of a denial it can be an error. */
const idle = (list: List, level: Finding['level'], message: string, hint: Partial<Finding> = {}): Finding => ({
  level: list === 'deny' ? level : 'warning',
  message: `${message}: this rule ${DOES[list]} nothing`,
  ...hint,
});
