/** `holdfast serve` in a process of its own, with a folder of its own. */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const BIN = join(import.meta.dirname, '../../cli/bin/holdfast.js');

/** What the lab's providers are asked with; long enough for the redactor. */
export const KEY = 'lab-key-0123456789';

export interface ServedOptions {
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

export interface Served extends AsyncDisposable {
  readonly url: string;
  /** What it said on stderr so far. */
  readonly err: string;
  readonly gone: boolean;
  /** The state folder. */
  readonly state: string;
  /** The token of the state folder. */
  readonly token: string;
  /** Resolves when it has said this on stderr, as often as that; rejects with what it said when it ends before. */
  says(what: string, times?: number): Promise<void>;
  /** Writes its file anew. */
  write(file: unknown): void;
  signal(signal: NodeJS.Signals): void;
  /** Resolves with its exit code. */
  readonly ended: Promise<number | null>;
  /** The processes that it has started, by pid. */
  children(): readonly number[];
}

/** The file is JSON, which is YAML. */
export async function started(file: unknown, { args = [], env }: ServedOptions): Promise<Served> {
  const dir = mkdtempSync(join(realpathSync(tmpdir()), 'holdfast-gateway-'));
  const state = join(dir, 'state');
  mkdirSync(join(dir, 'work'));
  const config = join(dir, 'work', 'holdfast.yaml');
  const write = (text: unknown) => writeFileSync(config, typeof text === 'string' ? text : JSON.stringify(text, null, 1));
  write(file);
  const child = spawn(process.execPath, [BIN, 'serve', '--config', config, '--port', '0', '--state', state, ...args], {
    cwd: join(dir, 'work'),
    env: { PATH: process.env['PATH'] ?? '', HOME: dir, LAB_KEY: KEY, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const said = hearing(child);
  const close = async () => {
    child.kill('SIGKILL');
    await said.ended;
    rmSync(dir, { recursive: true, force: true, maxRetries: 5, retryDelay: 20 });
  };
  try {
    const url = await addressOf(child);
    return {
      url,
      get err() {
        return said.text;
      },
      get gone() {
        return over(child);
      },
      state,
      get token() {
        return readFileSync(join(state, 'api.token'), 'utf8').trim();
      },
      says: said.says,
      write,
      signal: (signal) => void child.kill(signal),
      ended: said.ended,
      children: () =>
        readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8')
          .split(' ')
          .filter((one) => one.trim() !== '')
          .map(Number),
      [Symbol.asyncDispose]: close,
    };
  } catch (error) {
    await close();
    throw new Error(`${(error as Error).message}:\n${said.text}`, { cause: error });
  }
}

const over = ({ exitCode, signalCode }: ChildProcess): boolean => exitCode !== null || signalCode !== null;

function hearing(child: ChildProcess) {
  let text = '';
  const watchers = new Set<() => void>();
  const look = () => {
    for (const one of watchers) one();
  };
  child.stderr!.setEncoding('utf8').on('data', (piece: string) => {
    text += piece;
    look();
  });
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  void ended.then(look);
  const says = (what: string, times = 1): Promise<void> =>
    new Promise((resolve, reject) => {
      const holds = () => {
        const enough = text.split(what).length > times;
        if (!enough && !over(child)) return;
        watchers.delete(holds);
        if (enough) resolve();
        else reject(new Error(`ended without saying ${what}:\n${text}`));
      };
      watchers.add(holds);
      holds();
    });
  return {
    get text() {
      return text;
    },
    ended,
    says,
  };
}

/** Resolves with the address that it prints when it can answer. */
function addressOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let out = '';
    child.stdout!.setEncoding('utf8').on('data', (text: string) => {
      out += text;
      const [, url] = /^holdfast listening on (http:\/\/\S+)$/m.exec(out) ?? [];
      if (url !== undefined) resolve(url);
    });
    child.once('error', reject);
    child.once('close', (code) => reject(new Error(`the gateway ended with ${code} before it listened, having said: ${out}`)));
  });
}
