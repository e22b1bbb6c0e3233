import { spawn, type ChildProcess } from 'node:child_process';
import { constants } from 'node:os';
import type { Readable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';
import type { Clock } from '@holdfast/core';
import type { HookEnd } from '../rules/hook-output.ts';
import { endGroup, signalGroup } from './process-group.ts';

/**
 * One hook that is a command, in a process group of its own.
 *
 * C1. It reads the facts as JSON on its standard input and may ignore them.
 * C2. What it writes is always drained and never kept beyond `KEPT`.
 * C3. The time limit and a stop end its whole group; what it leaves behind is ended with it, and cannot hold it open.
 */
export interface HookCommand {
  readonly line: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly stdin: string;
  readonly timeoutMs: number;
}

/** Characters of each stream. */
const KEPT = 1_000_000;
/** Ms from SIGTERM to SIGKILL. */
const GRACE = { stopped: 15, 'timed-out': 200, exited: 50 } as const;
/** Ms for which output is waited for after everything of the group has ended. */
const LAST_WORDS = 100;

/** Rejects with the signal's reason, once everything is ended, when it is stopped. */
export async function runHookCommand(hook: HookCommand, clock: Clock, signal: AbortSignal): Promise<HookEnd> {
  signal.throwIfAborted();
  const { line, args, cwd, env, stdin, timeoutMs } = hook;
  const child = spawn('/bin/sh', ['-c', line, 'hook', ...args], { cwd, env, detached: true, stdio: 'pipe' });
  const failure = await startOf(child);
  if (failure !== undefined) return { end: 'failed', why: `cannot be started: ${failure}` };
  const [stdout, stderr] = [new Kept(child.stdout), new Kept(child.stderr)];
  // A hook that never reads its input breaks the pipe: that is its right.
  child.stdin.on('error', () => {}).end(stdin);
  const { end, code } = await ended(child, clock, signal, timeoutMs);
  await endGroup(child.pid!, clock, GRACE[end]);
  await drained([child.stdout, child.stderr], clock);
  if (end === 'stopped') throw signal.reason;
  if (end === 'timed-out') return { end: 'failed', why: `took longer than ${timeoutMs / 1000} s and was ended` };
  if (stdout.cut) return { end: 'failed', why: `wrote more than ${KEPT} characters` };
  return { end: 'exited', code, stdout: stdout.text(), stderr: stderr.text() };
}

const startOf = (child: ChildProcess): Promise<string | undefined> =>
  new Promise((resolve) => {
    child.once('spawn', () => resolve(undefined));
    child.on('error', (error: Error & { code?: string }) =>
      resolve(error.code === 'ENOENT' ? 'its working directory (or /bin/sh) does not exist' : error.message),
    );
  });

type End = 'exited' | 'timed-out' | 'stopped';

async function ended(child: ChildProcess, clock: Clock, signal: AbortSignal, timeoutMs: number): Promise<{ end: End; code: number }> {
  let end: End = 'exited';
  let letGo = (): void => {};
  const stop = (why: 'timed-out' | 'stopped'): void => {
    letGo();
    end = why;
    signalGroup(child.pid!, 'SIGTERM');
    letGo = clock.after(GRACE[why], () => signalGroup(child.pid!, 'SIGKILL'));
  };
  const onStop = (): void => stop('stopped');
  letGo = clock.after(timeoutMs, () => stop('timed-out'));
  signal.addEventListener('abort', onStop, { once: true });
  if (signal.aborted) onStop();
  if (child.exitCode === null && child.signalCode === null) await new Promise((resolve) => child.once('exit', resolve));
  letGo();
  signal.removeEventListener('abort', onStop);
  return { end, code: child.signalCode === null ? (child.exitCode ?? 1) : 128 + constants.signals[child.signalCode] };
}

/** Somebody who left the group may hold the pipes: they are given up. */
async function drained(streams: readonly Readable[], clock: Clock): Promise<void> {
  const closed = Promise.all(streams.map((stream) => stream.closed || new Promise((resolve) => stream.once('close', resolve))));
  let letGo = (): void => {};
  await Promise.race([closed, new Promise<void>((resolve) => (letGo = clock.after(LAST_WORDS, resolve)))]);
  letGo();
  for (const stream of streams) stream.destroy();
}

class Kept {
  cut = false;
  #text = '';
  readonly #decoder = new StringDecoder('utf8');

  constructor(stream: Readable) {
    stream.on('error', () => {});
    stream.on('data', (chunk: Buffer) => {
      const text = this.#decoder.write(chunk);
      this.cut ||= this.#text.length + text.length > KEPT;
      this.#text += text.slice(0, KEPT - this.#text.length);
    });
  }

  text(): string {
    return this.#text + this.#decoder.end();
  }
}
