import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openSqliteSessions } from '../src/io/sessions-sqlite.ts';
import { Feed } from '../src/feed.ts';
import { systemClock } from '@holdfast/core/engine';
import type { EventRow, RunEvent } from '../src/rules/events.ts';
import { modelOf, runtimeOf, says } from './kit.ts';
import { driveTeam } from './team-run.ts';

let root = '';
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'holdfast-kill-'));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

interface Life {
  readonly child: ChildProcess;
  /** The signal that ended it. */
  readonly over: Promise<string | null>;
}

function life(folder: string, scene: string, die: string): Life {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'team-run-worker.ts'), folder, scene, die], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  return { child, over: new Promise((resolve) => child.on('close', (_, signal) => resolve(signal))) };
}

async function rowsIn(folder: string): Promise<readonly EventRow[]> {
  const store = await openSqliteSessions({ folder, alive: () => false });
  const rows = await store.read('s', 0);
  await store.close();
  return rows;
}

const ranIn = (folder: string): readonly string[] =>
  existsSync(join(folder, 'ran')) ? readFileSync(join(folder, 'ran'), 'utf8').trim().split('\n') : [];

const results = (rows: readonly EventRow[]) =>
  rows.flatMap(({ event }) => (event.type === 'tool-result' ? [event] : [])) as readonly (RunEvent & { readonly type: 'tool-result' })[];

/** Every call of every path has one result, nothing unsafe ran twice, and every path has come to its end. */
function sound(rows: readonly EventRow[], ran: readonly string[]): void {
  expect(rows.map(({ seq }) => seq)).toEqual(rows.map((_, i) => i + 1));
  const asked = rows.flatMap(({ event }) =>
    event.type === 'model-reply' ? event.blocks.flatMap((block) => (block.type === 'tool-call' ? [block.id] : [])) : [],
  );
  for (const id of asked) {
    const own = results(rows).filter((event) => event.id === id);
    expect([id, own.length]).toEqual([id, 1]);
    const times = ran.filter((one) => one === id).length;
    if (!id.includes('safe')) expect([id, times]).toEqual([id, Math.min(times, 1)]);
    if (/once|alone|safe/.test(id) && own[0]?.how === 'done') expect([id, times]).not.toEqual([id, 0]);
    if (own[0]?.how === 'refused') expect([id, times]).toEqual([id, 0]);
  }
  const last = new Map(
    rows.filter(({ event }) => event.type === 'run-start' || event.type === 'run-end').map((row) => [row.path.join('/'), row.event]),
  );
  for (const [path, event] of last) expect([path, event]).toMatchObject([path, { type: 'run-end', why: 'done' }]);
}

/**
 * Appends of a scene that nobody kills, or one less: what goes on side by side may share one. Death is tried at every other one, after it and
 * before it in turn.
 */
const SCENES = { transfer: 13, background: 10, handoff: 7, compaction: 5 } as const;
const deaths = Object.entries(SCENES).flatMap(([scene, appends]) =>
  Array.from({ length: Math.ceil(appends / 2) }, (_, i) => [scene, i % 2 === 0 ? 2 * i + 1 : -(2 * i + 1)] as const),
);

describe('kill -9 of a team', () => {
  it.each(deaths)('%s, at append %i: what is left is done in another process, each tool once', async (scene, die) => {
    const folder = mkdtempSync(join(root, scene));
    expect(await life(folder, scene, String(die)).over).toBe('SIGKILL');
    expect(await driveTeam(folder, scene)).toMatchObject({ why: 'done', answer: 'the end' });
    const rows = await rowsIn(folder);
    sound(rows, ranIn(folder));
    if (scene === 'handoff') expect(rows.findLast(({ event }) => event.type === 'model-reply')?.event).toMatchObject({ agent: 'helper' });
    if (scene === 'compaction') expect(rows.filter(({ event }) => event.type === 'compaction')).toHaveLength(1);
  });

  it.each(Object.entries(SCENES))('%s has all the appends that were tried above', async (scene, appends) => {
    const folder = mkdtempSync(join(root, scene));
    const whole = await driveTeam(folder, scene);
    expect(whole).toMatchObject({ why: 'done', answer: 'the end' });
    expect(whole.appends).toBeOneOf([appends, appends + 1]);
    sound(await rowsIn(folder), ranIn(folder));
  });

  it('in the middle of a summary: it is made again, and stands once', async () => {
    const folder = mkdtempSync(join(root, 'summary'));
    expect(await life(folder, 'compaction', 'summary').over).toBe('SIGKILL');
    expect(await driveTeam(folder, 'compaction')).toMatchObject({ why: 'done', answer: 'the end' });
    const rows = await rowsIn(folder);
    sound(rows, ranIn(folder));
    expect(ranIn(folder).filter((one) => one === 'summary')).toHaveLength(2);
    expect(rows.filter(({ event }) => event.type === 'compaction')).toHaveLength(1);
  });
});

describe('kill -9 while somebody is asked', () => {
  /** The question, as another process sees it. */
  async function asked(folder: string): Promise<string> {
    const store = await openSqliteSessions({ folder, alive: () => true });
    for await (const { event } of new Feed(store, systemClock).follow('s', 0, new AbortController().signal)) {
      if (event.type !== 'question') continue;
      await store.close();
      return event.id;
    }
    throw new Error('nobody was asked');
  }

  it.each([
    ['approval', 'once-1', 'did once-1'],
    ['elicitation', 'asks-1', 'accept {"branch":"main"}'],
  ])('%s: what another process answers meanwhile is not lost', async (scene, id, output) => {
    const folder = mkdtempSync(join(root, scene));
    // It has to be there before somebody looks.
    const made = await openSqliteSessions({ folder, alive: () => true });
    await made.create({ id: 's', file: '/f', agent: 'root', cwd: '/', at: 0 });
    await made.close();
    const first = life(folder, scene, '0');
    const question = await asked(folder);
    first.child.kill('SIGKILL');
    expect(await first.over).toBe('SIGKILL');

    const store = await openSqliteSessions({ folder, alive: () => false });
    const other = runtimeOf({ model: modelOf(() => says('never asked')), store });
    expect(await other.pending('s')).toMatchObject([{ id: question, about: scene }]);
    await other.answer('s', question, { decision: 'allow', ...(scene === 'elicitation' && { content: { branch: 'main' } }) });
    await store.close();

    expect(await driveTeam(folder, scene)).toMatchObject({ why: 'done', answer: 'the end' });
    const rows = await rowsIn(folder);
    sound(rows, ranIn(folder));
    expect(results(rows)).toMatchObject([{ id, how: 'done', output }]);
    expect(ranIn(folder)).toEqual([id]);
    expect(rows.filter(({ event }) => event.type === 'answer')).toMatchObject([{ event: { id: question, decision: 'allow' } }]);
  });
});
