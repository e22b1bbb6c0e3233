import { existsSync, mkdtempSync, readFileSync, realpathSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { openSqliteSessions, type RunEvent } from '@holdfast/agent/engine';
import { byTurn, gate, type Facts } from '@holdfast/lab';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sessions as act } from '../src/commands/sessions.ts';
import type { SessionsOptions } from '../src/commands/sessions-desk.ts';
import { CommandError, type Context } from '../src/context.ts';
import { Place } from './command.ts';

const ORIGIN = { place: 0, ref: 'lab/one', entry: 'lab', protocol: 'other', model: 'one', account: 'a' };

let state = '';
beforeEach(() => {
  state = mkdtempSync(join(realpathSync(tmpdir()), 'holdfast-sessions-'));
});
afterEach(() => rmSync(state, { recursive: true, force: true }));

interface Head {
  readonly id: string;
  readonly title: string;
  readonly starred: boolean;
}

/** Sessions with what their user said, answered each time; the newest last. */
async function stored(...told: readonly (readonly string[])[]): Promise<readonly string[]> {
  const store = await openSqliteSessions({ folder: state, alive: () => false });
  for (const [n, prompts] of told.entries()) {
    const id = `session-${n}`;
    await store.create({ id, file: '/a.yaml', agent: 'root', cwd: '/', at: n });
    const events = prompts.flatMap((text, turn): readonly RunEvent[] => [
      { type: 'run-start', agent: 'root', resumed: false },
      { type: 'input', text },
      {
        type: 'model-reply',
        turn,
        blocks: [{ type: 'text', text: `You said ${text}.` }],
        finish: 'stop',
        origin: ORIGIN,
        usage: {},
        call: `c${turn}`,
      },
      { type: 'run-end', why: 'done' },
    ]);
    await store.append(
      id,
      0,
      events.map((event) => ({ event, run: `r${n}`, path: [] })),
      1000 + n,
    );
  }
  await store.close();
  return told.map((_, n) => `session-${n}`);
}

interface Said {
  readonly exit: number;
  readonly out: string;
  readonly err: string;
}

/** The command in this process. `answers`: what somebody at a terminal types. */
async function sessions(
  action: string,
  words: readonly string[] = [],
  options: Partial<SessionsOptions> & { readonly json?: boolean; readonly answers?: string[]; readonly tty?: boolean } = {},
): Promise<Said> {
  const { json = false, answers, tty = false, ...own } = options;
  const said = { out: '', err: '' };
  const context = {
    terminal: {
      outIsTty: tty,
      inIsTty: answers !== undefined,
      columns: () => 80,
      out: (text: string) => void (said.out += text),
      err: (text: string) => void (said.err += text),
      ask: async (question: string) => ((said.err += question), answers?.shift()),
    },
    state,
    json,
    program: 'holdfast',
    where: [],
    signal: new AbortController().signal,
  } as unknown as Context;
  try {
    return { exit: await act(context, { ...own, action, words }), ...said };
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    return { exit: error.exit, ...said, err: error.message };
  }
}

const parsed = <T>({ out }: Said): readonly T[] =>
  out
    .trim()
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as T);
const heads = async (options: Partial<SessionsOptions> = {}) => parsed<Head>(await sessions('list', [], { ...options, json: true }));
const titles = async (options: Partial<SessionsOptions> = {}) => (await heads(options)).map(({ title }) => title);

