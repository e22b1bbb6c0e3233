import { spawn, type ChildProcess } from 'node:child_process';
import { stat } from 'node:fs/promises';
import type { Clock } from '@holdfast/core';
import { BoundedLines, type LineListener } from './bounded-lines.ts';
import { endGroup } from './process-group.ts';

/**
 * A program that is spoken to by lines on its stdin and stdout, in a process group of its own.
 *
 * P1. Its group ends with it, and with `close`: what it started does not outlive it.
 * P2. Of a line nothing beyond `longest` is held, of stderr nothing beyond its last words.
 * P3. `ended` resolves once, after the last line was told.
 */
export interface PipedProgram {
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  /** Most bytes of a line. */
  readonly longest: number;
}

export interface ChildPipe {
  readonly ended: Promise<ProgramEnd>;
  /** The last it wrote to stderr, as it came. */
  stderr(): string;
  /** Rejects when it does not read any more. */
  send(line: string): Promise<void>;
  /** Closes its stdin and, `patience` ms later, ends its group. Resolves when nothing of it is left. */
  close(patience: number): Promise<void>;
}

export interface ProgramEnd {
  readonly code: number | null;
  readonly signal: string | null;
}

/** What is kept of stderr, in characters. */
const STDERR_KEPT = 8000;
/** Ms from SIGTERM to SIGKILL. */
const GRACE = 500;
/** Ms for which what a program left behind may hold its output open before it is ended. */
const DRAIN = 100;

/** Rejects with the system's error, and its `code`, when the program cannot be started. */
export async function openPipe(program: PipedProgram, clock: Clock, listener: LineListener): Promise<ChildPipe> {
  const { command, args, cwd, env, longest } = program;
  const child = spawn(command, args, { cwd, env: { ...env }, detached: true, stdio: 'pipe' });
  await new Promise((resolve, reject) => child.once('spawn', resolve).once('error', reject));
  // What it does not read or writes no more is told by its end.
  for (const emitter of [child, child.stdin, child.stdout, child.stderr]) emitter.on('error', () => {});
  const lines = new BoundedLines(longest, listener);
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => lines.add(chunk));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr = (stderr + text.slice(-STDERR_KEPT)).slice(-STDERR_KEPT)));
  const ended = endOf(child, clock);
  return {
    ended,
    stderr: () => stderr,
    send: (line) => new Promise((resolve, reject) => child.stdin.write(line, (error) => (error ? reject(error) : resolve()))),
    close: async (patience) => {
      child.stdin.end();
      if (patience > 0 && (await within(ended, patience, clock))) return;
      await endGroup(child.pid!, clock, GRACE);
      await ended;
    },
  };
}

async function endOf(child: ChildProcess, clock: Clock): Promise<ProgramEnd> {
  const closed = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const end = await new Promise<ProgramEnd>((resolve) => child.once('exit', (code, signal) => resolve({ code, signal })));
  const group = child.pid!;
  const open = !(await within(closed, DRAIN, clock));
  await endGroup(group, clock, DRAIN);
  if (open && !(await within(closed, DRAIN, clock))) for (const stream of child.stdio) stream?.destroy();
  return end;
}

/** Whether `work` settled within `ms`. */
async function within(work: Promise<unknown>, ms: number, clock: Clock): Promise<boolean> {
  let letGo = (): void => {};
  const late = new Promise<boolean>((resolve) => (letGo = clock.after(ms, () => resolve(false))));
  const done = await Promise.race([work.then(() => true), late]);
  letGo();
  return done;
}

/** Whether there is a folder of this name. */
export const isFolder = (path: string): Promise<boolean> =>
  stat(path).then(
    (facts) => facts.isDirectory(),
    () => false,
  );
