import { spawn } from 'node:child_process';
import { open } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { RefreshFailure, type Credential, type KeySource } from '@holdfast/core/engine';

export interface KeySourcePorts {
  readonly cwd: string;
  /** What a command that prints a key is started with: the environment without secrets but those it is to get. */
  readonly environment: (allow: readonly string[]) => Readonly<Record<string, string>>;
}

/** A key is a line; what is longer is something else. */
const MOST_BYTES = 64 * 1024;

/** A key from a file or from a command, read when it is needed. */
export function keySource(source: KeySource, ports: KeySourcePorts): Credential {
  const folder = dirname(resolve(ports.cwd, source.writtenIn ?? 'here'));
  if ('file' in source) {
    const path = pathOf(source.file, folder);
    return { get: () => readKey(path) };
  }
  let last: string | undefined;
  const run = async (signal: AbortSignal): Promise<string> =>
    (last = await printed(source.command, folder, ports.environment(source.env ?? []), signal));
  return { get: (signal) => last ?? run(signal), refresh: run };
}

function pathOf(file: string, folder: string): string {
  if (file === '~' || file.startsWith('~/')) return join(homedir(), file.slice(1));
  return isAbsolute(file) ? file : join(folder, file);
}

async function readKey(path: string): Promise<string> {
  const file = await open(path);
  try {
    if (!(await file.stat()).isFile()) throw new RefreshFailure('not_a_file');
    const { bytesRead, buffer } = await file.read(Buffer.alloc(MOST_BYTES), 0, MOST_BYTES, 0);
    if (bytesRead === MOST_BYTES) throw new RefreshFailure('too_long');
    return buffer.toString('utf8', 0, bytesRead);
  } finally {
    await file.close();
  }
}

/** What a command prints. Its errors are not shown: they may hold the key. */
function printed(
  [program = '', ...args]: readonly string[],
  cwd: string,
  env: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<string> {
  return new Promise((fulfil, reject) => {
    const child = spawn(program, args, { cwd, env, stdio: ['ignore', 'pipe', 'ignore'] });
    const kill = (): void => void child.kill('SIGKILL');
    signal.addEventListener('abort', kill, { once: true });
    let text = '';
    child.stdout.setEncoding('utf8').on('data', (piece: string) => {
      text += piece;
      if (text.length > MOST_BYTES) kill();
    });
    child.once('error', (error) => {
      signal.removeEventListener('abort', kill);
      reject(error);
    });
    child.once('close', (code) => {
      signal.removeEventListener('abort', kill);
      if (text.length > MOST_BYTES) reject(new RefreshFailure('too_long'));
      else if (code === 0) fulfil(text);
      else reject(new RefreshFailure(code === null ? 'killed' : `exit_${code}`));
    });
  });
}
