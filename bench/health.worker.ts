/** One of several processes that write into one state folder without a pause, until its parent is gone. */
import { processIdentity, SqliteHealth, systemClock, systemRandom, type Report } from '@holdfast/core/engine';

const { alive, owner } = processIdentity();
const store = new SqliteHealth({ folder: process.argv[2]!, owner, clock: systemClock, random: systemRandom, alive, say: () => {} });
const name = `writer-${process.pid}`;
process.on('disconnect', () => process.exit(0));
process.send?.('ready');

for (let n = 0; ; n++) {
  const now = systemClock.now();
  const target = { entry: name, model: `m${n % 50}`, credential: `${name}#K`, account: `${name}#K`, group: `m${n % 50}` };
  const report: Report = { outcome: { kind: 'overload', facts: {} }, verdict: 'fact', phase: 'end', began: now + 1e9, chance: 0 };
  await Promise.resolve(store.report(target, report, now)).catch(() => {});
  // About as many failures as a busy gateway meets in an outage: some hundreds a second for each process.
  await systemClock.sleep(2, new AbortController().signal);
}
