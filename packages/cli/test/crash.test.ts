import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { callsOf, groupAlive, openSqliteSessions, type EventRow, type ProcessStamp, type RunEvent } from '@holdfast/agent/engine';
import { byTurn, gate, type Facts, type LabAnswer, type LabProvider, type Script } from '@holdfast/lab';
import { describe, expect, it } from 'vitest';
import { childOf, lines, Place, SCRIPT, until, type Ended, type Running } from './command.ts';

/** Two commands that must not run twice, and a file that may be written again. */
const TOOLS: LabAnswer = {
  text: 'To work.',
  toolCalls: [
    { name: 'write_file', args: { path: 'made.txt', content: 'made' } },
    { name: 'shell', args: { cmd: 'echo one >> log' } },
  ],
};
const SCRIPTED: readonly LabAnswer[] = [TOOLS, { toolCalls: [{ name: 'shell', args: { cmd: 'echo two >> log' } }] }, { text: 'All done.' }];

/** Rows of that run when nobody kills it, a transaction a line. */
const WHOLE = [
  ['run-start', 'input'],
  ['model-reply', 'tool-start'],
  ['tool-result', 'tool-start'],
  ['tool-result'],
  ['model-reply', 'tool-start'],
  ['tool-result'],
  ['model-reply', 'run-end'],
];
const STEPS = WHOLE.flatMap((rows, index) => rows.map((type) => ({ type, before: WHOLE.slice(0, index).flat().length })));

async function rowsOf(place: Place): Promise<readonly EventRow[]> {
  const store = await openSqliteSessions({ folder: place.state, alive: () => false });
  const [head] = await store.list({});
  const rows = head ? await store.read(head.id, 0) : [];
  await store.close();
  return rows;
}

/**
 * The database of a place, with a trap: the transaction that inserts the row of that number never ends, so the process stands exactly
 * between two recorded steps until it is killed. What is in the database is then what a power cut there leaves.
 */
class Trap implements Disposable {
  readonly #db: DatabaseSync;

  private constructor(db: DatabaseSync) {
    this.#db = db;
  }

  static async open(place: Place): Promise<Trap> {
    const store = await openSqliteSessions({ folder: place.state, alive: () => false });
    await store.close();
    return new Trap(new DatabaseSync(join(place.state, 'sessions.db'), { timeout: 0 }));
  }

