import { stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Clock } from '@holdfast/core';
import { cutEnd } from '../rules/cap.ts';
import { runHookCommand } from './hook-command.ts';

interface GitCall {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly clock: Clock;
  readonly scrub: (text: string) => string;
  readonly signal: AbortSignal;
}

/** Characters told to the model, as Docker has it. */
const LONGEST = 4096;
/** Ms; the hook's own limit is longer. */
const LIMIT = 30_000;
/** A repository from elsewhere must not run anything because somebody looks at it, and looking must not write. */
const SAFE = ['-c', 'core.fsmonitor=false', '-c', 'core.hooksPath=/dev/null', '-c', 'core.pager=cat', '--no-optional-locks'];

/** What git says; undefined outside of a repository, where git is missing, and where it has nothing to say. */
export async function gitText({ cwd, env, clock, scrub, signal }: GitCall, args: readonly string[]): Promise<string | undefined> {
  const command = { line: 'exec git "$@"', args: [...SAFE, ...args], cwd, env, stdin: '', timeoutMs: LIMIT };
  const end = await runHookCommand(command, clock, signal);
  if (end.end === 'failed') throw new Error(`git ${end.why}`);
  if (end.end !== 'exited' || end.code !== 0) return undefined;
  const text = scrub(end.stdout).trimEnd();
  return text === '' ? undefined : cutEnd(text, LONGEST, (cut) => `\n[… ${cut} characters cut]`);
}

/** A worktree and a submodule have a file `.git`. */
export async function isRepository({ cwd }: Pick<GitCall, 'cwd'>): Promise<boolean> {
  for (let folder = cwd; ; folder = dirname(folder)) {
    if (await stat(join(folder, '.git')).catch(() => undefined)) return true;
    if (dirname(folder) === folder) return false;
  }
}
