import { DatabaseSync } from 'node:sqlite';
import { orAbort } from '@holdfast/core/engine';
import { fileError } from './files.ts';
import { makePrivateFile } from './private-file.ts';
import { isBusy, isSqlite, whileBusy } from './sqlite-busy.ts';

/** By lock, the end of the last one of this process that waits for it or holds it. */
const queues = new Map<string, Promise<void>>();

/**
 * Holds `PATH.lock` while it works: one at a time, among all processes of this machine.
 *
 * K1. The lock is SQLite's on an empty database, so it is the system's: a process that dies lets go of it.
 * K2. The file stays: removing it would let two hold two files of the same name.
 * K3. Those of one process take turns in the order they came, so that only one of them competes with other processes.
 */
export async function withFileLock<T>(path: string, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  const lock = `${path}.lock`;
  const { promise: mine, resolve: over } = Promise.withResolvers<void>();
  const before = queues.get(lock) ?? Promise.resolve();
  const turn = before.then(() => mine);
  queues.set(lock, turn);
  try {
    await orAbort(before, signal);
    return await locked(path, lock, signal, work);
  } finally {
    over();
    if (queues.get(lock) === turn) queues.delete(lock);
  }
}

async function locked<T>(path: string, lock: string, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  const db = opened(lock);
  try {
    await whileBusy(() => db.exec('BEGIN EXCLUSIVE'), signal).catch((error: unknown) => {
      if (isBusy(error))
        throw new Error(`${lock} has been held by another process for seconds: ${path} was not changed.`, { cause: error });
      throw isSqlite(error) ? new Error(`${lock} cannot be used as a lock: ${(error as Error).message}.`, { cause: error }) : error;
    });
    return await work();
  } finally {
    db.close();
  }
}

function opened(lock: string): DatabaseSync {
  try {
    makePrivateFile(lock);
    return new DatabaseSync(lock, { timeout: 0 });
  } catch (error) {
    throw isSqlite(error)
      ? new Error(`${lock} cannot be used as a lock: ${(error as Error).message}.`, { cause: error })
      : fileError(error, lock);
  }
}