describe('holdfast sessions', () => {
  it('list: searched, starred, limited; titles and stars stay', async () => {
    await stored(['About apples'], ['About pears'], ['Nothing']);
    expect(await titles()).toEqual(['Nothing', 'About pears', 'About apples']);
    expect(await titles({ search: 'APPLES said' })).toEqual(['About apples']);
    expect(await titles({ limit: 1 })).toEqual(['Nothing']);
    expect(await sessions('star', ['-3', '-2'])).toEqual({ exit: 0, out: '', err: '' });
    expect(await titles({ starred: true })).toEqual(['About pears', 'About apples']);
    await sessions('unstar', ['-2']);
    expect(parsed<Head>(await sessions('title', ['-3', 'My', 'apples'], { json: true }))).toMatchObject([
      { title: 'My apples', starred: true },
    ]);
    expect((await sessions('list', [], { starred: true })).out).toMatch(/★ My apples\n$/);
    await sessions('title', ['-3', '']);
    expect(await titles({ starred: true })).toEqual(['About apples']);
    expect((await sessions('list', [], { search: 'plums' })).out).toBe('no such sessions\n');
  });

  it('P1, P3: branch: what came before a message, or all of it, of a session by its place or id; the original is as it was', async () => {
    const [id = ''] = await stored(['one', 'two']);
    const before = (await heads())[0];
    const made = await sessions('branch', ['-1'], { at: 2 });
    const own = made.out.trim();
    expect(made).toMatchObject({ exit: 0, err: `go on with: holdfast run /a.yaml --session ${own}\n` });
    expect((await sessions('show', [own])).out).toMatch(/> one\n\nYou said one\.\n$/);
    expect(parsed(await sessions('branch', ['-1'], { json: true }))).toMatchObject([
      { title: 'one (branch 2)', parent: own, status: 'done' },
    ]);
    expect((await heads()).find((head) => head.id === id)).toEqual(before);
    for (const at of [4, 0])
      expect(await sessions('branch', [id], { at })).toMatchObject({
        exit: 2,
        err: `--at: cannot branch at ${at}: a point from 1 to 3 of its messages is needed`,
      });
    expect(await sessions('branch', ['-9'])).toMatchObject({ exit: 2, err: expect.stringContaining('there are 3 sessions') });
  });

  it('export: to stdout or a file of one’s own, in three formats', async () => {
    await stored(['Say <b>hi</b>\u001b[2J']);
    expect((await sessions('export')).out).toContain('## User\n\nSay <b>hi</b>\u001b[2J\n');
    expect((await sessions('export', [], { tty: true })).out).not.toContain('\u001b');
    const file = join(state, 'out.html');
    expect(await sessions('export', ['-1'], { output: file })).toEqual({ exit: 0, out: '', err: '' });
    expect(readFileSync(file, 'utf8')).toContain('Say &lt;b&gt;hi&lt;/b&gt;');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(JSON.parse((await sessions('export', [], { format: 'json' })).out)).toMatchObject({ session: { id: 'session-0' } });
    expect(parsed<{ rows: object[] }>(await sessions('export', [], { json: true }))[0]?.rows).toHaveLength(4);
    expect(await sessions('export', [], { json: true, format: 'md' })).toMatchObject({ exit: 2, err: expect.stringContaining('-o FILE') });
    expect(await sessions('export', [], { format: 'pdf' })).toMatchObject({ exit: 2, err: expect.stringContaining('json, md or html') });
    const nowhere = join(state, 'no', 'such.md');
    expect(await sessions('export', [], { output: nowhere })).toMatchObject({ exit: 1, err: expect.stringContaining(nowhere) });
  });

  it('delete: asks, or is told --yes; all are found or none goes; by age starred ones stay', async () => {
    await stored(['one'], ['two'], ['three']);
    expect(await sessions('delete', ['-1'])).toMatchObject({ exit: 2, err: expect.stringContaining('--yes') });
    expect(await sessions('delete', ['-1', 'nothing-like-it'], { yes: true })).toMatchObject({
      exit: 2,
      err: expect.stringContaining('nothing-like-it'),
    });
    const asked = await sessions('delete', ['-1'], { answers: ['no'] });
    expect(asked).toMatchObject({ exit: 0, err: expect.stringMatching(/three\nDelete this session for good\? /) });
    await sessions('delete', ['-1', '-1'], { answers: [] });
    expect(await titles()).toEqual(['three', 'two', 'one']);
    await sessions('delete', ['-2'], { answers: ['Y'] });
    expect(await titles()).toEqual(['three', 'one']);
    expect(parsed(await sessions('delete', ['-1', 'session-2'], { yes: true, json: true }))).toEqual([{ deleted: 'session-2' }]);
    expect(await sessions('show', ['session-2'])).toMatchObject({ exit: 2 });
    await sessions('star', ['-1']);
    expect(await sessions('delete', [], { olderThan: '1h', yes: true })).toEqual({ exit: 0, out: '', err: 'nothing to delete\n' });
    await sessions('unstar', ['-1']);
    expect(await sessions('delete', [], { olderThan: '400000d', yes: true })).toMatchObject({ err: 'nothing to delete\n' });
    expect(await sessions('delete', [], { olderThan: '1h', yes: true })).toMatchObject({ exit: 0, err: '' });
    expect(await titles()).toEqual([]);
  });

  it.each([
    ['sow', [], {}, 'did you mean show?'],
    ['list', ['x'], {}, 'did you mean show?'],
    ['show', ['a', 'b'], {}, 'show takes one session, not 2'],
    ['title', ['-1'], {}, 'title REF TEXT'],
    ['title', ['-1', 'x'.repeat(201)], {}, '200 fit'],
    ['star', [], {}, 'star needs a session'],
    ['delete', [], { yes: true }, 'delete needs a session'],
    ['list', [], { search: ' ' }, '--search needs words'],
    ['delete', [], { olderThan: 'soon', yes: true }, 'no duration'],
    ['delete', ['-1'], { olderThan: '1d', yes: true }, 'either'],
    ['branch', ['-2'], {}, 'there is one session'],
  ] as const)('%s %s %o is wrong, and it is said how', async (action, words, options, wanted) => {
    await stored(['one']);
    expect(await sessions(action, words, options)).toMatchObject({ exit: 2, out: '', err: expect.stringContaining(wanted) });
    expect(await heads()).toHaveLength(1);
  });

  it('P7: a database of a newer version, or a damaged one, is refused and left alone', async () => {
    await stored(['one']);
    const file = join(state, 'sessions.db');
    const db = new DatabaseSync(file);
    db.exec('PRAGMA user_version = 200');
    db.close();
    const bytes = readFileSync(file);
    expect(await sessions('list')).toMatchObject({ exit: 1, err: expect.stringContaining('newer version') });
    expect(readFileSync(file).equals(bytes)).toBe(true);
    for (const side of ['-wal', '-shm']) if (existsSync(file + side)) rmSync(file + side);
    writeFileSync(file, 'x'.repeat(4096));
    expect(await sessions('list')).toMatchObject({ exit: 1, err: expect.stringContaining('cannot be read as a database of sessions') });
  });
});

