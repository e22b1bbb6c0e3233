import type { SessionStore } from '../ports.ts';
import { INBOX_LIMIT } from '../rules/session-error.ts';
import { began, created, note, ONE, put, refused, replied, same, say, type Check } from './contract-kit.ts';

const CHILD = ['helper@c1'];
const ids = (heads: readonly { readonly id: string }[]) => heads.map(({ id }) => id);

/** What a store does with sessions as a whole: names, stars, deletion, search, a full inbox. */
export const KEEPING: readonly (readonly [string, Check])[] = [
  ['P4: a title and a star are stored without touching events, and an empty title is none', names],
  ['a session says what it was branched from, and is called what it was created with', branched],
  ['children change neither status nor title; all events are counted', children],
  ['an event keeps a time of its own', ownTime],
  ['a row that another version could read is told from one it could not', rowVersions],
  ['files of an item come back as they were', itemFiles],
  ['whatever names an item consumes it', consumesAll],
  ['a full inbox takes nothing but answers, drops nothing, and has room again when something was taken', fullInbox],
  ['a deleted session is gone with its events and items; others stay', deletes],
  ['a session that a live process drives is not deleted but by force; a dead writer keeps nothing', deletesBusy],
  ['who goes on writing to a deleted session is told so, and nothing of it is stored', writesOn],
  ['a search finds all words, anywhere in what was said, in any case, newest first', searches],
  ['a search does not find what nobody said, and takes no word for a pattern', searchesSaid],
];

async function names(store: SessionStore) {
  const s = await created(store);
  await put(store, s, 0, [began, say('First line')]);
  await store.update(s, { title: 'Mine', starred: true });
  const { title, starred, events } = (await store.head(s))!;
  same({ title, starred, events }, { title: 'Mine', starred: true, events: 2 }, 'head');
  await store.update(s, { starred: false });
  same((await store.head(s))?.title, 'Mine', 'title');
  same((await store.head(s))?.starred, false, 'star');
  await store.update(s, { title: '' });
  same((await store.head(s))?.title, 'First line', 'title');
  await refused('missing', store.update('none', { title: 'x' }));
}

async function branched(store: SessionStore) {
  await store.create({ id: 'b', file: '/f', agent: 'root', cwd: '/', at: 1, title: 'X (branched)', parent: 'a' });
  const { title, parent } = (await store.head('b'))!;
  same({ title, parent }, { title: 'X (branched)', parent: 'a' }, 'head');
  await put(store, 'b', 0, [began, say('else')]);
  same((await store.head('b'))?.title, 'X (branched)', 'title');
}

async function children(store: SessionStore) {
  const s = await created(store);
  await put(store, s, 0, [began], { path: CHILD });
  await put(store, s, 1, [say('what the child is told')], { path: CHILD });
  same((await store.head(s))?.status, 'new', 'status of a session whose root has not begun');
  await put(store, s, 2, [began, say('what the user says')]);
  await put(store, s, 4, [{ type: 'run-end', why: 'failed' }], { path: CHILD, at: 3000 });
  const { title, status, events, updated } = (await store.head(s))!;
  same({ title, status, events, updated }, { title: 'what the user says', status: 'unfinished', events: 5, updated: 3000 }, 'head');
  await put(store, s, 5, [{ type: 'run-end', why: 'done' }]);
  await put(store, s, 6, [note('late')], { path: CHILD });
  same((await store.head(s))?.status, 'done', 'status');
}

async function ownTime(store: SessionStore) {
  const s = await created(store);
  await store.append(
    s,
    0,
    [
      { event: began, run: 'r', path: [], at: 7 },
      { event: note('x'), run: 'r', path: [] },
    ],
    9,
  );
  same(
    (await store.read(s, 0)).map(({ at }) => at),
    [7, 9],
    'times',
  );
}

async function rowVersions(store: SessionStore) {
  const s = await created(store);
  await put(store, s, 0, [began, { type: 'tools-added', names: ['a'] }]);
  await put(store, s, 2, [say('x')], { path: CHILD });
  const rows = await store.read(s, 0);
  same(
    rows.map(({ event, path }) => [event.type, path]),
    [
      ['run-start', []],
      ['tools-added', []],
      ['input', CHILD],
    ],
    'rows',
  );
  same(await put(store, s, 1, [{ type: 'tools-added', names: ['a'] }]), 2, 'the same append again');
}

async function itemFiles(store: SessionStore) {
  const s = await created(store);
  const files = [{ mediaType: 'image/png', data: 'aGk=', name: 'a "b".png' }];
  await store.enqueue(s, { id: 'i', kind: 'steer', text: 'look', files, at: 1 });
  await store.enqueue(s, { id: 'j', kind: 'steer', text: 'on', at: 1 });
  same(
    await store.inbox(s),
    [
      { id: 'i', kind: 'steer', text: 'look', files },
      { id: 'j', kind: 'steer', text: 'on' },
    ],
    'items',
  );
}

async function consumesAll(store: SessionStore) {
  const s = await created(store);
  for (const id of ['a', 'b', 'c', 'd', 'e']) await store.enqueue(s, { id, kind: 'steer', text: '', at: 1 });
  await put(store, s, 0, [
    { type: 'answer', id: 'q', decision: 'deny', item: 'a' },
    { type: 'model-choice', agent: 'root', lasts: 'session', item: 'b' },
    { type: 'permissions', rules: {}, item: 'c' },
    { type: 'compaction', why: 'manual', summary: 's', keep: 1, item: 'd' },
  ]);
  same(ids(await store.inbox(s)), ['e'], 'items');
}

