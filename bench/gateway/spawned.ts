/** Children of the run: each on its core, each ended with it. */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { availableParallelism } from 'node:os';

/** Without `taskset` nothing is pinned, which is said beside the figures. */
export const PINS = process.platform === 'linux' && spawnSync('taskset', ['--version']).status === 0 && availableParallelism() > 1;
/** The load and the upstream on one core, the subject on the other. */
export const CORE = { load: '0', subject: '1', both: '0,1' } as const;

export interface Child extends AsyncDisposable {
  readonly process: ChildProcess;
  readonly pid: number;
  /** What `ready` matched. */
  readonly said: RegExpExecArray;
  /** What it printed since. */
  readonly words: () => string;
  kill(signal: NodeJS.Signals): Promise<void>;
}

export interface SpawnedOptions {
  readonly core?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** On stdout or stderr; without it a program is ready when it runs. */
  readonly ready?: RegExp;
  /** It answers messages of this process. */
  readonly talks?: boolean;
  readonly within?: number;
}

/** Only what a program needs: a key of the machine's owner goes nowhere. */
const bare = { PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? '', NODE_ENV: 'production' };

/** However this process ends, they end with it. */
const running = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/** Starts a program and waits until it says that it is ready. Rejects with its last words when it ends first. */
export async function spawned(program: string, args: readonly string[], options: SpawnedOptions): Promise<Child> {
  const { core, env, ready, talks = false, within = 20_000 } = options;
  const [command, words] = core !== undefined && PINS ? ['taskset', ['-c', core, program, ...args]] : [program, [...args]];
  const child = spawn(command, words, { env: { ...bare, ...env }, stdio: ['ignore', 'pipe', 'pipe', ...(talks ? ['ipc' as const] : [])] });
  let text = '';
  running.add(child);
  const over = new Promise<void>((resolve) => void child.once('exit', () => resolve())).then(() => void running.delete(child));
  const kill = (signal: NodeJS.Signals) => {
    child.kill(signal);
    return over;
  };
  const said = await new Promise<RegExpExecArray>((resolve, reject) => {
    const timer = ready && setTimeout(() => fail(`not ready after ${within} ms`), within);
    const fail = (why: string) => {
      clearTimeout(timer);
      child.kill('SIGKILL');
      reject(new Error(`${program} ${args[0] ?? ''}: ${why}${text === '' ? '' : `: ${text.trim().split('\n').at(-1)}`}`));
    };
    const hear = (piece: Buffer) => {
      text = (text + piece.toString()).slice(-20_000);
      const match = ready?.exec(text);
      if (!match) return;
      clearTimeout(timer);
      resolve(match);
    };
    child.stdout!.on('data', hear);
    child.stderr!.on('data', hear);
    child.once('error', (error) => fail(error.message));
    if (ready === undefined) child.once('spawn', () => resolve(/^/.exec('')!));
    child.once('exit', (code) => fail(`ended with ${code}`));
  });
  return { process: child, pid: child.pid!, said, words: () => text, kill, [Symbol.asyncDispose]: () => kill('SIGKILL') };
}

/** All threads of this process, too. */
export function pinMyself(core: string): void {
  if (PINS) spawnSync('taskset', ['-acp', core, String(process.pid)]);
}
