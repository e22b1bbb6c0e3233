import { createReadStream } from 'node:fs';
import { readdir, readlink, stat } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { nearest, orAbort } from '@holdfast/core/engine';
import type { Problem } from '../config/problem.ts';

/** An agent file is read whole; one that is larger is no agent file, and is not read to find that out. */
export const MAX_CONFIG_BYTES = 4 * 1024 * 1024;

/** `absent`: there is nothing at that path, as against something that cannot be read. */
export type ConfigText = { readonly text: string } | { readonly problem: Problem; readonly absent?: true };

/** The text of a configuration file, or why there is none. Pipes are read too. Rejects only with the signal's reason. */
export async function readConfigFile(path: string, signal: AbortSignal): Promise<ConfigText> {
  signal.throwIfAborted();
  // A pipe nobody writes to keeps its read waiting in the thread pool, deaf to signals.
  return await orAbort(readWhole(path, signal), signal);
}

async function readWhole(path: string, signal: AbortSignal): Promise<ConfigText> {
  try {
    const stats = await stat(path);
    if (stats.isDirectory()) return problem(path, 'is a folder, not a file', { wayOut: 'name the file in it' });
    if (stats.size > MAX_CONFIG_BYTES) return tooLarge(path);
    const bytes = await readBounded(path, signal);
    return bytes === undefined ? tooLarge(path) : decode(path, bytes);
  } catch (error) {
    return await unreadable(path, error);
  }
}

/** Never more than one chunk above the bound is held: a pipe or a device has no size to ask for. */
async function readBounded(path: string, signal: AbortSignal): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of createReadStream(path, { signal })) {
    chunks.push(chunk as Buffer);
    size += (chunk as Buffer).length;
    if (size > MAX_CONFIG_BYTES) return undefined;
  }
  return Buffer.concat(chunks);
}

function decode(path: string, bytes: Buffer): ConfigText {
  if ((bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff)) {
    return problem(path, 'is not UTF-8 but UTF-16', { wayOut: 'save it as UTF-8' }, { line: 1, column: 1 });
  }
  try {
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(bytes) };
  } catch {
    const before = new TextDecoder().decode(bytes).split('\ufffd', 1)[0]?.split('\n') ?? [];
    return problem(
      path,
      'is not UTF-8',
      { wayOut: 'save it as UTF-8' },
      { line: Math.max(before.length, 1), column: (before.at(-1)?.length ?? 0) + 1 },
    );
  }
}

const tooLarge = (path: string): ConfigText =>
  problem(path, `is larger than ${MAX_CONFIG_BYTES / 1024 / 1024} MiB: no agent file`, { wayOut: 'name an agent file' });

async function unreadable(path: string, error: unknown): Promise<ConfigText> {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (code === 'ENOENT' || code === 'ENOTDIR') {
    const target = await readlink(path).catch(() => undefined);
    if (target !== undefined) return problem(path, `is a link to ${target}, which is not there`);
    const near = await sibling(path);
    return { ...problem(path, 'there is no such file', near === undefined ? {} : { nearest: near }), absent: true };
  }
  if (code === 'EACCES' || code === 'EPERM') return problem(path, 'may not be read', { wayOut: 'check its permissions' });
  return problem(path, `cannot be read (${code === '' ? String(error) : code})`);
}

/** The YAML file beside it that is called almost the same. The ending says nothing about how alike two names are. */
async function sibling(path: string): Promise<string | undefined> {
  const names = await readdir(dirname(path)).catch(() => []);
  const bare = (name: string): string => name.replace(/\.ya?ml$/, '');
  const files = names.filter((name) => /\.ya?ml$/.test(name));
  const near = nearest(bare(basename(path)), files.map(bare));
  const file = files.find((name) => bare(name) === near);
  return file === undefined ? undefined : path.slice(0, path.length - basename(path).length) + file;
}

const problem = (file: string, message: string, more: Partial<Problem> = {}, at = { line: 0, column: 0 }): ConfigText => ({
  problem: { level: 'error', file, ...at, path: '', message, ...more },
});
