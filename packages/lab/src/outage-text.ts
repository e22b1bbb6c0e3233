import { FAULT_NAMES, REASONS, type Fault, type FaultName, type Outage, type OutageRule, type Reason } from './outage.ts';
import { unknown } from './outage-check.ts';

/**
 * Outages as text, one line a target:
 *
 *     seed 7
 *     east: 529 x1, cut after 12 frames from 2, ok x3, 429 retry-after 20s
 *     west/small-1: 10% stall          # one in ten, drawn from the seed
 *
 * A step is a status, a fault's name or `ok`; then any of a reason (`429 quota`), `after N frames`, `retry-after D`, `xN`, `once`,
 * `always`, `from N`, `P%`. Steps follow each other: a step begins where the one before it ended, and one that says `from N` ends the
 * one before it. Lines may be joined by `;`. Headers and bodies need the object form.
 */
export interface TextError {
  readonly line: number;
  readonly column: number;
  readonly message: string;
}

type Step = { fault?: Fault; from?: number; times?: number; chance?: number };
type Draft = Step & { retryAfter?: number; reason?: Reason; status?: number; afterFrames?: number; name?: FaultName | 'ok' };
type Say = (column: number, message: string) => void;

export function parseOutage(text: string): { readonly outage: Outage; readonly errors: readonly TextError[] } {
  const errors: TextError[] = [];
  const rules: OutageRule[] = [];
  let seed: number | undefined;
  text.split('\n').forEach((full, i) => {
    let offset = 0;
    for (const part of full.replace(/#.*/, '').split(';')) {
      const start = offset;
      const say: Say = (column, message) => void errors.push({ line: i + 1, column: start + column, message });
      const asSeed = /^\s*seed\s+(\d+)\s*$/.exec(part);
      if (asSeed) seed = Number(asSeed[1]);
      else if (part.trim() !== '') rules.push(...line(part, say));
      offset += part.length + 1;
    }
  });
  return { outage: seed === undefined ? { rules } : { seed, rules }, errors };
}

/** `parseOutage` for scripts written in code: throws with every error. */
export function outage(text: string, seed?: number): Outage {
  const parsed = parseOutage(text);
  if (parsed.errors.length > 0)
    throw new SyntaxError(`outage: ${parsed.errors.map((e) => `${e.line}:${e.column} ${e.message}`).join('; ')}`);
  return seed === undefined ? parsed.outage : { ...parsed.outage, seed };
}

function line(part: string, say: Say): OutageRule[] {
  const head = /^\s*([^\s:]+)\s*:/.exec(part);
  if (!head) {
    say(part.search(/\S/) + 1, 'a line is `target: fault, fault, …` or `seed N`');
    return [];
  }
  const target = head[1]!;
  const steps: Step[] = [];
  let offset = head[0].length;
  for (const piece of part.slice(offset).split(',')) {
    const column = offset;
    const parsed = step(piece, (at, message) => say(column + at, message));
    if (parsed) place(steps, parsed, (message) => say(column + piece.search(/\S|$/) + 1, message));
    offset += piece.length + 1;
  }
  return steps.flatMap(({ fault, ...when }) => (fault ? [{ target, fault, ...when }] : []));
}

/** Gives a step its place after the one before it. */
function place(steps: Step[], next: Step, say: (message: string) => void): void {
  const before = steps.at(-1);
  if (before) {
    const from = before.from ?? 1;
    const sure = (before.chance ?? 1) === 1;
    if (next.from === undefined) {
      if (before.times === undefined || !sure) say('is never reached: give the step before it `xN`, or this one `from N`');
      else next.from = from + before.times;
    } else if (before.times === undefined && sure) before.times = Math.max(0, next.from - from);
  }
  steps.push(next);
}

function step(piece: string, say: Say): Step | undefined {
  const draft: Draft = {};
  const words = [...piece.matchAll(/\S+/g)].map((match) => ({ word: match[0], column: match.index + 1 }));
  for (let i = 0; i < words.length;) {
    const rest = words.slice(i).map(({ word }) => word);
    const used = word(rest, draft);
    if (used === 0) say(words[i]!.column, unknown('fault or word', rest[0]!, [...FAULT_NAMES, 'ok', ...REASONS, ...WORDS]));
    i += Math.max(1, used);
  }
  if (draft.name === undefined && draft.status !== undefined) draft.name = 'status';
  if (draft.name === undefined) {
    if (words.length === 0) say(1, 'a step is missing');
    return undefined;
  }
  return finished(draft, draft.name);
}

const WORDS = ['once', 'always', 'from', 'after', 'retry-after'];

/** How many words were taken. */
function word(rest: readonly string[], draft: Draft): number {
  const [first = '', second = ''] = rest;
  const number = /^\d+$/.test(second) ? Number(second) : undefined;
  if (/^[1-5]\d\d$/.test(first)) draft.status = Number(first);
  else if (/^x\d+$/.test(first)) draft.times = Number(first.slice(1));
  else if (/^\d+(\.\d+)?%$/.test(first)) draft.chance = Math.min(1, Number(first.slice(0, -1)) / 100);
  else if (first === 'once') draft.times = 1;
  else if (first === 'always') delete draft.times;
  else if (first === 'ok' || (FAULT_NAMES as readonly string[]).includes(first)) draft.name = first as FaultName | 'ok';
  else if ((REASONS as readonly string[]).includes(first)) draft.reason = first as Reason;
  else if (first === 'from' && number !== undefined && number > 0) return ((draft.from = number), 2);
  else if (first === 'after' && number !== undefined) return ((draft.afterFrames = number), /^frames?$/.test(rest[2] ?? '') ? 3 : 2);
  else if (first === 'retry-after' && seconds(second) !== undefined) return ((draft.retryAfter = seconds(second)!), 2);
  else return 0;
  return 1;
}

const UNIT: Readonly<Record<string, number>> = { ms: 0.001, s: 1, m: 60, h: 3600, d: 86_400, '': 1 };
function seconds(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h|d|)$/.exec(text);
  return match ? Number(match[1]) * UNIT[match[2]!]! : undefined;
}

function finished(draft: Draft, name: FaultName | 'ok'): Step {
  const { from, times, chance, status, reason, retryAfter, afterFrames } = draft;
  const when = { ...(from !== undefined && { from }), ...(times !== undefined && { times }), ...(chance !== undefined && { chance }) };
  if (name === 'ok') return when;
  const fault: Fault = {
    do: name,
    ...(status !== undefined && { status }),
    ...(reason && { reason }),
    ...(retryAfter !== undefined && { retryAfter }),
    ...(afterFrames !== undefined && { afterFrames }),
  };
  return { fault, ...when };
}
