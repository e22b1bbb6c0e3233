import { systemClock, systemRandom } from '@holdfast/core/engine';
import { SqliteResponses } from '../src/io/responses-sqlite.ts';
import { KEEP } from '../src/testing/responses-store.contract.ts';

/** One process that shares a state folder: does what it is told over IPC until its parent lets go. */
let passed = 0;
const store = new SqliteResponses({
  folder: process.argv[2] as string,
  // A loaded machine may hold a lock for longer than a call would wait: here every verb must land.
  clock: { ...systemClock, now: () => 1_700_000_000_000 + passed, mono: () => systemClock.mono() / 100 },
  random: systemRandom,
  keep: KEEP,
  say: (line) => void process.stderr.write(`${line}\n`),
});
const verbs = { pass: (ms: number): void => void (passed += ms) };

process.on('message', async ({ id, verb, args }: { readonly id: number; readonly verb: string; readonly args: unknown[] }) => {
  try {
    const all = store as unknown as Record<string, (...args: unknown[]) => unknown>;
    const answer = verb === 'pass' ? verbs.pass(args[0] as number) : await all[verb]!.apply(store, args);
    process.send?.({ id, answer });
  } catch (error) {
    process.send?.({ id, error: String(error) });
  }
});
process.on('disconnect', () => process.exit(0));
process.send?.({ id: 0, answer: String(process.pid) });
