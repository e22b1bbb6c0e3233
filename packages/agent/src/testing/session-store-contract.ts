import type { Append, SessionStore, Writer } from '../ports.ts';
import type { RunEvent } from '../rules/events.ts';
import { isSessionError, type SessionErrorKind } from '../rules/session-error.ts';

/** One case of a contract, for any test runner. It rejects with what was wrong. */
export interface ContractCase {
  readonly name: string;
  readonly run: () => Promise<void>;
}

const HOW: Append = { run: 'r1', path: [], at: 1000 };
const ONE: Writer = { pid: 11, started: 'a', boot: 'x' };
const TWO: Writer = { pid: 22, started: 'b', boot: 'x' };
const ORIGIN = { place: 0, ref: 'p/m', entry: 'p', protocol: 'other', model: 'm', account: 'a' };

const say = (text: string, item?: string): RunEvent => ({ type: 'input', text, ...(item !== undefined && { item }) });
const note = (text: string): RunEvent => ({ type: 'notice', text });
const began: RunEvent = { type: 'run-start', agent: 'root', resumed: false };
const reply: RunEvent = {
  type: 'model-reply',
  turn: 1,
  blocks: [{ type: 'text', text: 'ünï\u0000\u2028 "quoted" 👩‍👩‍👧', meta: { vendor: { signature: 'x==' } } }],
  finish: 'stop',
  origin: ORIGIN,
  usage: { input: 3, output: 1 },
  call: 'call-1',
};

/**
 * What every session store does. `open` answers an empty store; the suite closes it.
 */
export function sessionStoreContract(open: (alive: (writer: Writer) => boolean) => Promise<SessionStore>): readonly ContractCase[] {
  return CASES.map(([name, check]) => ({
    name,
    run: async () => {
      const store = await open(() => true);
      try {
        await check(store);
      } finally {
        await store.close();
      }
    },
  }));
}

const created = async (store: SessionStore, id = 's', file = '/f.yaml', at = 500) => {
  await store.create({ id, file, agent: 'root', cwd: '/w', at });
  return id;
};

type Check = (store: SessionStore) => Promise<void>;
const CASES: readonly (readonly [string, Check])[] = [
  ['what was appended comes back as it was, in order, with its envelope', roundTrip],
  ['reads only what is after a cursor', afterCursor],
  ['the same append once more is no append', repeated],
  ['an append after anything but the last event is refused, and changes nothing', movedOn],
  ['of many appends after the same event one gets in', oneWins],
  ['a transaction is all or nothing', wholeBatch],
  ['an attempt belongs to the reply among the events', attempts],
  ['a session nobody created is missing', missing],
  ['the inbox keeps its order, and an item once put is not put twice', inboxOrder],
  ['an input that names an item consumes it, in the same transaction', consumes],
  ['heads tell title, last run and count, newest first, by file', heads],
  ['a live writer keeps others out, a dead one does not', locks],
  ['a lock given back is free, and giving it back twice takes nobody else’s', givesBack],
];

async function roundTrip(store: SessionStore) {
  const s = await created(store);
  same(await store.append(s, 0, [began, say('hi')], HOW), 2, 'last seq');
  same(await store.append(s, 2, [reply], { ...HOW, run: 'r2', path: ['root', 'sub'], at: 2000 }), 3, 'last seq');
  const common = { session: s, version: 1, at: 1000, run: 'r1', path: [] };
  same(
    await store.read(s, 0),
    [
      { ...common, seq: 1, event: began },
      { ...common, seq: 2, event: say('hi') },
      { ...common, seq: 3, event: reply, run: 'r2', path: ['root', 'sub'], at: 2000 },
    ],
    'rows',
  );
}

async function afterCursor(store: SessionStore) {
  const s = await created(store);
  await store.append(s, 0, [began, say('a'), note('b')], HOW);
  same(
    (await store.read(s, 2)).map(({ seq }) => seq),
    [3],
    'seqs',
  );
  same(await store.read(s, 3), [], 'rows past the end');
}

async function repeated(store: SessionStore) {
  const s = await created(store);
  await store.append(s, 0, [began], HOW);
  same(await store.append(s, 1, [say('a'), note('b')], HOW), 3, 'first time');
  same(await store.append(s, 1, [say('a'), note('b')], HOW), 3, 'second time');
  same(await store.append(s, 0, [began], HOW), 1, 'an older one');
  same((await store.read(s, 0)).length, 3, 'rows');
}

async function movedOn(store: SessionStore) {
  const s = await created(store);
  await store.append(s, 0, [began, note('a')], HOW);
  await refused('moved-on', store.append(s, 1, [note('b')], HOW));
  await refused('moved-on', store.append(s, 1, [note('a'), note('b')], HOW));
  await refused('moved-on', store.append(s, 3, [note('b')], HOW));
  same((await store.read(s, 0)).length, 2, 'rows');
}

async function oneWins(store: SessionStore) {
  const s = await created(store);
  const all = Array.from({ length: 8 }, (_, i) => store.append(s, 0, [note(`n${i}`)], HOW));
  const won = (await Promise.allSettled(all)).filter(({ status }) => status === 'fulfilled');
  same(won.length, 1, 'winners');
  same((await store.read(s, 0)).length, 1, 'rows');
}

