import type { Dirent } from 'node:fs';
import { readFile, readdir, stat } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { isIgnored, readIgnore, type IgnoreRule } from '../rules/ignore.ts';
import { fileError } from './files.ts';

export interface WalkOptions {
  /** Leaves out `.git`, `node_modules` and what `.gitignore` files name. */
  readonly ignoreVcs: boolean;
  /** False: not looked at, nor what lies below it. */
  readonly wanted: (relative: string, path: string, folder: boolean) => boolean;
  /** Folders deeper than this are named, not opened. */
  readonly depth: number;
  readonly signal: AbortSignal;
}

export interface WalkEntry {
  readonly path: string;
  /** To where the walk began, with `/`. */
  readonly relative: string;
  readonly name: string;
  /** Links are named and never followed: a walk ends, and stays below where it began. */
  readonly kind: 'file' | 'folder' | 'link' | 'other';
  /** 1 for what lies directly in it. */
  readonly depth: number;
  /** Of a folder: its content could not be read. */
  readonly closed?: true;
}

interface Level {
  readonly folder: string;
  readonly rules: readonly IgnoreRule[];
}

const ALWAYS_IGNORED: ReadonlySet<string> = new Set(['.git', 'node_modules']);

/** What lies below a folder, in order of names, each folder before its content. */
export async function* walk(root: string, options: WalkOptions): AsyncGenerator<WalkEntry> {
  const entries = await readdir(root, { withFileTypes: true }).catch((error: unknown) => {
    throw fileError(error, root);
  });
  yield* below({ root, folder: root, entries, depth: 1, levels: options.ignoreVcs ? await levelsAbove(root) : [] }, options);
}

interface Open {
  readonly root: string;
  readonly folder: string;
  readonly entries: readonly Dirent[];
  readonly depth: number;
  readonly levels: readonly Level[];
}

async function* below({ root, folder, entries, depth, levels: above }: Open, options: WalkOptions): AsyncGenerator<WalkEntry> {
  options.signal.throwIfAborted();
  const named = options.ignoreVcs && entries.some((entry) => entry.name === '.gitignore');
  const levels = named ? [...above, await levelOf(folder)] : above;
  for (const entry of entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = join(folder, entry.name);
    const isFolder = entry.isDirectory();
    const near = relativeTo(root, path);
    if (options.ignoreVcs && (ALWAYS_IGNORED.has(entry.name) || ignored(levels, path, isFolder))) continue;
    if (!options.wanted(near, path, isFolder)) continue;
    const kind = isFolder ? 'folder' : entry.isFile() ? 'file' : entry.isSymbolicLink() ? 'link' : 'other';
    const inner = isFolder && depth < options.depth ? await readdir(path, { withFileTypes: true }).catch(() => undefined) : [];
    yield { path, relative: near, name: entry.name, kind, depth, ...(inner ? {} : { closed: true }) };
    if (inner && inner.length > 0) yield* below({ root, folder: path, entries: inner, depth: depth + 1, levels }, options);
  }
}

const relativeTo = (root: string, path: string): string => relative(root, path).replaceAll('\\', '/');

/** The nearest file that says something about it decides. */
function ignored(levels: readonly Level[], path: string, folder: boolean): boolean {
  for (const level of levels.toReversed()) {
    const said = isIgnored(level.rules, relativeTo(level.folder, path), folder);
    if (said !== undefined) return said;
  }
  return false;
}

/** A `.gitignore` that cannot be read, or is no small file, names nothing. */
async function levelOf(folder: string): Promise<Level> {
  const path = join(folder, '.gitignore');
  const facts = await stat(path).catch(() => undefined);
  const text = facts?.isFile() && facts.size < 1_000_000 ? await readFile(path, 'utf8').catch(() => '') : '';
  return { folder, rules: readIgnore(text) };
}

/** From the top of the repository down to the folder above `root`. Outside of one: none. */
async function levelsAbove(root: string): Promise<readonly Level[]> {
  const levels: Level[] = [];
  for (let folder = root; ; folder = dirname(folder)) {
    if (folder !== root) levels.unshift(await levelOf(folder));
    if (await stat(join(folder, '.git')).catch(() => undefined)) return levels;
    if (dirname(folder) === folder) return [];
  }
}
