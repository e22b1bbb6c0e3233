import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, realpathSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { withFileLock } from './file-lock.ts';

const NEVER = new AbortController().signal;
let folder: string;
let path: string;
beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'holdfast-lock-')));
  path = join(folder, 'deep/data.json');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Whether another process could take the lock now. */
async function isFree(): Promise<boolean> {
  const script = `
    const { DatabaseSync } = require('node:sqlite');
    try { new DatabaseSync(process.argv[1]).exec('BEGIN EXCLUSIVE'); } catch { process.exitCode = 1; }`;
  const child = spawn(process.execPath, ['-e', script, `${path}.lock`], { stdio: 'ignore' });
  const [code] = (await once(child, 'exit')) as [number];
  return code === 0;
}

describe('a file lock', () => {
  it('is held while the work goes on, and let go of however it ends', async () => {
    expect(await withFileLock(path, NEVER, isFree)).toBe(false);
    expect(await isFree()).toBe(true);
    await expect(withFileLock(path, NEVER, () => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
    expect(await isFree()).toBe(true);
    expect(statSync(`${path}.lock`).mode & 0o777).toBe(0o600);
  });

  it('K1: is still held when somebody else in this process comes and goes', async () => {
    await withFileLock(path, NEVER, async () => {
      const stop = new AbortController();
      const second = withFileLock(path, stop.signal, async () => 'never');
      stop.abort(new Error('stopped'));
      await expect(second).rejects.toThrow('stopped');
      expect(await isFree()).toBe(false);
    });
  });

  it('K1: a process that is killed lets go of it', async () => {
    await withFileLock(path, NEVER, async () => {});
    const script = `
      const { DatabaseSync } = require('node:sqlite');
      const held = new DatabaseSync(process.argv[1]);
      held.exec('BEGIN EXCLUSIVE');
      process.stdout.write('held');
      setInterval(() => held, 1000);`;
    const child = spawn(process.execPath, ['-e', script, `${path}.lock`], { stdio: ['ignore', 'pipe', 'ignore'] });
    await once(child.stdout, 'data');
    const waiting = withFileLock(path, NEVER, async () => 'mine');
    child.kill('SIGKILL');
    expect(await waiting).toBe('mine');
  });

  it('one at a time in this process too', async () => {
    let [inside, most] = [0, 0];
    const work = async () => {
      most = Math.max(most, ++inside);
      await new Promise((next) => setImmediate(next));
      inside--;
    };
    await Promise.all(Array.from({ length: 10 }, () => withFileLock(path, NEVER, work)));
    expect([inside, most]).toEqual([0, 1]);
  });

  it('K3: who stops waiting is passed over, and the next one has its turn', async () => {
    const { promise: held, resolve: letGo } = Promise.withResolvers<void>();
    const stop = new AbortController();
    const first = withFileLock(path, NEVER, () => held);
    const second = withFileLock(path, stop.signal, async () => 'second');
    const third = withFileLock(path, NEVER, async () => 'third');
    stop.abort(new Error('stopped'));
    await expect(second).rejects.toThrow('stopped');
    letGo();
    await first;
    expect(await third).toBe('third');
  });

  it('what cannot be a lock is said, and nothing is done', async () => {
    await withFileLock(path, NEVER, async () => {});
    let done = false;
    const work = async () => void (done = true);
    await expect(withFileLock(join(`${path}.lock`, 'x'), NEVER, work)).rejects.toThrow('data.json.lock');
    writeFileSync(join(folder, 'text.lock'), 'this is no database, and long enough to be seen as none '.repeat(20));
    await expect(withFileLock(join(folder, 'text'), NEVER, work)).rejects.toThrow(
      'text.lock cannot be used as a lock: file is not a database.',
    );
    expect(done).toBe(false);
  });
});
