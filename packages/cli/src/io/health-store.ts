import {
  failOpen,
  processIdentity,
  SqliteAffinity,
  SqliteHealth,
  systemClock,
  systemRandom,
  SqliteMoving,
  type AffinityStore,
  type HealthStore,
  type MovingStore,
} from '@holdfast/core/engine';

/** The beliefs of a state folder, shared with every other holdfast process; its failures never stop a call. */
export function healthStore(folder: string, say: (line: string) => void): HealthStore {
  const { alive } = processIdentity();
  const store = new SqliteHealth({ folder, clock: systemClock, random: systemRandom, alive, say });
  return failOpen(store, { clock: systemClock, say });
}

/** Where conversations were answered, shared likewise (P8). */
export const affinityStore = (folder: string, say: (line: string) => void): AffinityStore =>
  new SqliteAffinity({ folder, clock: systemClock, say });

/** Which repairs models needed, shared likewise (T3). */
export const movingStore = (folder: string, say: (line: string) => void): MovingStore =>
  new SqliteMoving({ folder, clock: systemClock, say });
