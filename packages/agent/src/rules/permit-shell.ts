import { ANYTHING, glob, matches, type Glob } from './glob.ts';
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
  /** Everything the line may run, from each of its words on. */
  readonly runs: readonly string[];
}

/** Commands that run what stands behind them. */
const RUNNERS = new Set(
  (
    'env sudo doas su nice ionice nohup time timeout stdbuf xargs exec eval command builtin busybox toybox parallel watch chroot setsid strace ltrace ' +
    'unshare nsenter flock script ssh trap . source alias export { ! if then else elif do while until coproc sh bash dash zsh ksh ash mksh fish'
  ).split(' '),
);
const EXEC = /^-(exec|ok)(dir)?$/;
const SHELLS = new Set('sh bash dash zsh ksh ash mksh fish'.split(' '));
/** Longer texts end in "anything": they are matched by their beginning. */
const LONGEST = 2000;

export function readCommand(text: string): Command {
  const exact = readShell(text);
  const words = exact.segments[0] ?? [];
  const runs = new Set<string>([shorten(text.trim())]);
  for (const segments of [exact.segments, readShell(text, true).segments])
    for (const segment of segments) for (const run of runsOf(segment)) runs.add(run);
  return { text, runs: [...runs], ...(exact.simple && words.length > 0 ? { simple: joined(words) } : {}) };
}

const joined = (words: readonly Word[]): string => words.map((word) => word.text).join(' ');
const shorten = (text: string): string => (text.length > LONGEST ? text.slice(0, LONGEST) + ANYTHING : text);
const base = (text: string): string => text.slice(text.lastIndexOf('/') + 1);

function* runsOf(words: readonly Word[]): Generator<string> {
  const texts = words.map((word) => word.text.replaceAll(BLANK, ' '));
  const whole = texts.join(' ');
  let from = 0;
  let begins = true;
  let runner = false;
  for (const [at, word] of words.entries()) {
    const text = texts[at]!;
    const rest = whole.slice(from + text.length, from + text.length + LONGEST + 1);
    from += text.length + 1;
    const assigned = ASSIGNMENT.exec(text)?.[0];
    if (assigned !== undefined) yield shorten(text.slice(assigned.length));
    const command: boolean = begins || runner;
    const first = command ? word.wild.replaceAll(BLANK, ' ') : text;
    if (command || !isUnclear(text)) {
      yield shorten(first + rest);
      if (first.includes('/')) yield shorten(base(first) + rest);
    }
    const name = base(text).toLowerCase();
    if (command && SHELLS.has(name) && readsCommands(texts.slice(at + 1))) yield ANYTHING;
    runner ||= EXEC.test(text) || (command && RUNNERS.has(name));
    begins &&= assigned !== undefined;
  }
}

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
  command.runs.some((run) => rule.deny.some((pattern) => matches(pattern, run)));