async function fullInbox(store: SessionStore) {
  const s = await created(store);
  for (let n = 0; n < INBOX_LIMIT; n++) await store.enqueue(s, { id: `i${n}`, kind: 'steer', text: `${n}`, at: n });
  const error = await refused('full', store.enqueue(s, { id: 'more', kind: 'follow-up', text: 'x', at: 1 }));
  if (!/wait|resume/.test(error.message)) throw new Error(`no way out in: ${error.message}`);
  await store.enqueue(s, { id: 'i3', kind: 'steer', text: '3', at: 3 });
  await store.enqueue(s, { id: 'yes', kind: 'answer', text: '{}', at: 1 });
  same((await store.inbox(s)).length, INBOX_LIMIT + 1, 'items');
  await put(store, s, 0, [say('0', 'i0')]);
  await store.enqueue(s, { id: 'more', kind: 'follow-up', text: 'x', at: 1 });
  await refused('full', store.enqueue(s, { id: 'and more', kind: 'prompt', text: 'x', at: 1 }));
}

async function deletes(store: SessionStore) {
  const s = await created(store);
  const other = await created(store, 'other');
  for (const id of [s, other]) {
    await put(store, id, 0, [began, say('x')]);
    await store.enqueue(id, { id: 'i', kind: 'steer', text: 'x', at: 1 });
  }
  await store.delete(s, { alive: () => true });
  same(await store.head(s), undefined, 'head');
  same(await store.read(s, 0), [], 'rows');
  same(await store.inbox(s), [], 'items');
  same(ids(await store.list({})), ['other'], 'list');
  same([(await store.read(other, 0)).length, (await store.inbox(other)).length], [2, 1], 'of the other');
  await refused('missing', store.delete(s, { alive: () => true }));
  await created(store);
  same(await put(store, s, 0, [began]), 1, 'a new one of the same name');
}

async function deletesBusy(store: SessionStore) {
  const s = await created(store);
  await store.lock(s, ONE, () => true);
  const error = await refused('busy', store.delete(s, { alive: () => true }));
  same(error.facts.writer?.pid, ONE.pid, 'pid');
  same((await store.head(s))?.id, s, 'head');
  await store.delete(s, { alive: () => true, force: true });
  same(await store.head(s), undefined, 'head');
  const again = await created(store);
  await store.lock(again, ONE, () => true);
  await store.delete(again, { alive: () => false });
  same(await store.head(again), undefined, 'head');
}

async function writesOn(store: SessionStore) {
  const s = await created(store);
  using _lock = await store.lock(s, ONE, () => true);
  await put(store, s, 0, [began, say('x')]);
  await store.delete(s, { alive: () => true, force: true });
  const alone = await refused('missing', put(store, s, 2, [note('one')]));
  if (!alone.message.includes('deleted')) throw new Error(`not said to be deleted: ${alone.message}`);
  await refused('missing', put(store, s, 2, [replied('two'), say('three', 'i')]));
  await refused('missing', store.enqueue(s, { id: 'i', kind: 'steer', text: '', at: 1 }));
  same([await store.read(s, 0), await store.inbox(s)], [[], []], 'what is left');
  same(await store.list({}), [], 'list');
}

async function searches(store: SessionStore) {
  for (const [n, id] of ['a', 'b', 'c'].entries()) await created(store, id, n < 2 ? '/f' : '/g', n);
  await put(store, 'a', 0, [began, say('Where is the Größe of the WIDGET?'), replied('In "src\\widget.ts".')], { at: 100 });
  await put(store, 'b', 0, [began, say('widget'), replied('100% done\nof it_all')], { at: 200 });
  await put(store, 'c', 0, [say('nothing')], { at: 300 });
  await store.update('c', { title: 'About a Widget' });
  same(ids(await store.search('widget', {})), ['c', 'b', 'a'], 'one word');
  same(ids(await store.search('widget', { limit: 2 })), ['c', 'b'], 'limited');
  same(ids(await store.search('widget', { file: '/f' })), ['b', 'a'], 'of a file');
  same(ids(await store.search('  GRÖSSE größe ', {})), [], 'a word that is not there');
  same(ids(await store.search('größe src\\widget', {})), ['a'], 'two words of two events');
  same(ids(await store.search('"src', {})), ['a'], 'a quote');
  same(ids(await store.search('about nothing', {})), ['c'], 'title and text');
}

async function searchesSaid(store: SessionStore) {
  const s = await created(store);
  const secret: typeof began = { type: 'tool-result', id: 'c', name: 'shell', output: 'needle', failed: false, how: 'done' };
  await put(store, s, 0, [began, say('100% of it_all'), { type: 'input', text: 'needle', hidden: true }, secret, replied('x')]);
  for (const nobody of ['needle', 'model-reply', 'text', 'i%a', 'it.all', 'itxall', 'call-1', '']) {
    same(ids(await store.search(nobody, {})), [], `"${nobody}"`);
  }
  same(ids(await store.search('0% it_', {})), [s], 'as they are');
}
