import { randomUUID } from 'node:crypto';
import { chmod, chown, lstat, mkdir, open, readlink, realpath, rename, rm, stat, writeFile, type FileHandle } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';

/**
 * Files as tools see them. Every error says in one sentence what is wrong with which path.
 *
 * F1. Only regular files are read or written: no device, pipe or socket can hang a tool.
 * F2. A file is replaced whole or not at all; mode and, where allowed, owner stay.
 * F3. A link is followed to where it leads before anybody decides about a path, and what is not there yet has a real path too.
 */
export interface FileFacts {
  readonly kind: 'file' | 'folder' | 'other';
  readonly size: number;
  readonly mode: number;
  readonly owner: number;
  readonly group: number;
  /** Changes when the content does. */
  readonly version: string;
}

const WORDS: Readonly<Record<string, string>> = {
  ENOENT: 'does not exist',
  ENOTDIR: 'is not possible: a part of the path is a file',
  EISDIR: 'is a folder',
  EACCES: 'may not be accessed (permission denied)',
  EPERM: 'may not be accessed (not permitted)',
  ELOOP: 'is a link that leads in a circle',
  ENAMETOOLONG: 'is too long a name',
  ENOSPC: 'cannot be written: the disk is full',
  EROFS: 'cannot be written: the file system is read-only',
  ENOTEMPTY: 'is not empty',
  EEXIST: 'exists already',
};

/** What went wrong with a path, for a model or a user. */
export function fileError(error: unknown, path: string): Error {
  const { code, message } = error as { code?: string; message?: string };
  if (code === undefined) return error as Error;
  return Object.assign(new Error(`${path} ${WORDS[code] ?? `cannot be used: ${message}`}.`, { cause: error }), { code });
}

const MOST_LINKS = 40;

/** Where a path really leads, whether or not its end is there. A link to something missing leads to what is missing. */
export async function realPathOf(path: string, shown = path, links = 0): Promise<string> {
  const absolute = resolve(path);
  try {
    return await realpath(absolute);
  } catch (error) {
    if ((error as { code?: string }).code !== 'ENOENT' || links > MOST_LINKS) throw fileError(error, shown);
  }
  const parent = await realPathOf(dirname(absolute), shown, links + 1);
  const place = join(parent, basename(absolute));
  const target = await readlink(place).catch(() => undefined);
  return target === undefined ? place : realPathOf(resolve(parent, target), shown, links + 1);
}

/** Undefined: nothing is there. */
export async function factsOf(path: string, shown = path): Promise<FileFacts | undefined> {
  try {
    const found = await stat(path, { bigint: true });
    return {
      kind: found.isFile() ? 'file' : found.isDirectory() ? 'folder' : 'other',
      size: Number(found.size),
      mode: Number(found.mode & 0o7777n),
      owner: Number(found.uid),
      group: Number(found.gid),
      version: `${found.dev}:${found.ino}:${found.size}:${found.mtimeNs}`,
    };
  } catch (error) {
    const { code } = error as { code?: string };
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw fileError(error, shown);
  }
}

export async function regularFile(path: string, shown: string): Promise<FileFacts> {
  const facts = await factsOf(path, shown);
  if (!facts) throw new Error(`${shown} does not exist.`);
  if (facts.kind === 'folder') throw new Error(`${shown} is a folder.`);
  if (facts.kind === 'other') throw new Error(`${shown} is not a regular file.`);
  return facts;
}

export async function withFile<T>(path: string, shown: string, use: (file: FileHandle) => Promise<T>): Promise<T> {
  let file: FileHandle | undefined;
  try {
    file = await open(path, 'r');
    return await use(file);
  } catch (error) {
    throw fileError(error, shown);
  } finally {
    await file?.close();
  }
}

/** Replaces a whole file. `version`: of what was read; another one there now is an error and nothing is written. */
export async function replaceFile(path: string, text: string, shown: string, version?: string): Promise<void> {
  const before = await factsOf(path, shown);
  if (before && before.kind !== 'file') await regularFile(path, shown);
  const temporary = join(dirname(path), `.${basename(path).slice(0, 100)}.${randomUUID().slice(0, 8)}.tmp`);
  try {
    await mkdir(dirname(path), { recursive: true });
    await writeNew(temporary, text, before);
    const now = version === undefined ? undefined : await factsOf(path, shown);
    if (version !== undefined && now?.version !== version)
      throw new Error(`${shown} was changed by somebody else meanwhile: read it again. Nothing was written.`);
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => {});
    if (!before || !IN_PLACE.has((error as { code?: string }).code ?? '')) throw fileError(error, shown);
    await writeFile(path, text).catch((second: unknown) => {
      throw fileError(second, shown);
    });
  }
}

/** A file that may be written in a folder that may not, or one that is a mount: it can only be written where it is. */
const IN_PLACE: ReadonlySet<string> = new Set(['EACCES', 'EPERM', 'EBUSY', 'EXDEV']);

async function writeNew(path: string, text: string, like: FileFacts | undefined): Promise<void> {
  const file = await open(path, 'wx', like ? 0o600 : 0o666);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  if (!like) return;
  const { uid, gid } = await lstat(path);
  // Giving a file away takes rights we seldom have; then it is ours, as with any editor.
  if (uid !== like.owner || gid !== like.group) await chown(path, like.owner, like.group).catch(() => {});
  await chmod(path, like.mode);
}
