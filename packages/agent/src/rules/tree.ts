import type { EventRow, Question, RunEvent } from './events.ts';
import { fold } from './fold.ts';
import { NOTHING_SPENT, START, type RunState, type Spent } from './run-state.ts';

/** A question nobody has answered yet, and whose it is. */
export type Asked = { readonly id: string; readonly path: readonly string[]; readonly reason: string } & Question;

/**
 * A session as its log tells it: one state for each agent path.
 * Y1. A row changes the state of its own path and no other.
 * Y2. A question is open until its answer, its call's start or result, an end of its path that is no stop, the result of the call its path
 *     works for, or, about a limit, until the path goes on all the same.
 */
export interface Tree {
  /** By `keyOf` its path. */
  readonly states: Map<string, RunState>;
  readonly open: Map<string, Asked>;
  /** What the children of a path had spent when its run began. */
  readonly spentBefore: Map<string, Spent>;
}

export const emptyTree = (): Tree => ({ states: new Map(), open: new Map(), spentBefore: new Map() });

export const keyOf = (path: readonly string[]): string => (path.length === 0 ? '' : JSON.stringify(path));
export const pathOf = (key: string): readonly string[] => (key === '' ? [] : (JSON.parse(key) as string[]));

export function grow(tree: Tree, { path, event }: Pick<EventRow, 'path' | 'event'>): void {
  const { states } = tree;
  const key = keyOf(path);
  if (event.type === 'run-start') {
    tree.spentBefore.set(key, spentBefore(tree, path));
  }
  states.set(key, fold(states.get(key) ?? START, event));
  ask(tree, key, path, event);
}

export const stateAt = ({ states }: Tree, path: readonly string[]): RunState => states.get(keyOf(path)) ?? START;

function ask(tree: Tree, key: string, path: readonly string[], event: RunEvent): void {
  const { open } = tree;
  if (event.type === 'question') {
    const { type: _, ...question } = event;
    open.set(event.id, { ...question, path });
  } else if (event.type === 'answer') open.delete(event.id);
  else if (event.type === 'tool-start') close(open, key, (one) => isAbout(one, event.id) && one.about !== 'elicitation');
  else if (event.type === 'tool-result') {
    close(open, key, (one) => isAbout(one, event.id));
    forget(tree, path, event.id);
  } else if (GOES_ON.has(event.type)) close(open, key, ({ about }) => about === 'limit');
  else if (event.type === 'run-end') {
    // A stopped run is gone on with; one in the background is not, and nor are those that worked for it.
    const background = tree.states.get(key)?.task?.kind === 'background';
    for (const [id, { path: own }] of open)
      if (background ? isBelow(own, path) : event.why !== 'stopped' && keyOf(own) === key) open.delete(id);
  }
}

const isAbout = (one: Asked, call: string): boolean => one.about !== 'limit' && one.call.id === call;

/** Whoever worked for a call that has its result is gone on with no more: nobody waits for what he asked. */
function forget({ states, open }: Tree, path: readonly string[], call: string): void {
  for (const [id, { path: own }] of open) {
    if (own.length <= path.length || !isBelow(own, path)) continue;
    const child = own.slice(0, path.length + 1);
    if (callOfStep(child.at(-1) ?? '') === call && states.get(keyOf(child))?.task?.kind !== 'background') open.delete(id);
  }
}

const isBelow = (path: readonly string[], above: readonly string[]): boolean => above.every((step, at) => path[at] === step);

/** What comes only when nobody waits at a limit any more. */
const GOES_ON: ReadonlySet<RunEvent['type']> = new Set(['input', 'model-reply', 'model-failed', 'limit-raised']);

function close(open: Tree['open'], key: string, over: (one: Asked) => boolean): void {
  for (const [id, one] of open) if (keyOf(one.path) === key && over(one)) open.delete(id);
}

/** How the key of every path below one begins: a run with a hundred children reads none of their paths at each step. */
const withinOf = (path: readonly string[]): string => (path.length === 0 ? '' : `${keyOf(path).slice(0, -1)},`);

/** What all paths together spent, or those below one. */
export function spentIn({ states }: Tree, below?: readonly string[]): Spent {
  const total = { ...NOTHING_SPENT };
  const within = below && withinOf(below);
  for (const [key, { spent }] of states) {
    if (within !== undefined && (key === '' || !key.startsWith(within))) continue;
    for (const name of Object.keys(total) as (keyof Spent)[]) (total as Record<keyof Spent, number>)[name] += spent[name];
  }
  return total;
}

/** What the children of a path had spent before its run: one that broke off goes on with the old count. */
export function spentBefore(tree: Tree, path: readonly string[]): Spent {
  const state = tree.states.get(keyOf(path));
  const known = state && !state.ended ? tree.spentBefore.get(keyOf(path)) : undefined;
  return known ?? spentIn(tree, path);
}

/** The agent of a path's last step: `researcher@c1` is the researcher. Of a call's id what parts steps and ids is written otherwise. */
export const agentOfStep = (step: string): string => step.slice(0, step.lastIndexOf('@'));
export const callOfStep = (step: string): string => step.slice(step.lastIndexOf('@') + 1).replace(/%(?:25|40|2F)/g, decodeURIComponent);
export const stepOf = (agent: string, call: string): string => `${agent}@${call.replace(/[%@/]/g, encodeURIComponent)}`;

/** Children of a path, in the order they began. */
export const childrenOf = (
  { states }: Tree,
  parent: readonly string[],
): readonly { readonly path: readonly string[]; readonly state: RunState }[] =>
  [...states]
    .map(([key, state]) => ({ path: pathOf(key), state }))
    .filter(({ path }) => path.length === parent.length + 1 && isBelow(path, parent));
