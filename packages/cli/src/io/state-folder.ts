import {
  accessSync,
  chmodSync,
  constants,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { createHmac, createSecretKey, randomBytes } from 'node:crypto';
import { dirname, join } from 'node:path';
import { CommandError, EXIT } from '../context.ts';

/** Makes the state folder if need be, for this user alone (0700), and sees that it can be written. */
export function openStateFolder(path: string): string {
  try {
    make(path);
    if (!statSync(path).isDirectory()) throw new Error('it is a file');
    if ((statSync(path).mode & 0o077) !== 0) keepToOurselves(path);
    accessSync(path, constants.R_OK | constants.W_OK | constants.X_OK);
    // To open a pipe waits for whoever is at its other end.
    const odd = readdirSync(path, { withFileTypes: true }).find((one) => one.isFIFO() || one.isCharacterDevice());
    if (odd) throw new Error(`${odd.name} in it is no file`);
    return path;
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    const way = 'Name a folder of its own with --state DIR or HOLDFAST_STATE, one that you may write.';
    throw new CommandError(EXIT.failed, `the state folder ${path} cannot be used: ${why}\n${way}`, { cause: error });
  }
}

/** What lies in a state folder. */
const OURS = /^(?:secret\.key|api\.token|trust\.json|(?:health|affinity|budgets|moving|sessions|calls)\.db)/;

/** An open folder is closed to others only when it is ours to close: new, empty or a state folder already. `--state /tmp` is a mistake. */
function keepToOurselves(path: string): void {
  const names = readdirSync(path);
  if (names.length > 0 && !names.some((name) => OURS.test(name))) throw new Error('others may read it, and it holds other things');
  chmodSync(path, 0o700);
}

/** Level by level: a recursive `mkdir` never returns where the system says of a new folder that there is no such one, as below `/proc`. */
function make(path: string): void {
  const missing: string[] = [];
  for (let level = path; !existsSync(level) && dirname(level) !== level; level = dirname(level)) missing.unshift(level);
  for (const level of missing) {
    try {
      mkdirSync(level, { mode: 0o700 });
    } catch (error) {
      // Another process was faster.
      if (!existsSync(level)) throw error;
    }
  }
}

/**
 * The state folder's own secret, made at first use (0600). It keys fingerprints and prompt hashes: what is stored of them says
 * nothing to who has only the database.
 */
export function keyedHash(state: string): (text: string) => string {
  // Made a key of once: bytes would be for each text, which costs six times as much.
  const key = createSecretKey(madeOnce(join(state, 'secret.key'), () => randomBytes(32)));
  return (text) => createHmac('sha256', key).update(text).digest('base64url').slice(0, 22);
}

/** What `/api` of a gateway of this state folder asks for, made at first use (0600). */
export function apiToken(state: string): { readonly token: string; readonly file: string } {
  const file = join(state, 'api.token');
  const token = madeOnce(file, () => Buffer.from(`${randomBytes(32).toString('base64url')}\n`))
    .toString('utf8')
    .trim();
  if (token.length < 32) throw new CommandError(EXIT.usage, `${file} holds no token: remove it, and a new one is made`);
  return { token, file };
}

/** Of several processes that make it at once the first one wins. */
function madeOnce(file: string, make: () => Buffer): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  // Never seen half written: it is made beside its place.
  const draft = `${file}.${randomBytes(6).toString('hex')}`;
  writeFileSync(draft, make(), { mode: 0o600, flag: 'wx' });
  try {
    linkSync(draft, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    unlinkSync(draft);
  }
  return readFileSync(file);
}
