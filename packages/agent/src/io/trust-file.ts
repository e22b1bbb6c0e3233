import { randomUUID } from 'node:crypto';
import { mkdir, open, readFile, realpath, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { unmet, type Need } from '../rules/trust.ts';

/**
 * Consents, in `trust.json` of the state folder (0600, replaced whole), by the real path of the agent file.
 *
 * T1. What cannot be read is no consent: the worst a damaged file does is ask again.
 * T2. A damaged file is moved aside when the next consent is written, never overwritten; one of a newer version is not touched.
 */
export interface Trust {
  /** What of `needs` nobody consented to yet. */
  missing(file: string, needs: readonly Need[]): Promise<readonly Need[]>;
  isTrusted(file: string, needs: readonly Need[]): Promise<boolean>;
  /** Records consent to exactly these needs of the file. Answers where a damaged file was moved to, if there was one. */
  trust(file: string, needs: readonly Need[]): Promise<{ readonly moved?: string }>;
}

/** `newer`: written by a newer version. `unwritable`: the state folder cannot be written. */
export class TrustError extends Error {
  override readonly name = 'TrustError';
  readonly kind: 'newer' | 'unwritable';

  constructor(kind: TrustError['kind'], message: string, cause?: unknown) {
    super(message, { cause });
    this.kind = kind;
  }
}

const VERSION = 1;

interface Stored {
  readonly version: number;
  /** By real path, by fingerprint: when it was consented to, epoch ms. */
  readonly files: Readonly<Record<string, Readonly<Record<string, number>>>>;
}

type Read = { readonly is: 'stored'; readonly stored: Stored } | { readonly is: 'absent' | 'damaged' | 'newer' };

export function trustFile(state: string, now: () => number): Trust {
  const path = join(state, 'trust.json');
  const missing = async (file: string, needs: readonly Need[]): Promise<readonly Need[]> => {
    if (needs.length === 0) return [];
    const read = await load(path);
    const key = await keyOf(file);
    const given = read.is === 'stored' && Object.hasOwn(read.stored.files, key) ? Object.keys(read.stored.files[key]!) : [];
    return unmet(needs, new Set(given));
  };
  return {
    missing,
    isTrusted: async (file, needs) => (await missing(file, needs)).length === 0,
    trust: async (file, needs) => {
      const read = await load(path);
      if (read.is === 'newer')
        throw new TrustError('newer', `${path} was written by a newer version of Holdfast; update, or move it away.`);
      const [key, at] = [await keyOf(file), now()];
      const files = new Map(read.is === 'stored' ? Object.entries(read.stored.files) : []);
      const before = files.get(key) ?? {};
      files.set(
        key,
        Object.fromEntries(needs.map(({ fingerprint }) => [fingerprint, Object.hasOwn(before, fingerprint) ? before[fingerprint]! : at])),
      );
      try {
        await mkdir(state, { recursive: true, mode: 0o700 });
        const moved = read.is === 'damaged' ? `${path}.damaged-${at}` : undefined;
        if (moved !== undefined) await rename(path, moved);
        await replace(path, `${JSON.stringify({ version: VERSION, files: Object.fromEntries(files) }, undefined, 2)}\n`);
        return moved === undefined ? {} : { moved };
      } catch (error) {
        throw new TrustError('unwritable', `${path} cannot be written: ${(error as Error).message}`, error);
      }
    },
  };
}

const keyOf = (file: string): Promise<string> => realpath(file).catch(() => file);

async function load(path: string): Promise<Read> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => ((error as { code?: string }).code === 'ENOENT' ? undefined : ''));
  if (text === undefined) return { is: 'absent' };
  try {
    const stored = JSON.parse(text) as Stored;
    if (typeof stored?.version === 'number' && stored.version > VERSION) return { is: 'newer' };
    return isStored(stored) ? { is: 'stored', stored } : { is: 'damaged' };
  } catch {
    return { is: 'damaged' };
  }
}

const isMap = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);

const isStored = (value: unknown): value is Stored =>
  isMap(value) &&
  value['version'] === VERSION &&
  isMap(value['files']) &&
  Object.values(value['files']).every((consents) => isMap(consents));

async function replace(path: string, text: string): Promise<void> {
  const temporary = `${path}.${randomUUID().slice(0, 8)}.tmp`;
  try {
    const file = await open(temporary, 'wx', 0o600);
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => {});
    throw error;
  }
}