async function wholeBatch(store: SessionStore) {
  const s = await created(store);
  await store.enqueue(s, { id: 'i1', kind: 'prompt', text: 'x', at: 1 });
  await store.append(s, 0, [began], HOW);
  await refused('moved-on', store.append(s, 0, [say('x', 'i1'), note('b')], HOW));
  same((await store.read(s, 0)).length, 1, 'rows');
  same((await store.inbox(s)).length, 1, 'items');
}

async function attempts(store: SessionStore) {
  const s = await created(store);
  await store.append(s, 0, [note('a'), reply], { ...HOW, attempt: 'r1:1.2' });
  same(
    (await store.read(s, 0)).map(({ attempt }) => attempt),
    [undefined, 'r1:1.2'],
    'attempts',
  );
}

async function missing(store: SessionStore) {
  await refused('missing', store.append('none', 0, [began], HOW));
  await refused('missing', store.enqueue('none', { id: 'i', kind: 'prompt', text: 'x', at: 1 }));
  await refused(
    'missing',
    store.lock('none', ONE, () => false),
  );
  same(await store.head('none'), undefined, 'head');
  same(await store.read('none', 0), [], 'rows');
  same(await store.inbox('none'), [], 'items');
}

async function inboxOrder(store: SessionStore) {
  const s = await created(store);
  const other = await created(store, 's2');
  await store.enqueue(s, { id: 'b', kind: 'prompt', text: 'first', at: 9 });
  await store.enqueue(s, { id: 'a', kind: 'steer', text: 'second', at: 1 });
  await store.enqueue(s, { id: 'b', kind: 'prompt', text: 'first', at: 9 });
  await store.enqueue(other, { id: 'b', kind: 'follow-up', text: 'theirs', at: 1 });
  same(
    await store.inbox(s),
    [
      { id: 'b', kind: 'prompt', text: 'first' },
      { id: 'a', kind: 'steer', text: 'second' },
    ],
    'items',
  );
}

async function consumes(store: SessionStore) {
  const s = await created(store);
  const other = await created(store, 's2');
  for (const session of [s, other]) await store.enqueue(session, { id: 'a', kind: 'prompt', text: 'x', at: 1 });
  await store.enqueue(s, { id: 'b', kind: 'steer', text: 'y', at: 2 });
  await store.append(s, 0, [began, say('x', 'a')], HOW);
  same(
    (await store.inbox(s)).map(({ id }) => id),
    ['b'],
    'items',
  );
  same(
    (await store.inbox(other)).map(({ id }) => id),
    ['a'],
    'items of the other',
  );
  await store.append(s, 2, [say('y', 'b')], HOW);
  same(await store.inbox(s), [], 'items');
}

async function heads(store: SessionStore) {
  const old = await created(store, 'old', '/f.yaml', 100);
  const young = await created(store, 'young', '/f.yaml', 200);
  await created(store, 'else', '/g.yaml', 300);
  await store.append(old, 0, [began, say('\n  Fix the tests\nplease'), say('more')], { ...HOW, at: 400 });
  same(
    (await store.list({})).map(({ id }) => id),
    ['old', 'else', 'young'],
    'order',
  );
  same(
    (await store.list({ file: '/f.yaml' })).map(({ id }) => id),
    ['old', 'young'],
    'of a file',
  );
  same(
    (await store.list({ limit: 1 })).map(({ id }) => id),
    ['old'],
    'limited',
  );
  const head = { id: 'old', file: '/f.yaml', agent: 'root', cwd: '/w', created: 100, updated: 400, title: 'Fix the tests', events: 3 };
  same(await store.head(old), { ...head, status: 'unfinished' }, 'head');
  same((await store.head(young))?.status, 'new', 'status');
  using _lock = await store.lock(old, ONE, () => true);
  same((await store.head(old))?.status, 'running', 'status');
  await store.append(old, 3, [{ type: 'run-end', why: 'out-of-turns' }], { ...HOW, at: 450 });
  same(await store.head(old), { ...head, events: 4, updated: 450, status: 'out-of-turns' }, 'head');
}

async function locks(store: SessionStore) {
  const s = await created(store);
  const other = await created(store, 's2');
  await store.lock(s, ONE, () => true);
  const error = await refused(
    'busy',
    store.lock(s, TWO, () => true),
  );
  same(error.facts.writer, ONE, 'holder');
  await store.lock(other, TWO, () => true);
  await store.lock(s, TWO, ({ pid }) => pid !== ONE.pid);
  await refused(
    'busy',
    store.lock(s, ONE, ({ pid }) => pid === TWO.pid),
  );
}

async function givesBack(store: SessionStore) {
  const s = await created(store);
  const first = await store.lock(s, ONE, () => true);
  first[Symbol.dispose]();
  await store.lock(s, TWO, () => true);
  first[Symbol.dispose]();
  await refused(
    'busy',
    store.lock(s, ONE, () => true),
  );
}

async function refused(kind: SessionErrorKind, work: Promise<unknown>) {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!isSessionError(error)) throw new Error(`expected a SessionError ${kind}, not ${String(error)}`, { cause: error });
  same(error.kind, kind, 'kind');
  return error;
}

/** Plain data only; keys in any order. */
function same(found: unknown, wanted: unknown, what: string): void {
  if (canonical(found) !== canonical(wanted)) throw new Error(`${what}: expected ${canonical(wanted)}, found ${canonical(found)}`);
}

const canonical = (value: unknown): string =>
  JSON.stringify(value, (_, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  ) ?? 'undefined';
