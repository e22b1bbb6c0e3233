import type { Arguments } from './arguments.ts';
import { glob, matches, type Glob } from './glob.ts';
import { shellAllows, shellDenies, shellRule, type Command, type ShellRule } from './permit-shell.ts';

/** A permission rule: `tool-glob` or `tool-glob:arg=glob:arg2=glob`. All conditions must hold. */
export interface Pattern {
  readonly text: string;
  readonly tool: Glob;
  readonly conditions: readonly Condition[];
}

interface Condition {
  readonly name: string;
  readonly value: Glob;
  /** For denials: stars take slashes too, so that a deny is never narrower than it looks. */
  readonly spanning: Glob;
  readonly shell: ShellRule;
}

/** What the conditions of a rule are held against. `paths`: the forms of each real path the call touches; `command`: the command line it runs. */
export interface Facts {
  readonly tool: string;
  readonly input: Arguments;
  readonly paths: readonly (readonly string[])[];
  readonly command?: Command;
}

const PATH_ARGUMENTS = new Set(['path', 'paths']);
/** What is denied to one tool is denied to the others that do the same. */
const SAME_AS: Readonly<Record<string, string>> = { run_background_job: 'shell' };

/** The tool's name ends before the first segment with a `=`; a later segment without one belongs to the value before it (`url=https://…`). */
export function pattern(text: string): Pattern {
  const segments = text.trim().split(':');
  const start = segments.findIndex((segment) => segment.includes('='));
  const written: { name: string; value: string }[] = [];
  for (const segment of start < 0 ? [] : segments.slice(start)) {
    const condition = /^([A-Za-z_][\w.-]*)=([^]*)$/.exec(segment);
    const last = written.at(-1);
    if (condition) written.push({ name: condition[1]!, value: condition[2]! });
    else if (last) last.value += `:${segment}`;
    else written.push({ name: '', value: segment });
  }
  return {
    text,
    tool: glob(segments.slice(0, start < 0 ? undefined : start).join(':')),
    conditions: written.map(({ name, value }) => ({ name, value: glob(value), spanning: glob(value, true), shell: shellRule(value) })),
  };
}

export const names = (rule: Pattern, argument: string): boolean => rule.conditions.some((condition) => condition.name === argument);

/** A deny (or ask) rule: any form, any element that matches is enough. */
export function catches(rule: Pattern, facts: Facts): boolean {
  const alike = Object.hasOwn(SAME_AS, facts.tool) ? SAME_AS[facts.tool] : undefined;
  if (!matches(rule.tool, facts.tool) && (alike === undefined || !matches(rule.tool, alike))) return false;
  return rule.conditions.every(({ name, spanning, shell }) => {
    if (facts.command && facts.input[name] === facts.command.text) return shellDenies(shell, facts.command);
    // Of a tool whose command stands in the file, `cmd` is that command, whatever its arguments are called.
    if (facts.command && name === 'cmd' && shellDenies(shell, facts.command)) return true;
    const forms = PATH_ARGUMENTS.has(name) ? facts.paths.flat() : [];
    return [...texts(facts.input[name]), ...forms].some((text) => matches(spanning, text));
  });
}

/** An allow rule: every element must match, and for paths what counts is where they really lead. */
export function covers(rule: Pattern, facts: Facts): boolean {
  if (!matches(rule.tool, facts.tool)) return false;
  return rule.conditions.every(({ name, value, shell }) => {
    const given = texts(facts.input[name]);
    if (given.length === 0) return false;
    if (facts.command && facts.input[name] === facts.command.text) return shellAllows(shell, facts.command);
    if (PATH_ARGUMENTS.has(name) && facts.paths.length > 0) return facts.paths.every((forms) => forms.some((form) => matches(value, form)));
    return given.every((text) => matches(value, text));
  });
}

/** An argument as Docker's rules see it; one text for each element of a list. Absent: none, so that no condition holds. */
function texts(value: unknown): readonly string[] {
  if (value === undefined) return [];
  if (Array.isArray(value)) return value.flatMap(texts);
  if (value === null) return ['<nil>'];
  return [typeof value === 'object' ? JSON.stringify(value) : String(value)];
}
