import { ANYTHING, glob, matches, matchesFrom, type Glob } from './glob.ts';
import { BLANK, isUnclear, type Word } from './shell-segments.ts';
import { ASSIGNMENT, readShell } from './shell-words.ts';

/**
 * What a rule about a command line covers.
 *
 * A1. An allow covers one simple command and nothing else.
 * D1. A deny covers the command wherever it stands: behind operators, assignments, quotes, a path, another command that runs it, inside a
 *     substitution or a text handed to a shell. What could become it when it runs counts as it.
 */
export interface Command {
  readonly text: string;
  /** The words of a simple command; undefined when it is none. */
  readonly simple?: string;
  /** Everything the line may run: what stands from one of `starts` to the end of `text`. */
  readonly runs: readonly Run[];
}

interface Run {
  readonly text: string;
  readonly starts: readonly number[];
}

/** Commands that run what stands behind them. */
export const RUNNERS: ReadonlySet<string> = new Set(
  (
    'env sudo doas su nice ionice nohup time timeout stdbuf xargs exec eval command builtin busybox toybox parallel watch chroot setsid strace ltrace ' +
    'unshare nsenter flock script ssh trap . source alias export { ! if then else elif do while until coproc sh bash dash zsh ksh ash mksh fish'
  ).split(' '),
);
const EXEC = /^-(exec|ok)(dir)?$/;
const SHELLS = new Set('sh bash dash zsh ksh ash mksh fish'.split(' '));
/** Characters of texts that begin with something unclear; with more of them nobody can say what the line runs. */
const MOST_UNCLEAR = 200_000;

export function readCommand(text: string): Command {
  const exact = readShell(text);
  const words = exact.segments[0] ?? [];
  const trimmed = text.trim();
  const segments = [...exact.segments, ...readShell(text, true).segments];
  const unclear: Run[] = [];
  let length = 0;
  const runs = segments.map((segment) => {
    const { run, also } = runsOf(segment);
    for (const one of also) if ((length += one.length) <= MOST_UNCLEAR) unclear.push({ text: one, starts: [0] });
    return run;
  });
  if (length > MOST_UNCLEAR) unclear.push({ text: ANYTHING, starts: [0] });
  return {
    text,
    runs: [{ text: trimmed, starts: [0] }, ...runs, ...unclear],
    ...(exact.simple && words.length > 0 ? { simple: joined(words) } : {}),
  };
}

const joined = (words: readonly Word[]): string => words.map((word) => word.text).join(' ');
const base = (text: string): string => text.slice(text.lastIndexOf('/') + 1);

/** A command may begin at every word, and behind its path; where it is unclear, only in the place of a command. */
function runsOf(words: readonly Word[]): { readonly run: Run; readonly also: readonly string[] } {
  const texts = words.map((word) => word.text.replaceAll(BLANK, ' '));
  const whole = texts.join(' ');
  const starts: number[] = [];
  const also: string[] = [];
  let from = 0;
  let begins = true;
  let runner = false;
  for (const [at, word] of words.entries()) {
    const text = texts[at]!;
    const name = base(text);
    const assigned = ASSIGNMENT.exec(text)?.[0];
    const command: boolean = begins || runner;
    if (!isUnclear(text)) starts.push(from, ...(name === text ? [] : [from + text.length - name.length]));
    if (assigned !== undefined) also.push(text.slice(assigned.length));
    if (command && isUnclear(word.wild)) also.push(...unclearRuns(word.wild.replaceAll(BLANK, ' '), whole.slice(from + text.length)));
    if (command && SHELLS.has(name.toLowerCase()) && readsCommands(texts.slice(at + 1))) also.push(ANYTHING);
    runner ||= EXEC.test(text) || (command && RUNNERS.has(name.toLowerCase()));
    begins &&= assigned !== undefined;
    from += text.length + 1;
  }
  return { run: { text: whole, starts }, also };
}

const unclearRuns = (first: string, rest: string): readonly string[] => [
  first + rest,
  ...(first.includes('/') ? [base(first) + rest] : []),
];

/** A shell without a script takes its commands from its input: nobody knows them yet. */
const readsCommands = (rest: readonly string[]): boolean =>
  !rest.some((word) => word === '--version' || word === '--help' || !/^[-+]/.test(word) || /^-[a-z]*c[a-z]*$/i.test(word));

export type ShellRule = { readonly allow: readonly Glob[]; readonly deny: readonly Glob[] };

/** A rule may be written with quotes: it is also read without them. `P *` denies a bare `P` as well. */
export function shellRule(pattern: string): ShellRule {
  const plain = readShell(pattern.replaceAll('\\', '\\\\'));
  const unquoted = plain.segments.length === 1 && /['"]/.test(pattern) ? [joined(plain.segments[0]!)] : [];
  const written = [pattern.trim(), ...unquoted];
  const bare = written.filter((text) => text.endsWith(' *')).map((text) => text.slice(0, -2));
  return {
    allow: written.map((text) => glob(text)),
    deny: [...written.map((text) => text.replaceAll(BLANK, ' ')), ...bare].map((text) => glob(text, true)),
  };
}

export const shellAllows = (rule: ShellRule, command: Command): boolean =>
  command.simple !== undefined && rule.allow.some((pattern) => matches(pattern, command.simple!));

export const shellDenies = (rule: ShellRule, command: Command): boolean =>
  command.runs.some(({ text, starts }) => rule.deny.some((pattern) => matchesFrom(pattern, text, starts)));
