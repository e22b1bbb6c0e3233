import type { CallFilter, CallStore, StoredCall } from '@holdfast/core/engine';
import { CommandError, EXIT } from './context.ts';

/** `-1` is the newest call that fits the filter, `-2` the one before; anything else is an id or the beginning of one. */
export async function findCall(store: CallStore, ref: string, filter: CallFilter): Promise<StoredCall> {
  if (/^-\d+$/.test(ref)) return counted(store, ref, filter);
  const found = ref.length < 4 ? [] : await store.find(ref);
  const [first] = found;
  if (first && (found.length === 1 || found.every(({ id }) => id !== ref))) {
    if (found.length === 1) return first;
    throw new CommandError(EXIT.usage, `"${ref}" is the beginning of ${found.length} calls; \`holdfast calls\` lists them`);
  }
  const exact = found.find(({ id }) => id === ref);
  if (exact) return exact;
  throw new CommandError(EXIT.usage, `no call "${ref}"; \`holdfast calls\` lists them`);
}

async function counted(store: CallStore, ref: string, filter: CallFilter): Promise<StoredCall> {
  const back = -Number(ref);
  if (back < 1) throw new CommandError(EXIT.usage, `no call ${ref}: the newest is -1`);
  const calls = await store.list({ ...filter, limit: back });
  const call = calls[back - 1];
  if (call) return call;
  const many = calls.length === 1 ? 'there is one call' : `there are ${calls.length} calls`;
  throw new CommandError(EXIT.usage, calls.length === 0 ? 'no calls yet' : `no call ${ref}: ${many}; the newest is -1`);
}
