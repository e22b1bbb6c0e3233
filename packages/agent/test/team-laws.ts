import { isDeepStrictEqual } from 'node:util';
import type { EventRow, RunEvent } from '../src/rules/events.ts';
import { callsOf, fold, START } from '../src/rules/fold.ts';
import { emptyTree, grow, pathOf, spentIn } from '../src/rules/tree.ts';
import { callKey, SESSION, type World } from './team-world.ts';

/** What must hold of every drill, whatever went wrong in it. Answers what does not. */
export async function broken(world: World): Promise<readonly string[]> {
  const rows = await world.store.read(SESSION, 0);
  return [
    ...world.wrong,
    ...numbered(rows),
    ...told(world, rows),
    ...everyCallOnce(world, rows),
    ...everyRunEnds(rows),
    ...folds(world, rows),
    ...paid(world, rows),
    ...heard(rows, await world.store.inbox(SESSION)),
    ...(world.tree.open.size > 0 ? [`questions nobody waits for are open: ${[...world.tree.open.keys()].join(', ')}`] : []),
  ];
}

const numbered = (rows: readonly EventRow[]): readonly string[] =>
  rows.every(({ seq }, i) => seq === i + 1) ? [] : [`seqs are ${rows.map(({ seq }) => seq).join(' ')}`];

/** Observers see what is stored, in order; of a row that was stored though the store said no, nothing is known. */
function told({ observed, scene }: World, rows: readonly EventRow[]): readonly string[] {
  const doubtful = scene.lives.some(({ faults, dieAfter, dieAt }) => faults.length > 0 || dieAfter !== null || dieAt !== null);
  const bad = observed.filter((row) => !isDeepStrictEqual(plain(rows[row.seq - 1]), plain(row)));
  const missed = doubtful ? [] : rows.filter(({ seq }) => !observed.some((row) => row.seq === seq));
  return [
    ...bad.map(({ seq }) => `row ${seq} was told otherwise than it is stored`),
    ...missed.map(({ seq }) => `row ${seq} was never told`),
  ];
}

const plain = (row: unknown): unknown => (row === undefined ? undefined : JSON.parse(JSON.stringify(row)));

function byPath(rows: readonly EventRow[]): ReadonlyMap<string, readonly RunEvent[]> {
  const all = new Map<string, RunEvent[]>();
  for (const { path, event } of rows) {
    const key = path.join('/');
    all.set(key, [...(all.get(key) ?? []), event]);
  }
  return all;
}

/** Every call has one result, and ran at most once unless that does no harm or the user said so. */
function everyCallOnce(world: World, rows: readonly EventRow[]): readonly string[] {
  const wrong: string[] = [];
  for (const [path, events] of byPath(rows)) {
    const asked = events.flatMap((event) => (event.type === 'model-reply' ? callsOf(event.blocks) : []));
    const results = events.filter((event) => event.type === 'tool-result');
    for (const { id } of results) if (!asked.some((one) => one.id === id)) wrong.push(`${path}|${id} has a result and was never called`);
    // Nobody goes on with a child that was stopped, or whose call has its result all the same.
    const left = path !== '' && (isStop(events.at(-1)) || world.abandoned(path.split('/')));
    const ids = asked.map(({ id }) => id);
    if (new Set(ids).size !== ids.length) wrong.push(`${path} has two calls of one name: ${ids.join(', ')}`);
    for (const { id, name } of asked) {
      const own = results.filter((event) => event.id === id);
      const key = callKey(path === '' ? [] : path.split('/'), id);
      const { times = 0 } = world.ran.get(key) ?? {};
      if (own.length !== 1 && (own.length > 1 || !left)) wrong.push(`${key} (${name}) has ${own.length} results`);
      const consents = allowances(events, id, 'may-have-run');
      if (name !== 'safe' && name !== 'asks' && times > 1 + consents)
        wrong.push(`${key} (${name}) ran ${times} times, ${consents} of them allowed`);
      if (own[0]?.how === 'refused' && times > 0) wrong.push(`${key} (${name}) was refused and ran ${times} times`);
      if (own[0]?.how === 'done' && events.every((event) => event.type !== 'tool-start' || event.id !== id))
        wrong.push(`${key} (${name}) is done and never began`);
    }
  }
  return wrong;
}

