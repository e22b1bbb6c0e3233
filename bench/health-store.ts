/** The shared health store as a process of the bench opens it. */
import { processIdentity, SqliteHealth, systemClock, systemRandom, type Report, type ReportTarget } from '@holdfast/core/engine';

export const targetOf = (n: number): ReportTarget => ({
  entry: `entry-${n}`,
  model: 'small-1',
  credential: `entry-${n}#KEY`,
  account: `entry-${n}#KEY`,
  group: 'small-1',
});

/** A fact that sets a rest. */
export const overload = (now: number): Report => ({
  outcome: { kind: 'overload', facts: {} },
  verdict: 'fact',
  phase: 'end',
  began: now,
  chance: 0.5,
});

export const openHealth = (folder: string): SqliteHealth =>
  new SqliteHealth({ folder, clock: systemClock, random: systemRandom, alive: processIdentity().alive, say: console.error });
