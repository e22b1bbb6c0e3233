import type { CallRecord } from './rules/record.ts';

/** A call whose caller left rejects with the caller's own reason, which may be anything and belongs to him: its record lies beside his signal. */
const records = new WeakMap<AbortSignal, CallRecord>();

export const keepLeft = (signal: AbortSignal, record: CallRecord): void => void records.set(signal, record);

/** The record of the last call that was left by this signal. */
export const recordLeft = (signal: AbortSignal | undefined): CallRecord | undefined => signal && records.get(signal);