const isStop = (event: RunEvent | undefined): boolean => event?.type === 'run-end' && event.why === 'stopped';

function allowances(events: readonly RunEvent[], call: string, about: string): number {
  const questions = new Set(
    events.flatMap((event) =>
      event.type === 'question' && event.about === about && 'call' in event && event.call.id === call ? [event.id] : [],
    ),
  );
  return events.filter((event) => event.type === 'answer' && questions.has(event.id) && event.decision === 'allow').length;
}

/** Starts and ends take turns; a start without an end before it is one that broke off. No end leaves a question open but a stop. */
function everyRunEnds(rows: readonly EventRow[]): readonly string[] {
  const wrong: string[] = [];
  const runs = new Map<string, number>();
  const running = new Map<string, boolean>();
  const tree = emptyTree();
  for (const row of rows) {
    const key = row.path.join('/');
    grow(tree, row);
    const { event } = row;
    if (event.type === 'run-start') {
      if (running.get(key) && !event.resumed && row.path.length > 0) wrong.push(`row ${row.seq}: ${key} begins anew in the middle`);
      running.set(key, true);
      continue;
    }
    if (!running.get(key)) wrong.push(`row ${row.seq}: ${event.type} of ${key || 'the root'} outside of a run`);
    if (event.type !== 'run-end') continue;
    running.set(key, false);
    runs.set(row.run, (runs.get(row.run) ?? 0) + 1);
    const open = [...tree.open.values()].filter(({ path }) => path.join('/') === key);
    if (event.why !== 'stopped' && open.length > 0)
      wrong.push(`row ${row.seq}: ${key} ends with ${open.map(({ id }) => id).join(', ')} open`);
  }
  for (const [run, ends] of runs) if (ends > 1) wrong.push(`run ${run} has ${ends} ends`);
  return wrong;
}

/** What is known while it runs is what is read back. */
function folds(world: World, rows: readonly EventRow[]): readonly string[] {
  const again = emptyTree();
  for (const row of rows) grow(again, row);
  const wrong = isDeepStrictEqual(again, world.tree) ? [] : ['the tree read back is another'];
  for (const [key, state] of again.states) {
    const own = rows.filter(({ path }) => (path.length === 0 ? '' : JSON.stringify(path)) === key);
    if (
      !isDeepStrictEqual(
        own.reduce((before, { event }) => fold(before, event), START),
        state,
      )
    )
      wrong.push(`${key} folds to another state`);
    if (state.owed.length > 0 && (key === '' || !(state.ended?.why === 'stopped' || world.abandoned(pathOf(key)))))
      wrong.push(`${key || 'the root'} still owes ${state.owed.map(({ call }) => call.id).join(', ')}`);
  }
  return wrong;
}

/** What the tree says was spent is what replies, failures and summaries say; and with no deaths, no more and no less than models handed out. */
function paid({ tree, handed, scene, stops }: World, rows: readonly EventRow[]): readonly string[] {
  let [input, output] = [0, 0];
  for (const { event } of rows) {
    const usage = event.type === 'model-reply' ? (event.paid ?? event.usage) : 'usage' in event ? event.usage : undefined;
    input += usage?.input ?? 0;
    output += usage?.output ?? 0;
  }
  const all = spentIn(tree);
  const wrong = all.input === input && all.output === output ? [] : [`spent ${all.input}/${all.output}, in the log ${input}/${output}`];
  const whole = stops <= 2 && scene.lives.length === 0;
  if (whole ? handed.input !== input || handed.output !== output : handed.input < input || handed.output < output)
    wrong.push(`models handed out ${handed.input}/${handed.output}, in the log are ${input}/${output}`);
  return wrong;
}

/** What was said is heard once, and nothing is left but second answers. */
function heard(rows: readonly EventRow[], left: readonly { readonly kind: string; readonly id: string }[]): readonly string[] {
  const items = rows.flatMap(({ event }) => ('item' in event && event.item !== undefined ? [event.item] : []));
  const twice = items.filter((item, at) => items.indexOf(item) !== at);
  return [
    ...twice.map((item) => `${item} was heard twice`),
    ...left.filter(({ kind }) => kind !== 'answer').map(({ kind, id }) => `${kind} ${id} was never heard`),
  ];
}
