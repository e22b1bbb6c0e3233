import { watch, type FSWatcher } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import type { Clock } from '@holdfast/core/engine';

/** Ms between two looks at the file: what the system tells of changes is not to be relied on, over networks and in containers least. */
const EVERY = 2_000;

/**
 * Tells when a file may have changed. Its folder is watched, not the file: an editor, and a mounted secret, replaces it by another.
 * Tells once at the beginning too: nobody looked between the reading of the file and now.
 * Lets go when it is told to.
 */
export function watchFile(path: string, clock: Pick<Clock, 'after'>, changed: () => void): () => void {
  let closed = false;
  let seen: string | undefined;
  let stop = (): void => {};
  const look = async (): Promise<void> => {
    const now = await stampOf(path);
    if (closed) return;
    if (now !== seen) changed();
    seen = now;
    stop = clock.after(EVERY, () => void look());
  };
  const watcher = watched(dirname(path), (name) => {
    // Kubernetes swaps a link beside it.
    if (name !== null && name !== basename(path) && !name.startsWith('..')) return;
    changed();
    // Told once: the next look finds what was told.
    void stampOf(path).then((now) => (seen = now));
  });
  void look();
  return () => {
    closed = true;
    stop();
    watcher?.close();
  };
}

async function stampOf(path: string): Promise<string> {
  try {
    const { mtimeMs, size, ino } = await stat(path);
    return `${mtimeMs} ${size} ${ino}`;
  } catch {
    return 'gone';
  }
}

function watched(folder: string, tell: (name: string | null) => void): FSWatcher | undefined {
  try {
    const watcher = watch(folder, { persistent: false }, (_, name) => tell(name));
    // The look every two seconds is still there.
    watcher.on('error', () => watcher.close());
    return watcher;
  } catch {
    return undefined;
  }
}
