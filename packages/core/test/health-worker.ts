import { systemClock, systemRandom } from '../src/io/clock-system.ts';
import { SqliteHealth } from '../src/io/health-sqlite.ts';
import { processIdentity } from '../src/io/process-identity.ts';
import type { HealthStore } from '../src/ports.ts';

/** One process that shares a state folder: does what it is told over IPC until its parent lets go. */
export interface Order {
  readonly id: number;
  readonly verb: keyof HealthStore;
  readonly args: unknown[];
}

const { owner, alive } = processIdentity();
const store = new SqliteHealth({
  folder: process.argv[2] as string,
  // A loaded machine may hold a lock for longer than a call would wait: here every report must land.
  clock: { ...systemClock, mono: () => systemClock.mono() / 100 },
  random: systemRandom,
  alive,
  say: (line) => void process.stderr.write(`${line}\n`),
});

process.on('message', async ({ id, verb, args }: Order) => {
  try {
    const answer = await (store[verb] as (...args: unknown[]) => unknown).apply(store, args);
    process.send?.({ id, answer });
  } catch (error) {
    process.send?.({ id, error: String(error) });
  }
});
process.on('disconnect', () => process.exit(0));
process.send?.({ id: 0, answer: owner });
