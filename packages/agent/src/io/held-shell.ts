import { spawn, type ChildProcess, type SpawnOptions } from 'node:child_process';
import { constants } from 'node:os';
import type { Readable, Writable } from 'node:stream';
import type { Clock } from '@holdfast/core';
import { BoundedText } from '../rules/bounded-text.ts';
import type { Scrub } from '../rules/cap.ts';
import type { ProcessStamp } from '../rules/events.ts';
import { endGroup, signalGroup, stampOf } from './process-group.ts';
import { ShellOutput } from './shell-output.ts';

/**
 * A command line in a process group of its own, spawned held.
 *
 * H1. Until its byte comes on fd 3 nothing of the command has run; end of file (our death, too) makes it exit.
 * H2. Output is always drained and never kept beyond its bound.
 * H3. A stop or the time limit ends the whole group: SIGTERM, then SIGKILL.
 * H4. The command is over when its shell is; what it left behind in its group is ended, and cannot hold the output open.
 * H5. One that is `tied` does not outlive us: its group ends by itself when our end of fd 3 is gone, however we went.
 */
export interface ShellCommand {
  readonly command: string;
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly tied?: boolean;
}

export interface ShellLimits {
  /** Absent: as long as it takes. */
  readonly timeoutMs?: number;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly scrub: Scrub;
  /** Told what it says as it comes, not scrubbed. */
  readonly live?: (text: string) => void;
  /** Where its output is kept, for who wants to look before it is over. */
  readonly kept?: BoundedText;
  /** Ms from SIGTERM to SIGKILL when it is stopped. */
  readonly grace?: number;
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
const PIPE = `trap : TERM
{ trap : TERM; /bin/sh -c "$1" 2>&1 4>&-; echo $? >&4; } | ( trap '' TERM INT; exec cat 4>&- )`;
const HELD = `IFS= read -r HOLDFAST_START <&3 || exit 0
exec 3<&-
${PIPE}`;
/** The watcher is of the group and waits for the end of fd 3: ours are the only hands that hold its other side. */
const TIED = `IFS= read -r HOLDFAST_START <&3 || exit 0
{ trap '' TERM INT HUP; IFS= read -r HOLDFAST_END; kill -TERM 0; sleep 0.2; kill -KILL 0; } <&3 >/dev/null 2>&1 4>&- &
HOLDFAST_WATCHER=$!
exec 3<&-
${PIPE}
kill -KILL $HOLDFAST_WATCHER
wait $HOLDFAST_WATCHER`;

/** Ms from SIGTERM to SIGKILL. A stop must be over within 100 ms, 50 of which belong to who asked for it. */
const GRACE = { stopped: 15, 'timed-out': 1000, exited: 200 } as const;
/** Ms without output after which the rest of the pipe is given up: somebody else holds it open. */
const QUIET = { stopped: 5, 'timed-out': 50, exited: 200 } as const;
/** Ms for which a process left behind may go on filling it. */
const LONGEST_DRAIN = { stopped: 10, 'timed-out': 1000, exited: 1000 } as const;

/** Rejects with a plain error when it cannot be started. */
export async function spawnHeld({ command, cwd, env, tied = false }: ShellCommand): Promise<HeldProcess> {
  const options: SpawnOptions = { cwd, env: { ...env }, detached: true, stdio: ['ignore', 'pipe', 'ignore', 'pipe', 'pipe'] };
  const child = await started(tied ? TIED : HELD, command, options);
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
  const start = (): void => void (tied ? gate.write('\n') : gate.end('\n'));
  if (stamp) return { stamp, run: (limits) => follow(child, stamp.group, limits, start).finally(() => gate.destroy()), drop };
  drop();
  throw new Error('The shell ended before it could be held.');
}

async function started(script: string, command: string, options: SpawnOptions): Promise<ChildProcess> {
  try {
    const child = spawn('/bin/sh', ['-c', script, 'sh', command], options);
    await new Promise((resolve, reject) => child.once('spawn', resolve).once('error', reject));
    return child;
  } catch (error) {
    const { code, message } = error as Error & { code?: string };
    if (code === 'E2BIG') throw new Error('The command is too long to be run: write it to a file first.', { cause: error });
    throw new Error(`The shell cannot be started: ${message}`, { cause: error });
  }
}

async function follow(child: ChildProcess, group: number, limits: ShellLimits, start: () => void): Promise<ShellOutcome> {
  const { clock, signal, timeoutMs, kept = new BoundedText(), live } = limits;
  const output = new ShellOutput(child.stdout!, clock, (text) => {
    kept.add(text);
    live?.(text);
  });
  let end: ShellOutcome['end'] = 'exited';
  let letGo = (): void => {};
  const stop = (why: 'stopped' | 'timed-out') => {
    letGo();
    end = why;
    signalGroup(group, 'SIGTERM');
    letGo = clock.after(limits.grace ?? GRACE[why], () => signalGroup(group, 'SIGKILL'));
  };
  const onStop = () => stop('stopped');
  if (timeoutMs !== undefined) letGo = clock.after(timeoutMs, () => stop('timed-out'));
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
  return { output: kept.text(limits.scrub), code, end, leftovers };
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
