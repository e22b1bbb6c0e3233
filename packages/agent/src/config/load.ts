import { nearest } from '@holdfast/core/engine';
import type { Environment } from '@holdfast/core/engine';
import { agentDoubts } from './agent-doubts.ts';
import { hookDoubts } from './hook-doubts.ts';
import { Checker } from './check-node.ts';
import { doubts } from './doubts.ts';
import type { AgentFile } from './file.ts';
import { AGENT_FILE, GATEWAY_FILE } from './holdfast.data.ts';
import { laneFaults } from './lane-faults.ts';
import { namesOf, withBase } from './names.ts';
import { normalise } from './normal.ts';
import { permissionDoubts } from './permissions.ts';
import { hasErrors } from './problem.ts';
import type { Mark, Problem } from './problem.ts';
import { toRaw } from './raw.ts';
import { serverDoubts } from './server-doubts.ts';
import { parseTree } from './tree.ts';
import type { MapNode } from './tree.ts';
import { checkWhole } from './whole.ts';
import { found } from './words.ts';

export type FileKind = 'agent' | 'gateway';

export interface LoadOptions {
  /** Read for `${env.NAME}` and to say which keys are missing. */
  readonly env: Environment;
  /** Absent: told by what the file holds. */
  readonly kind?: FileKind;
  /** What a file is that holds neither agents nor a section only Holdfast has; absent: an agent file. */
  readonly likely?: FileKind;
  /** A gateway file (`--config`) whose providers, models and tiers may be used; a name of the file itself wins. */
  readonly base?: AgentFile;
}

/** `file` is there when nothing in it is an error; warnings come along either way. In the order of the file. */
export interface Loaded {
  readonly kind: FileKind;
  readonly file?: AgentFile;
  readonly problems: readonly Problem[];
}

/** Reads and checks an agent file or a gateway file. Pure: no file is opened, the environment is asked by name only. */
export function load(text: string, name: string, options: LoadOptions): Loaded {
  const whole = (at: Mark, message: string, wayOut?: string): Loaded => ({
    kind: options.kind ?? 'agent',
    problems: [
      { level: 'error', file: name, line: at.line, column: at.column, path: '', message, ...(wayOut === undefined ? {} : { wayOut }) },
    ],
  });
  const zero = text.indexOf('\0');
  if (zero >= 0) return whole(lineOf(text, zero), 'not a text file: it holds a NUL character');
  const { root, faults } = parseTree(text);
  const problems = faults.map((fault): Problem => ({ file: name, path: '', ...fault }));
  if (root === undefined)
    return faults.length > 0 ? { kind: options.kind ?? 'agent', problems } : whole({ line: 1, column: 1 }, 'the file is empty', EMPTY);
  if (root.kind === 'null') return whole(root.at, 'the file is empty', EMPTY);
  if (root.kind !== 'map') return whole(root.at, `the file holds ${found(root)}, not a map of keys and values`, EMPTY);
  const kind = options.kind ?? kindOf(root, name, options.likely ?? 'agent');
  return { kind, ...judge(root, name, kind, problems, options) };
}

const EMPTY = 'an agent file begins with "agents:"';

function judge(
  root: MapNode,
  name: string,
  kind: FileKind,
  faults: readonly Problem[],
  { env, base }: LoadOptions,
): { file?: AgentFile; problems: readonly Problem[] } {
  const checker = new Checker(name, withBase(namesOf(root), base), env);
  checker.check(root, kind === 'agent' ? AGENT_FILE : GATEWAY_FILE);
  for (const { at, path, finding } of checkWhole(root)) checker.tell({ ...at, path }, finding);
  const first = [...faults, ...checker.problems];
  if (hasErrors(first)) return { problems: inOrder(first) };
  const file = normalise({ name, root, raw: toRaw(root, env), variables: checker.variables, ...(base === undefined ? {} : { base }) });
  for (const { at, path, finding } of [
    ...doubts(file, root, env),
    ...agentDoubts(file, root),
    ...hookDoubts(file, root),
    ...permissionDoubts(file, root),
    ...laneFaults(file, root, env),
    ...serverDoubts(file, root, env),
  ])
    checker.tell({ ...at, path }, finding);
  const problems = inOrder([...faults, ...checker.problems]);
  return hasErrors(problems) ? { problems } : { file, problems };
}

/** A gateway file has no agents (misspelt neither) but a section only Holdfast has, or its name. */
function kindOf(root: MapNode, name: string, likely: FileKind): FileKind {
  if ([...root.entries.keys()].some((key) => nearest(key, ['agents']) !== undefined)) return 'agent';
  const ours = ['tiers', 'lanes', 'budgets', 'server', 'classify', 'records', 'sessions'].some((key) => root.entries.has(key));
  return ours || /(^|[\\/])holdfast\.ya?ml$/.test(name) ? 'gateway' : likely;
}

/** More of them help nobody: something else was handed in than an agent file. */
const MOST = 200;

function inOrder(problems: readonly Problem[]): readonly Problem[] {
  const sorted = problems.toSorted((a, b) => a.line - b.line || a.column - b.column || a.level.localeCompare(b.level));
  if (sorted.length <= MOST) return sorted;
  // Errors first: what is left out may not turn an invalid file into a valid one.
  const kept = new Set(
    [...sorted.filter((one) => one.level === 'error'), ...sorted.filter((one) => one.level === 'warning')].slice(0, MOST),
  );
  const { file, line, column } = sorted[sorted.length - 1]!;
  return [
    ...sorted.filter((one) => kept.has(one)),
    { level: 'warning', file, line, column, path: '', message: `and ${sorted.length - MOST} more` },
  ];
}

const lineOf = (text: string, offset: number): Mark => {
  const before = text.slice(0, offset).split('\n');
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
};