  set(seq: number): void {
    this.#db.exec(`CREATE VIEW endless AS WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n;
      CREATE TRIGGER trap BEFORE INSERT ON event WHEN NEW.seq = ${seq} BEGIN SELECT * FROM endless; END`);
  }

  clear(): void {
    this.#db.exec('DROP TRIGGER trap; DROP VIEW endless');
  }

  /** Holds the right to write, and cannot go on from `before` rows: it stands in the trap. */
  holds(before: number): boolean {
    const { rows, asked } = this.#db
      .prepare('SELECT (SELECT count(*) FROM event) AS rows, (SELECT count(*) FROM inbox) AS asked')
      .get() as {
      rows: number;
      asked: number;
    };
    // Before its first append a process writes other things, the prompt last.
    return rows === before && (rows > 0 || asked > 0) && this.#locked();
  }

  #locked(): boolean {
    try {
      this.#db.exec('BEGIN IMMEDIATE');
    } catch (error) {
      if ((error as { errcode?: number }).errcode === 5) return true;
      throw error;
    }
    this.#db.exec('ROLLBACK');
    return false;
  }

  [Symbol.dispose](): void {
    this.#db.close();
  }
}

const results = (rows: readonly EventRow[]) => rows.flatMap(({ event }) => (event.type === 'tool-result' ? [event] : []));
const starts = (rows: readonly EventRow[]) => rows.flatMap(({ event }) => (event.type === 'tool-start' ? [event] : []));
const count = (place: Place, word: string): number => existing(() => lines(place.read('log')), []).filter((line) => line === word).length;

function existing<T>(read: () => T, none: T): T {
  try {
    return read();
  } catch {
    return none;
  }
}

interface Life {
  readonly place: Place;
  readonly lab: LabProvider;
  readonly file: string;
}

async function begin(script: Script<LabAnswer, Facts> = byTurn(SCRIPTED)): Promise<Life & AsyncDisposable> {
  const place = new Place();
  const lab = await place.lab({ name: 'east', script });
  const file = place.agent({ providers: [lab], more: 'permissions:\n  allow: [write_file, shell]\n' });
  return { place, lab, file, [Symbol.asyncDispose]: () => place[Symbol.asyncDispose]() };
}

/** What must hold of every resumed run, wherever the one before it died with `before` recorded. */
async function expectSame({ place, lab }: Life, before: readonly EventRow[], ended: Ended): Promise<readonly EventRow[]> {
  expect(ended).toMatchObject({ code: 0, out: 'All done.\n' });
  const rows = await rowsOf(place);
  expect(rows.slice(0, before.length)).toEqual(before);
  expect(rows.map(({ seq }) => seq)).toEqual(rows.map((_, i) => i + 1));
  expect(rows.filter(({ event }) => event.type === 'run-end')).toHaveLength(1);
  const calls = rows.flatMap(({ event }) => (event.type === 'model-reply' ? callsOf(event.blocks) : []));
  expect(
    results(rows)
      .map(({ id }) => id)
      .toSorted(),
  ).toEqual(calls.map(({ id }) => id).toSorted());
  const { turns } = lab.requests.at(-1)!.facts!;
  for (const { id, name, input } of calls.filter((call) => call.name === 'shell')) {
    const result = results(rows).find((one) => one.id === id)!;
    const ran = count(place, input.includes('one') ? 'one' : 'two');
    const begun = starts(before).some((one) => one.id === id) && !results(before).some((one) => one.id === id);
    expect([name, result.how]).toEqual([name, begun ? 'unknown' : 'done']);
    if (begun) expect(ran).toBeLessThanOrEqual(1);
    else expect(ran).toBe(1);
    expect(turns.find(({ callId }) => callId === id)!.text.includes('Outcome unknown')).toBe(begun);
  }
  return rows;
}

interface Death {
  /** The row that is never recorded, and how many are there before its transaction. */
  readonly row: number;
  readonly before: number;
}

async function killed(life: Life, trap: Trap, { row, before }: Death, args: readonly string[]): Promise<readonly EventRow[]> {
  trap.set(row);
  const running = life.place.start(['run', life.file, ...args]);
  await Promise.race([until(() => trap.holds(before)), surprise(running)]);
  expect((await running.end('SIGKILL')).signal).toBe('SIGKILL');
  trap.clear();
  const rows = await rowsOf(life.place);
  expect(rows).toHaveLength(before);
  return rows;
}

const surprise = async (running: Running): Promise<never> => {
  const { code, err } = await running.ended;
  throw new Error(`it ended with ${code} and never came to that step: ${err}`);
};

describe('kill -9, then --session -1', () => {
  it('the run that nobody kills has the steps that are tried here', async () => {
    await using life = await begin();
    const ended = await life.place.run(['run', life.file, 'Go']);
    const rows = await expectSame(life, [], ended);
    expect(rows.map(({ event }) => event.type)).toEqual(STEPS.map(({ type }) => type));
    expect(life.place.read('made.txt')).toBe('made');
  });

  it.each(STEPS.map((step, index) => ({ row: index + 1, ...step })))(
    'while row $row ($type) is recorded: ends the same, nothing recorded is lost, no command runs twice',
    async (death) => {
      await using life = await begin();
      using trap = await Trap.open(life.place);
      const before = await killed(life, trap, death, ['Go']);
      // What may run again does exactly when its result was not recorded.
      rmSync(join(life.place.work, 'made.txt'), { force: true });
      await expectSame(life, before, await life.place.run(['run', life.file, '--session', '-1']));
      const written = results(before).some(({ name }) => name === 'write_file');
      expect(existing(() => life.place.read('made.txt'), 'gone')).toBe(written ? 'gone' : 'made');
    },
  );

  it('killed again while it goes on: what was told of the first crash is not asked or run again', async () => {
    await using life = await begin();
    using trap = await Trap.open(life.place);
    const first = await killed(life, trap, { row: 7, before: 6 }, ['Go']);
    const second = await killed(life, trap, { row: 9, before: 8 }, ['--session', '-1']);
    expect(second.slice(0, 6)).toEqual(first);
    expect(second.slice(6).map(({ event }) => event.type)).toEqual(['run-start', 'question']);
    const ended = await life.place.run(['run', life.file, '--session', '-1']);
    expect(ended).toMatchObject({ code: 0, out: 'All done.\n' });
    expect(results(await rowsOf(life.place)).map(({ how }) => how)).toEqual(['done', 'unknown', 'done']);
    expect([count(life.place, 'one'), count(life.place, 'two')]).toEqual([1, 1]);
  });

  it.each([1, 2, 3])('while request %i waits for its answer: it is asked again, and nothing else', async (nth) => {
    const held = gate('head');
    const scripted = byTurn(SCRIPTED);
    await using life = await begin((facts: Parameters<typeof scripted>[0]) => ({
      ...scripted(facts),
      ...(facts.nth === nth && { gate: held }),
    }));
    const running = life.place.start(['run', life.file, 'Go']);
    await held.reached;
    await running.end('SIGKILL');
    const before = await rowsOf(life.place);
    expect(before).toHaveLength([2, 7, 10][nth - 1]!);
    await expectSame(life, before, await life.place.run(['run', life.file, '--session', '-1']));
    expect(life.lab.requests).toHaveLength(4);
  });

  it('in mid-answer: the answer is asked for again and comes whole', async () => {
    const held = gate(2);
    await using life = await begin(({ nth }) => ({ text: 'All done.', ...(nth === 1 && { gate: held }) }));
    const running = life.place.start(['run', life.file, 'Go']);
    await held.reached;
    await running.end('SIGKILL');
    expect(await rowsOf(life.place)).toHaveLength(2);
    expect(await life.place.run(['run', life.file, '--session', '-1'])).toMatchObject({ code: 0, out: 'All done.\n' });
  });

  it('after the last row, before the answer is out: the answer is printed whole, and nobody is asked', async () => {
    const text = 'word '.repeat(60_000);
    await using life = await begin({ text, chunks: [text] });
    const running = life.place.start(['run', life.file, 'Go'], { unread: true });
    await life.lab.waitFor(({ state }) => state === 'done');
    const db = new DatabaseSync(join(life.place.state, 'sessions.db'), { readOnly: true });
    await until(() => db.prepare("SELECT 1 FROM event WHERE type = 'run-end'").get() !== undefined);
    db.close();
    await running.end('SIGKILL');
    const { code, out } = await life.place.run(['run', life.file, '--session', '-1']);
    expect(code).toBe(0);
    expect(out).toBe(`${text}\n`);
    expect(life.lab.requests).toHaveLength(1);
  });
});

/** A command that leaves its mark, says so, and then never ends. */
const ENDLESS = 'echo one >> log; echo up > up; sleep 60';

async function killedInTool(life: Life): Promise<readonly EventRow[]> {
  execFileSync('mkfifo', [join(life.place.work, 'up')]);
  const running = life.place.start(['run', life.file, 'Go']);
  await readFile(join(life.place.work, 'up'));
  await running.end('SIGKILL');
  return rowsOf(life.place);
}

const endless = byTurn<LabAnswer>([{ toolCalls: [{ name: 'shell', args: { cmd: ENDLESS } }] }, { text: 'All done.' }]);

const stampOf = (rows: readonly EventRow[]): ProcessStamp => {
  const start = rows.map(({ event }) => event).find((event): event is RunEvent & { type: 'tool-start' } => event.type === 'tool-start');
  return start!.process!;
};

describe('a process that outlived its run', () => {
  it('with nobody there it is killed and said, and the model is told that the outcome is unknown', async () => {
    await using life = await begin(endless);
    const before = await killedInTool(life);
    expect(groupAlive(stampOf(before))).toBe(true);
    const { code, out, err } = await life.place.run(['run', life.file, '--session', '-1']);
    expect({ code, out }).toEqual({ code: 0, out: 'All done.\n' });
    expect(groupAlive(stampOf(before))).toBe(false);
    expect(lines(err)).toContain('a process that shell had started before the restart was still running; it was killed');
    expect(err).not.toContain('[y]es');
    expect(life.lab.requests[1]!.facts!.turns.at(-1)!.text).toContain('Outcome unknown');
    expect(count(life.place, 'one')).toBe(1);
  });

  it.skipIf(!SCRIPT).each([
    { says: 'n', runs: 1 },
    { says: 'y', runs: 2 },
  ])('on a terminal the user is asked whether it runs again, --yolo or not: $says', async ({ says, runs }) => {
    await using life = await begin(endless);
    await killedInTool(life);
    const running = life.place.terminal(['run', life.file, '--session', '-1', '--yolo']);
    await running.says('Run it again?');
    expect(running.out).toMatch(/\? shell\s+cmd[=:][^?]*it may have run before the restart\s+Run it again\? \[y\]es, \[n\]o: /);
    await running.type(`${says}\n`);
    if (says === 'y') {
      await readFile(join(life.place.work, 'up'));
      await running.says(`→ shell cmd=${ENDLESS}`);
      await running.type('\x03');
      expect((await running.ended).code).toBe(130);
    } else {
      const { code, out } = await running.ended;
      expect(code).toBe(0);
      expect(out).toContain('All done.');
      expect(life.lab.requests[1]!.facts!.turns.at(-1)!.text).toContain('The user decided not to run it again');
    }
    expect(count(life.place, 'one')).toBe(runs);
  });
});

describe.skipIf(!SCRIPT)('a process killed while its question was open', () => {
  it.each([
    { says: 'y', how: 'done', runs: 1 },
    { says: 'n', how: 'refused', runs: 0 },
  ])('asks it again when somebody is there: $says', async ({ says, how, runs }) => {
    await using place = new Place();
    const script = byTurn<LabAnswer>([{ toolCalls: [{ name: 'shell', args: { cmd: 'echo one >> log' } }] }, { text: 'All done.' }]);
    const file = place.agent({ providers: [await place.lab({ name: 'east', script })] });
    const first = place.terminal(['run', file, 'Go']);
    await first.says('[a]lways shell');
    process.kill(childOf(first), 'SIGKILL');
    await first.ended;
    const before = await rowsOf(place);
    expect(before.at(-1)!.event.type).toBe('question');
    const again = place.terminal(['run', file, '--session', '-1']);
    await again.says('[a]lways shell');
    await again.type(`${says}\n`);
    expect(await again.ended).toMatchObject({ code: 0, out: expect.stringContaining('All done.') });
    const rows = await rowsOf(place);
    expect(rows.slice(0, before.length)).toEqual(before);
    expect(results(rows).map((result) => result.how)).toEqual([how]);
    expect(count(place, 'one')).toBe(runs);
  });
});
