import type { SessionStore, Writer } from '../ports.ts';
import type { RunEvent } from '../rules/events.ts';
import { VERSION } from '../rules/rows.ts';
import { began, created, note, ONE, put, refused, replied, same, say, TWO, type Check, type ContractCase } from './contract-kit.ts';
import { KEEPING } from './session-keeping-contract.ts';

export type { ContractCase };

const reply: RunEvent = {
  ...replied(''),
  blocks: [{ type: 'text', text: 'ünï\u0000\u2028 "quoted" 👩‍👩‍👧', meta: { vendor: { signature: 'x==' } } }],
};

/**
 * What every session store does. `open` answers an empty store; the suite closes it.
 */
export function sessionStoreContract(open: (alive: (writer: Writer) => boolean) => Promise<SessionStore>): readonly ContractCase[] {
  return [...CASES, ...KEEPING].map(([name, check]) => ({
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
  same(await put(store, s, 0, [began, say('hi')]), 2, 'last seq');
  same(await put(store, s, 2, [reply], { run: 'r2', path: ['root', 'sub'], at: 2000 }), 3, 'last seq');
  const common = { session: s, version: VERSION, at: 1000, run: 'r1', path: [] };
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
  await put(store, s, 0, [began, say('a'), note('b')]);
  same(
    (await store.read(s, 2)).map(({ seq }) => seq),
    [3],
    'seqs',
  );
  same(await store.read(s, 3), [], 'rows past the end');
}

async function repeated(store: SessionStore) {
  const s = await created(store);
  await put(store, s, 0, [began]);
  same(await put(store, s, 1, [say('a'), note('b')]), 3, 'first time');
  same(await put(store, s, 1, [say('a'), note('b')]), 3, 'second time');
  same(await put(store, s, 0, [began]), 1, 'an older one');
  same((await store.read(s, 0)).length, 3, 'rows');
}

async function movedOn(store: SessionStore) {
  const s = await created(store);
  await put(store, s, 0, [began, note('a')]);
  await refused('moved-on', put(store, s, 1, [note('b')]));
  await refused('moved-on', put(store, s, 1, [note('a'), note('b')]));
  await refused('moved-on', put(store, s, 3, [note('b')]));
  same((await store.read(s, 0)).length, 2, 'rows');
}

async function oneWins(store: SessionStore) {
  const s = await created(store);
  const all = Array.from({ length: 8 }, (_, i) => put(store, s, 0, [note(`n${i}`)]));
  const won = (await Promise.allSettled(all)).filter(({ status }) => status === 'fulfilled');
  same(won.length, 1, 'winners');
  same((await store.read(s, 0)).length, 1, 'rows');
}

async function wholeBatch(store: SessionStore) {
  const s = await created(store);
  await store.enqueue(s, { id: 'i1', kind: 'prompt', text: 'x', at: 1 });
  await put(store, s, 0, [began]);
  await refused('moved-on', put(store, s, 0, [say('x', 'i1'), note('b')]));
  same((await store.read(s, 0)).length, 1, 'rows');
  same((await store.inbox(s)).length, 1, 'items');
}

async function attempts(store: SessionStore) {
  const s = await created(store);
  await put(store, s, 0, [note('a'), reply], { attempt: 'r1:1.2' });
  same(
    (await store.read(s, 0)).map(({ attempt }) => attempt),
    [undefined, 'r1:1.2'],
    'attempts',
  );
}

async function missing(store: SessionStore) {
  await refused('missing', put(store, 'none', 0, [began]));
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
  await put(store, s, 0, [began, say('x', 'a')]);
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
  await put(store, s, 2, [say('y', 'b')]);
  same(await store.inbox(s), [], 'items');
}

async function heads(store: SessionStore) {
  const old = await created(store, 'old', '/f.yaml', 100);
  const young = await created(store, 'young', '/f.yaml', 200);
  await created(store, 'else', '/g.yaml', 300);
  await put(store, old, 0, [began, say('\n  Fix the tests\nplease'), say('more')], { at: 400 });
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
  const head = {
    id: 'old',
    file: '/f.yaml',
    agent: 'root',
    cwd: '/w',
    created: 100,
    updated: 400,
    title: 'Fix the tests',
    events: 3,
    starred: false,
  };
  same(await store.head(old), { ...head, status: 'unfinished' }, 'head');
  same((await store.head(young))?.status, 'new', 'status');
  using _lock = await store.lock(old, ONE, () => true);
  same((await store.head(old))?.status, 'running', 'status');
  await put(store, old, 3, [{ type: 'run-end', why: 'out-of-turns' }], { at: 450 });
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
