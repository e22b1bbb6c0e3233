import { spawn, type ChildProcess, type SpawnOptions } from 'node:child_process';
import { constants } from 'node:os';
import type { Readable, Writable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';
import type { Clock } from '@holdfast/core';
import { HeadTail, type Scrub } from '../rules/cap.ts';
import type { ProcessStamp } from '../rules/events.ts';
import { endGroup, signalGroup, stampOf } from './process-group.ts';

/**
 * A command line in a process group of its own, spawned held.
 *
 * H1. Until its byte comes on fd 3 nothing of the command has run; end of file (our death, too) makes it exit.
 * H2. Output is always drained and never kept beyond its cap.
 * H3. A stop or the time limit ends the whole group: SIGTERM, then SIGKILL.
 * H4. The command is over when its shell is; what it left behind in its group is ended, and cannot hold the output open.
 */
export interface ShellCommand {
  readonly command: string;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
}

export interface ShellLimits {
  readonly timeoutMs: number;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly scrub: Scrub;
}

export interface ShellOutcome {
  readonly output: string;
  /** 128 + n: ended by signal n. */
  readonly code: number;
  readonly end: 'exited' | 'timed-out' | 'stopped';
  /** Processes of its group outlived it and were ended. */
  readonly leftovers: boolean;
}

export interface HeldProcess {
  readonly stamp: ProcessStamp;
  run(limits: ShellLimits): Promise<ShellOutcome>;
  drop(): void;
}

/**
 * The pipe through `cat` is there because Node's own are sockets, and `/dev/stdout`, `/dev/stderr` cannot be opened on a socket.
 * The exit code comes back on fd 4; SIGTERM must neither end the wait for it nor lose the last words of the command.
 */
const HELD = `IFS= read -r HOLDFAST_START <&3 || exit 0
exec 3<&-
trap : TERM
{ trap : TERM; /bin/sh -c "$1" 2>&1 4>&-; echo $? >&4; } | ( trap '' TERM INT; exec cat 4>&- )`;

/** Ms from SIGTERM to SIGKILL. A stop must be over within 100 ms, 50 of which belong to who asked for it. */
const GRACE = { stopped: 15, 'timed-out': 1000, exited: 200 } as const;
/** Ms without output after which the rest of the pipe is given up: somebody else holds it open. */
const QUIET = { stopped: 5, 'timed-out': 50, exited: 50 } as const;
/** Ms for which a process left behind may go on filling it. */
const LONGEST_DRAIN = { stopped: 10, 'timed-out': 1000, exited: 1000 } as const;

/** Rejects with a plain error when it cannot be started. */
export async function spawnHeld({ command, cwd, env }: ShellCommand): Promise<HeldProcess> {
  const child = await started(command, { cwd, env: { ...env }, detached: true, stdio: ['ignore', 'pipe', 'ignore', 'pipe', 'pipe'] });
  const gate = child.stdio[3] as Writable;
  const report = child.stdio[4] as Readable;
  // A child that is gone cannot be let go, and its pipes may break: its exit tells the same.
  for (const emitter of [child, gate, report, child.stdout!]) emitter.on('error', () => {});
  const drop = (): void => {
    gate.end();
    report.destroy();
    child.stdout!.destroy();
  };
  const stamp = stampOf(child.pid!);
  if (stamp) return { stamp, run: (limits) => follow(child, stamp.group, limits, () => gate.end('\n')), drop };
  drop();
  throw new Error('The shell ended before it could be held.');
}

async function started(command: string, options: SpawnOptions): Promise<ChildProcess> {
  try {
    const child = spawn('/bin/sh', ['-c', HELD, 'sh', command], options);
    await new Promise((resolve, reject) => child.once('spawn', resolve).once('error', reject));
    return child;
  } catch (error) {
    const { code, message } = error as Error & { code?: string };
    if (code === 'E2BIG') throw new Error('The command is too long to be run: write it to a file first.', { cause: error });
    throw new Error(`The shell cannot be started: ${message}`, { cause: error });
  }
}

async function follow(child: ChildProcess, group: number, limits: ShellLimits, start: () => void): Promise<ShellOutcome> {
  const { clock, signal, timeoutMs } = limits;
  const output = new Output(child.stdout!, clock);
  let end: ShellOutcome['end'] = 'exited';
  let letGo = (): void => {};
  const stop = (why: 'stopped' | 'timed-out') => {
    letGo();
    end = why;
    signalGroup(group, 'SIGTERM');
    letGo = clock.after(GRACE[why], () => signalGroup(group, 'SIGKILL'));
  };
  const onStop = () => stop('stopped');
  letGo = clock.after(timeoutMs, () => stop('timed-out'));
  signal.addEventListener('abort', onStop, { once: true });
  if (signal.aborted) onStop();
  else start();
  const code = await exitCode(child);
  letGo();
  if (await output.drained(QUIET[end], LONGEST_DRAIN[end])) await exited(child);
  const leftovers = await endGroup(group, clock, GRACE[end]);
  await output.drained(QUIET[end], LONGEST_DRAIN[end]);
  letGo();
  signal.removeEventListener('abort', onStop);
  output.close();
  return { output: output.kept.text(limits.scrub), code, end, leftovers };
}

/** From fd 4 or, when the whole group was killed, from the group's leader. */
async function exitCode(child: ChildProcess): Promise<number> {
  const report = child.stdio[4] as Readable;
  let told = '';
  report.setEncoding('utf8').on('data', (text: string) => (told += text));
  if (!report.closed) await new Promise((resolve) => report.once('close', resolve).once('data', resolve));
  if (told !== '') return Number.parseInt(told, 10);
  await exited(child);
  return child.signalCode === null ? (child.exitCode ?? 1) : 128 + constants.signals[child.signalCode];
}

async function exited(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) await new Promise((resolve) => child.once('exit', resolve));
}

class Output {
  readonly kept = new HeadTail();
  readonly #stream: Readable;
  readonly #clock: Clock;
  #rearm = (): void => {};

  constructor(stream: Readable, clock: Clock) {
    this.#stream = stream;
    this.#clock = clock;
    const decoder = new StringDecoder('utf8');
    stream.on('data', (chunk: Buffer) => {
      this.kept.add(decoder.write(chunk));
      this.#rearm();
    });
    stream.once('end', () => this.kept.add(decoder.end()));
  }

  /** True once it is closed; false when nothing came for `quiet` ms, or something for `longest`. */
  async drained(quiet: number, longest: number): Promise<boolean> {
    if (this.#stream.closed) return true;
    let letGo = (): void => {};
    let letGoOfAll = (): void => {};
    const closed = await new Promise<boolean>((resolve) => {
      this.#stream.once('close', () => resolve(true));
      letGoOfAll = this.#clock.after(longest, () => resolve(false));
      this.#rearm = () => {
        letGo();
        letGo = this.#clock.after(quiet, () => resolve(false));
      };
      this.#rearm();
    });
    this.#rearm = () => {};
    letGo();
    letGoOfAll();
    return closed;
  }

  close(): void {
    this.#stream.destroy();
  }
}