describe('holdfast sessions beside a run', () => {
  const echo = ({ turns }: Facts) => ({ text: `You said ${turns.findLast(({ role }) => role === 'user')?.text}.` });

  it('a branch is gone on with like any session', async () => {
    await using place = new Place();
    const east = await place.lab({ name: 'east', script: echo });
    const file = place.agent({ providers: [east] });
    await place.run(['run', file, 'one']);
    await place.run(['run', file, '--session', '-1', 'two']);
    const { out: id } = await place.run(['sessions', 'branch', '-1', '--at', '2']);
    expect(await place.run(['run', file, '--session', id.trim(), 'three'])).toMatchObject({ code: 0, out: 'You said three.\n' });
    expect(
      east.requests
        .at(-1)!
        .facts!.turns.filter(({ role }) => role === 'user')
        .map(({ text }) => text),
    ).toEqual(['one', 'three']);
  });

  it('one that is driven is read meanwhile and busy to be deleted; by force its run ends with what happened', async () => {
    await using place = new Place();
    const held = gate('head');
    const east = await place.lab({ name: 'east', script: byTurn([() => ({ text: 'Slow.', gate: held })]) });
    const running = place.start(['run', place.agent({ providers: [east] }), 'one']);
    await held.reached;
    expect((await place.run(['sessions', 'export', '-1'])).out).toMatch(/- Status: running[^]*## User\n\none\n/);
    const busy = await place.run(['sessions', 'delete', '-1', '--yes']);
    expect(busy).toMatchObject({ code: 4, err: expect.stringMatching(new RegExp(`process ${running.pid}.*--force`)) });
    expect(await place.run(['sessions', 'delete', '-1', '--yes', '--force'])).toMatchObject({ code: 0 });
    held.release();
    expect(await running.ended).toMatchObject({ code: 2, err: expect.stringContaining('it was deleted while a run wrote to it') });
    expect((await place.run(['sessions', '--json'])).out).toBe('');
  });
});
