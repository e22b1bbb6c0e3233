import { accessSync, chmodSync, constants, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createHmac, randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { CommandError, EXIT } from '../context.ts';

/** Makes the state folder if need be, for this user alone (0700), and sees that it can be written. */
export function openStateFolder(path: string): string {
  try {
    mkdirSync(path, { recursive: true, mode: 0o700 });
    if (!statSync(path).isDirectory()) throw new Error('it is a file');
    if ((statSync(path).mode & 0o077) !== 0) chmodSync(path, 0o700);
    accessSync(path, constants.R_OK | constants.W_OK | constants.X_OK);
    return path;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    const way = 'Name another folder with --state DIR or HOLDFAST_STATE, or make this one writable.';
    throw new CommandError(EXIT.failed, `the state folder ${path} cannot be used: ${why}\n${way}`, { cause: error });
  }
}

/**
 * The state folder's own secret, made at first use (0600). It keys fingerprints and prompt hashes: what is stored of them says
 * nothing to who has only the database.
 */
export function keyedHash(state: string): (text: string) => string {
  const file = join(state, 'secret.key');
  const read = (): Buffer => readFileSync(file);
  let key: Buffer;
  try {
    key = read();
  } catch {
    try {
      writeFileSync(file, randomBytes(32), { mode: 0o600, flag: 'wx' });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    key = read();
  }
  return (text) => createHmac('sha256', key).update(text).digest('base64url').slice(0, 22);
}
