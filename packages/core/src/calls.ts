import type { MaybePromise } from './ports.ts';
import type { FailureKind } from './rules/failure.ts';
import type { CallRecord } from './rules/record.ts';
import type { OpenCall, RecordSink } from './sinks/sink-types.ts';

/** A call as it is kept. `open`: it goes on; `lost`: the process that made it died before it ended. */
export interface StoredCall extends OpenCall {
  readonly state: 'open' | 'lost' | 'done' | FailureKind;
  /** Absent while it is open, and for one that was lost. */
  readonly record?: CallRecord;
}

/** Every given one must hold. */
export interface CallFilter {
  /** Epoch ms at which it began, at the earliest. */
  readonly since?: number;
  readonly caller?: string;
  /** This caller and those below it (`ci` has `ci/nightly`). */
  readonly under?: string;
  readonly session?: string;
  /** A part of the name of a target that was asked. */
  readonly model?: string;
  /** Only calls that nobody answered, lost ones included. */
  readonly failed?: boolean;
  /** Only what comes after this one in a list: the next page. */
  readonly past?: { readonly began: number; readonly id: string };
  /** The newest so many; default 50. */
  readonly limit?: number;
}

/** Records of calls, kept. A `RecordSink` that can be read; adapters: memory, SQLite; both pass `callStoreContract`. */
export interface CallStore extends RecordSink {
  /** Newest first. */
  list(filter?: CallFilter): MaybePromise<readonly StoredCall[]>;
  /** The call whose id begins so; all of them where several do. */
  find(id: string): MaybePromise<readonly StoredCall[]>;
  /** What was asked, where that was kept. */
  messages(id: string): MaybePromise<readonly unknown[] | undefined>;
  close(): MaybePromise<void>;
}

export const LIST_LIMIT = 50;

/** What is kept of a call that was never seen to begin: nobody could be asked. */
export const openOf = (record: CallRecord): OpenCall => {
  const { id, chain, began, attempts, skips, caller, run, session, user, tool, trace } = record;
  const labels = Object.fromEntries(Object.entries({ caller, run, session, user, tool, trace }).filter(([, value]) => value !== undefined));
  return { id, chain, began, target: attempts[0]?.target ?? skips[0]?.target ?? '', ...labels };
};
