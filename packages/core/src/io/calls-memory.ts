import { LIST_LIMIT, openOf, type CallFilter, type CallStore, type StoredCall } from '../calls.ts';
import type { CallRecord } from '../rules/record.ts';
import type { OpenCall } from '../sinks/sink-types.ts';

/** Records of the last calls of this process. */
export class MemoryCalls implements CallStore {
  readonly #calls = new Map<string, StoredCall>();
  readonly #messages = new Map<string, readonly unknown[]>();
  readonly #most: number;

  /** `most`: records that are kept. */
  constructor(most = 1_000) {
    this.#most = most;
  }

  opened(open: OpenCall): void {
    this.#put({ ...open, state: 'open' });
  }

  closed(record: CallRecord, messages?: readonly unknown[]): void {
    const { state: _, ...open } = this.#calls.get(record.id) ?? { ...openOf(record), state: 'open' };
    this.#put({ ...open, state: record.outcome, record });
    if (messages) this.#messages.set(record.id, messages);
  }

  list({ since, caller, under, session, model, failed, past, limit = LIST_LIMIT }: CallFilter = {}): readonly StoredCall[] {
    const asked = ({ target, record }: StoredCall): string => [target, ...(record?.attempts ?? []).map((one) => one.target)].join('\n');
    return [...this.#calls.values()]
      .filter(
        (call) =>
          (since === undefined || call.began >= since) &&
          (caller === undefined || call.caller === caller) &&
          (under === undefined || call.caller === under || (call.caller?.startsWith(`${under}/`) ?? false)) &&
          (session === undefined || call.session === session) &&
          (model === undefined || asked(call).toLowerCase().includes(model.toLowerCase())) &&
          (past === undefined || call.began < past.began || (call.began === past.began && call.id > past.id)) &&
          (!failed || (call.state !== 'open' && call.state !== 'done')),
      )
      .toSorted((a, b) => b.began - a.began || (a.id < b.id ? -1 : 1))
      .slice(0, limit);
  }

  find(id: string): readonly StoredCall[] {
    return [...this.#calls.values()].filter((call) => call.id.startsWith(id)).slice(0, 10);
  }

  messages(id: string): readonly unknown[] | undefined {
    return this.#messages.get(id);
  }

  close(): void {}

  #put(call: StoredCall): void {
    this.#calls.set(call.id, call);
    if (this.#calls.size <= this.#most) return;
    const oldest = this.#calls.keys().next().value!;
    this.#calls.delete(oldest);
    this.#messages.delete(oldest);
  }
}
