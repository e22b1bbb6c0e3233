import { existsSync, readdirSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { groupAlive, openSqliteSessions, type EventRow } from '@holdfast/agent/engine';
import { byTurn, gate, type LabAnswer } from '@holdfast/lab';
import { describe, expect, it } from 'vitest';
import { childOf, Place, SCRIPT, until } from './command.ts';
import { reach, shell, STATES } from './interrupt-states.ts';

const rowsOf = async (place: Place): Promise<readonly EventRow[]> => {
  const store = await openSqliteSessions({ folder: place.state, alive: () => false });
  const [head] = await store.list({});
  const rows = head ? await store.read(head.id, 0) : [];
  await store.close();
  return rows;
};

const linkOf = (path: string): string | undefined => {
  try {
    return readlinkSync(path);
  } catch {
    return undefined;
  }
};

const groups = (rows: readonly EventRow[]) =>
  rows.flatMap(({ event }) => (event.type === 'tool-start' && event.process ? [event.process] : []));

describe.each([
  { signal: 'SIGINT', code: 130, states: STATES },
  { signal: 'SIGTERM', code: 143, states: STATES.filter(({ name }) => name.startsWith('in mid') || name === 'while a tool runs') },
  { signal: 'SIGHUP', code: 129, states: STATES.slice(0, 1) },
] as const)('$signal ends with $code', ({ signal, code, states }) => {
  it.each(states)('$name: the stop is recorded, nothing is left running, and the session goes on', async (state) => {
    await using place = new Place();
    const { running, file } = await reach(place, state);
    expect(await running.end(signal)).toMatchObject({ code, signal: null, out: '' });
    expect(running.err).not.toMatch(/defect|at .*\.ts:\d+/);
    const rows = await rowsOf(place);
    expect(rows.at(-1)!.event).toEqual({ type: 'run-end', why: 'stopped' });
    expect(groups(rows).filter(groupAlive)).toEqual([]);
    expect(groups(rows)).toHaveLength(state.name.includes('tool') ? 1 : 0);
    // What was told to rest still does, whoever asks.
    await place.run(['health', 'clear', 'east', '--config', file]);
    expect(await place.run(['run', file, '--session', '-1'])).toMatchObject({ code: 0, out: 'Done.\n' });
  });
});

describe('Ctrl-C', () => {
  it('while the prompt is read from stdin: 130, without a word of a defect', async () => {
    await using place = new Place();
    const file = place.agent({ providers: [await place.lab({ name: 'east' })] });
    const running = place.start(['run', file, '-'], { open: true });
    await running.type('Half a prompt. '.repeat(300_000));
    expect(await running.end('SIGINT')).toMatchObject({ code: 130, out: '', err: '' });
  });

  it.skipIf(process.platform !== 'linux')('while another process holds the sessions: 130, and nothing else is said', async () => {
    await using place = new Place();
    const file = place.agent({ providers: [await place.lab({ name: 'east' })] });
    const store = await openSqliteSessions({ folder: place.state, alive: () => false });
    await store.close();
    const path = join(place.state, 'sessions.db');
    const db = new DatabaseSync(path);
    db.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN IMMEDIATE');
    for (const args of [['run', file, 'Go'], ['sessions']]) {
      const running = place.start(args);
      const opened = () => readdirSync(`/proc/${running.pid}/fd`).some((fd) => linkOf(`/proc/${running.pid}/fd/${fd}`) === path);
      await until(opened);
      expect(await running.end('SIGINT')).toMatchObject({ code: 130, out: '', err: '' });
    }
    db.close();
  });

  it.skipIf(!SCRIPT)('at a question: the stop is recorded, nothing ran, and the question is asked again', async () => {
    await using place = new Place();
    const lab = await place.lab({ name: 'east', script: byTurn<LabAnswer>([shell('echo ran >> log'), { text: 'Done.' }]) });
    const file = place.agent({ providers: [lab] });
    const running = place.terminal(['run', file, 'Go']);
    await running.says('[a]lways shell');
    await running.type('\x03');
    const { code, out } = await running.ended;
    expect(code).toBe(130);
    expect(out).not.toMatch(/Warning|defect/);
    const rows = await rowsOf(place);
    expect(rows.at(-1)!.event).toEqual({ type: 'run-end', why: 'stopped' });
    const again = place.terminal(['run', file, '--session', '-1']);
    await again.says('[a]lways shell');
    await again.type('y\n');
    expect(await again.ended).toMatchObject({ code: 0, out: expect.stringContaining('Done.') });
    expect(place.read('log')).toBe('ran\n');
  });

  it.skipIf(!SCRIPT)('at the prompt of an interactive session, and once more after a stopped answer there: 130', async () => {
    await using place = new Place();
    const held = gate(3);
    const lab = await place.lab({
      name: 'east',
      script: ({ nth }) => (nth === 2 ? { text: 'A slow answer.', gate: held } : { text: 'Hello you.' }),
    });
    const file = place.agent({ providers: [lab] });
    const idle = place.terminal(['run', file]);
    await idle.says('> ');
    await idle.type('\x03');
    expect((await idle.ended).code).toBe(130);
    const busy = place.terminal(['run', file]);
    await busy.says('> ');
    await busy.type('Hi\n');
    await busy.says('Hello you.');
    await busy.says(/tokens in[^>]*> /);
    await busy.type('More\n');
    await held.reached;
    await busy.type('\x03');
    await busy.says(/stopped[^>]*> /);
    await busy.type('\x03');
    expect((await busy.ended).code).toBe(130);
    expect((await rowsOf(place)).at(-1)!.event).toEqual({ type: 'run-end', why: 'stopped' });
    expect(
      lab.requests
        .at(-1)!
        .facts!.turns.filter(({ role }) => role === 'user')
        .map(({ text }) => text),
    ).toEqual(['Hi', 'More']);
  });

  it.skipIf(!SCRIPT)('a terminal that goes away stops the run, which is recorded', async () => {
    await using place = new Place();
    const held = gate(3);
    const lab = await place.lab({ name: 'east', script: { text: 'A slow answer.', gate: held } });
    const running = place.terminal(['run', place.agent({ providers: [lab] }), 'Go']);
    await held.reached;
    const pid = childOf(running);
    await running.end('SIGKILL');
    await until(() => !existsSync(`/proc/${pid}`));
    expect((await rowsOf(place)).at(-1)!.event).toEqual({ type: 'run-end', why: 'stopped' });
  });
});
