import { readTasks, writeTasks, type Tasks } from '../rules/tasks.ts';
import { withFileLock } from './file-lock.ts';
import { factsOf, regularFile, replaceFile, withFile } from './files.ts';

/** Bytes. */
const LARGEST = 10_000_000;

/** G1. A file that cannot be read as tasks is left as it is, and nothing is done until somebody mends it. */
export async function loadTasks(path: string): Promise<Tasks> {
  if (!(await factsOf(path))) return new Map();
  const { size } = await regularFile(path, path);
  if (size > LARGEST) throw new Error(`${path} has ${size} bytes: that is no list of tasks.`);
  const text = await withFile(path, path, (file) => file.readFile('utf8'));
  try {
    return readTasks(text);
  } catch (error) {
    throw new Error(
      `${path} cannot be read as tasks: ${(error as Error).message}. It was not changed. Mend it, or move it away to begin with none.`,
      { cause: error },
    );
  }
}

/** G2. Read, changed and replaced whole while no other process does. Unchanged tasks are not written. */
export const changeTasks = <T>(
  path: string,
  signal: AbortSignal,
  change: (tasks: Tasks) => { readonly tasks: Tasks; readonly answer: T },
): Promise<T> =>
  withFileLock(path, signal, async () => {
    const before = await loadTasks(path);
    const { tasks, answer } = change(before);
    if (tasks !== before) await replaceFile(path, writeTasks(tasks), path);
    return answer;
  });
