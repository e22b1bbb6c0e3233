import type { Clock, NewId } from '@holdfast/core';
import type { SessionStore } from './ports.ts';
import { branchRows, branchTitle, type BranchPoint } from './rules/branch.ts';
import { missingError } from './rules/session-error.ts';

/**
 * Copies the beginning of a session into a new one, which can be gone on with, and answers its id. The original may be running: it is not
 * touched. Without a point: all there is now. Rejects with a RangeError for a point that is not there, and with the store's errors.
 */
export async function branchSession(
  store: SessionStore,
  id: string,
  point: BranchPoint | undefined,
  { newId, clock }: { readonly newId: NewId; readonly clock: Clock },
): Promise<string> {
  const head = await store.head(id);
  if (!head) throw missingError(id);
  const runs = new Map<string, string>();
  const newRun = (run: string): string => {
    const known = runs.get(run) ?? newId();
    runs.set(run, known);
    return known;
  };
  const rows = branchRows(await store.read(id, 0), point, newRun);
  const own = newId();
  const at = clock.now();
  const { file, agent, cwd } = head;
  await store.create({ id: own, file, agent, cwd, at, title: branchTitle(head.title), parent: id });
  try {
    if (rows.length > 0) await store.append(own, 0, rows, at);
  } catch (error) {
    await store.delete(own, { alive: () => false }).catch(() => {});
    throw error;
  }
  return own;
}
