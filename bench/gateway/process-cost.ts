/** What a process and its children cost, all threads of them: as Linux counts it. */
import { readdirSync, readFileSync } from 'node:fs';

const read = (path: string): string => {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
};

const numbers = (text: string): readonly number[] => text.trim().split(/\s+/).filter(Boolean).map(Number);

/** The process and everything below it. */
function tree(pid: number): readonly number[] {
  const threads = ids(`/proc/${pid}/task`);
  return [pid, ...threads.flatMap((thread) => numbers(read(`/proc/${pid}/task/${thread}/children`))).flatMap(tree)];
}

const ids = (folder: string): readonly string[] => {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
};

/** Nanoseconds of one thread, where the kernel tells them. */
const threadNs = (pid: number, thread: string): number => numbers(read(`/proc/${pid}/task/${thread}/schedstat`))[0] ?? 0;
const TICK_US = 10_000;
/** Of a process, in ticks of 10 ms: user and system time, threads that ended included. */
const ticks = (pid: number): number => {
  const fields = read(`/proc/${pid}/stat`).split(') ')[1]?.split(' ');
  return fields ? Number(fields[11]) + Number(fields[12]) : 0;
};

/** Microseconds of CPU so far, of each process of the tree. Threads that live are counted to the nanosecond. */
export const cpuEach = (pid: number): readonly number[] =>
  tree(pid).map((one) => {
    const exact = ids(`/proc/${one}/task`).reduce((sum, thread) => sum + threadNs(one, thread), 0) / 1000;
    return exact > 0 ? exact : ticks(one) * TICK_US;
  });

export const cpuOf = (pid: number): number => cpuEach(pid).reduce((sum, us) => sum + us, 0);

/** Bytes of memory that are its own and in use, children included. Pages of program files, which come and go, do not count. */
export const memoryOf = (pid: number): number =>
  tree(pid).reduce((sum, one) => sum + Number(/^RssAnon:\s+(\d+)/m.exec(read(`/proc/${one}/status`))?.[1] ?? 0) * 1024, 0);

/** Open files and sockets, children included. */
export const handlesOf = (pid: number): number => tree(pid).reduce((sum, one) => sum + ids(`/proc/${one}/fd`).length, 0);
