import { processIdentity, SqliteCalls, systemClock, type CallStore } from '@holdfast/core/engine';

export interface CallStoreOptions {
  readonly say: (line: string) => void;
  /** Ms. */
  readonly keep?: number;
  readonly keepPrompts?: number;
}

/** The records of a state folder, shared with every other holdfast process; what cannot be kept stops no call. */
export const callStore = (folder: string, { say, ...kept }: CallStoreOptions): CallStore =>
  new SqliteCalls({ folder, clock: systemClock, ...processIdentity(), say, ...kept });
