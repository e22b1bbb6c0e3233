import { SqliteBudgets } from '../src/io/budget-sqlite.ts';
import { systemClock, systemRandom } from '../src/io/clock-system.ts';
import { processIdentity } from '../src/io/process-identity.ts';
import type { BudgetStore } from '../src/ports.ts';

/** One process that shares a state folder: does what it is told over IPC until its parent lets go. */
const { owner, alive } = processIdentity();
const store = new SqliteBudgets({
  folder: process.argv[2] as string,
  // A loaded machine may hold a lock for longer than a call would wait: here every verb must land.
  clock: { ...systemClock, mono: () => systemClock.mono() / 100 },
  random: systemRandom,
  alive,
  say: (line) => void process.stderr.write(`${line}\n`),
});

process.on('message', async ({ id, verb, args }: { readonly id: number; readonly verb: keyof BudgetStore; readonly args: unknown[] }) => {
  try {
    const answer = await (store[verb] as (...args: unknown[]) => unknown).apply(store, args);
    process.send?.({ id, answer });
  } catch (error) {
    process.send?.({ id, error: String(error) });
  }
});
process.on('disconnect', () => process.exit(0));
process.send?.({ id: 0, answer: owner });
