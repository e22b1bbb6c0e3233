import type { Entry, SessionStore, Writer } from '../ports.ts';
import type { RunEvent } from '../rules/events.ts';
import { isSessionError, type SessionErrorKind } from '../rules/session-error.ts';

/** One case of a contract, for any test runner. It rejects with what was wrong. */
export interface ContractCase {
  readonly name: string;
  readonly run: () => Promise<void>;
}

export type Check = (store: SessionStore) => Promise<void>;

export const ONE: Writer = { pid: 11, started: 'a', boot: 'x' };
export const TWO: Writer = { pid: 22, started: 'b', boot: 'x' };

export const say = (text: string, item?: string): RunEvent => ({ type: 'input', text, ...(item !== undefined && { item }) });
export const note = (text: string): RunEvent => ({ type: 'notice', text });
export const began: RunEvent = { type: 'run-start', agent: 'root', resumed: false };
export const replied = (text: string): RunEvent & { readonly type: 'model-reply' } => ({
  type: 'model-reply',
  turn: 1,
  blocks: [{ type: 'text', text }],
  finish: 'stop',
  origin: { place: 0, ref: 'p/m', entry: 'p', protocol: 'other', model: 'm', account: 'a' },
  usage: { input: 3, output: 1 },
  call: 'call-1',
});

export const created = async (store: SessionStore, id = 's', file = '/f.yaml', at = 500) => {
  await store.create({ id, file, agent: 'root', cwd: '/w', at });
  return id;
};

/** Events of the root's run `r1`, at 1000, where nothing else is said. */
export function put(
  store: SessionStore,
  session: string,
  after: number,
  events: readonly RunEvent[],
  { at = 1000, ...how }: Partial<Omit<Entry, 'event'>> = {},
): Promise<number> {
  return store.append(
    session,
    after,
    events.map((event) => ({ run: 'r1', path: [], ...how, event })),
    at,
  );
}

export async function refused(kind: SessionErrorKind, work: Promise<unknown>) {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!isSessionError(error)) throw new Error(`expected a SessionError ${kind}, not ${String(error)}`, { cause: error });
  same(error.kind, kind, 'kind');
  return error;
}

/** Plain data only; keys in any order. */
export function same(found: unknown, wanted: unknown, what: string): void {
  if (canonical(found) !== canonical(wanted)) throw new Error(`${what}: expected ${canonical(wanted)}, found ${canonical(found)}`);
}

const canonical = (value: unknown): string =>
  JSON.stringify(value, (_, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  ) ?? 'undefined';
