import { randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { byTurn, type LabAnswer, type LabProvider } from '@holdfast/lab';
import { describe, expect, it } from 'vitest';
import { lines, Place, type Ended } from './command.ts';

const MIB = 1024 * 1024;

const clean = ({ out, err }: Ended): void => expect(out + err).not.toMatch(/\n\s+at |defect of holdfast|node:internal/);

describe.concurrent('files', () => {
  it.each([
    { what: 'not YAML', bytes: 'agents:\n  root: {model: [openai/gpt-5\n', says: /file\.yaml:\d+:\d+: error: / },
    { what: 'binary', bytes: randomBytes(4096), says: /file\.yaml/ },
    { what: 'empty', bytes: '', says: /empty/ },
    { what: 'blank', bytes: '\n# nothing\n', says: /empty/ },
    { what: 'a list', bytes: '- a\n- b\n', says: /file\.yaml:1:1: error: / },
    { what: 'a word', bytes: 'hello', says: /file\.yaml:1:1: error: / },
    { what: 'larger than 4 MiB', bytes: Buffer.alloc(4 * MIB + 1, 'a'), says: /MiB/ },
    { what: 'without agents', bytes: 'agents: {}\n', says: /agents/ },
  ])('$what: 2 from run and from config check, and nothing is made', async ({ bytes, says }) => {
    await using place = new Place();
    place.write('file.yaml', bytes);
    const run = await place.run(['run', 'file.yaml', 'Hello']);
    expect(run).toMatchObject({ code: 2, out: '' });
    expect(run.err).toMatch(says);
    const check = await place.run(['config', 'check', 'file.yaml']);
    expect(check).toMatchObject({ code: 2 });
    expect(check.out).toMatch(says);
    [run, check].forEach(clean);
    expect(readdirSync(place.dir)).toEqual(['work']);
  });

  it('a folder, and none', async () => {
    await using place = new Place();
    mkdirSync(join(place.work, 'folder.yaml'));
    for (const name of ['folder.yaml', 'none.yaml']) {
      const run = await place.run(['run', name, 'Hello']);
      expect(run).toMatchObject({ code: 2, out: '' });
      expect(run.err).toContain(name);
      expect((await place.run(['config', 'check', name])).code).toBe(2);
    }
  });

  it.each([
    { what: 'no UTF-8', bytes: Buffer.from([0xff, 0xfe, 0x00, 0xd8]), says: 'is no UTF-8 text' },
    { what: 'larger than 4 MiB', bytes: Buffer.alloc(4 * MIB + 1, 'a'), says: 'is larger than 4 MiB' },
  ])('attached, $what: 2', async ({ bytes, says }) => {
    await using place = new Place();
    const file = place.agent({ providers: [await place.lab({ name: 'east' })] });
    place.write('attached', bytes);
    const ended = await place.run(['run', file, 'Hello', '--attach', 'attached']);
    expect(ended).toMatchObject({ code: 2, out: '' });
    expect(ended.err).toContain(`attached: ${says}`);
  });
});

describe.concurrent('a base URL that is no API', () => {
  it.each([200, 404, 502])('answers HTML with %i: failed, naming the provider and what to look at', async (status) => {
    await using place = new Place();
    const east = await place.lab({ name: 'east', outage: { rules: [{ target: '*', fault: { do: 'html', status } }] } });
    const ended = await place.run(['run', place.agent({ providers: [east], agent: '    fallback: { retries: -1 }\n' }), 'Hello']);
    expect([1, 75]).toContain(ended.code);
    expect(ended.out).toBe('');
    expect(ended.err).toMatch(/^failed: .*east\/small-1/m);
    expect(ended.err).toMatch(status === 502 ? /failing|server|overloaded|gateway/ : /web page|base URL/);
    clean(ended);
  });
});

/** What the command says when the state folder is as `spoil` left it, and that it works again once `mend` was called. */
async function spoiled(
  place: Place,
  spoil: () => void,
): Promise<{ readonly ended: Ended; readonly file: string; readonly lab: LabProvider }> {
  const lab = await place.lab({ name: 'east', script: { text: 'Here.' } });
  const file = place.agent({ providers: [lab] });
  expect(await place.run(['run', file, 'First'])).toMatchObject({ code: 0 });
  spoil();
  return { ended: await place.run(['run', file, 'Second']), file, lab };
}

describe.concurrent('the state folder', () => {
  it.each([['run', 'agent.yaml', 'Hello'], ['health'], ['sessions']])('a file in its place: 1, with the way out (%s)', async (...args) => {
    await using place = new Place();
    place.agent({ providers: [await place.lab({ name: 'east' })] });
    for (const state of [place.write('state', 'I am a file'), join(place.work, 'state', 'below')]) {
      const ended = await place.run([...args, '--state', state]);
      expect(ended).toMatchObject({ code: 1, out: '' });
      expect(ended.err).toContain(state);
      expect(ended.err).toContain('--state DIR');
      clean(ended);
    }
    expect(place.read('state')).toBe('I am a file');
  });

  it('sessions.db held by another process: 4 after a patient wait, and nothing is lost', async () => {
    await using place = new Place();
    let db: DatabaseSync | undefined;
    const { ended, file, lab } = await spoiled(place, () => {
      db = new DatabaseSync(join(place.state, 'sessions.db'));
      db.exec('BEGIN IMMEDIATE');
    });
    db?.exec('ROLLBACK');
    db?.close();
    expect(ended).toMatchObject({ code: 4, out: '' });
    expect(ended.err).toContain('sessions.db is locked');
    clean(ended);
    expect(lab.requests).toHaveLength(1);
    expect(await place.run(['run', file, '--session', '-1'])).toMatchObject({ code: 0, out: 'Here.\n' });
  });

  it('a corrupt sessions.db: 1, with the way out, and not a byte of it is changed', async () => {
    await using place = new Place();
    const path = join(place.state, 'sessions.db');
    const bytes = randomBytes(8192);
    const { ended, lab } = await spoiled(place, () => writeFileSync(path, bytes));
    expect(ended).toMatchObject({ code: 1, out: '' });
    expect(ended.err).toContain(`${path} cannot be read as a database of sessions`);
    expect(ended.err).toContain('Move it aside');
    clean(ended);
    for (const args of [['sessions'], ['sessions', 'show', '-1']]) expect((await place.run(args)).code).toBe(1);
    expect(readFileSync(path).equals(bytes)).toBe(true);
    expect(lab.requests).toHaveLength(1);
    expect((await place.run(['health'])).code).toBe(0);
  });

  it('a sessions.db of a newer version: 1, saying so, unchanged', async () => {
    await using place = new Place();
    const path = join(place.state, 'sessions.db');
    const version = (set?: number): unknown => {
      const db = new DatabaseSync(path);
      if (set !== undefined) db.exec(`PRAGMA user_version = ${set}`);
      const { user_version } = db.prepare('PRAGMA user_version').get() as { user_version: number };
      db.close();
      return user_version;
    };
    const { ended } = await spoiled(place, () => version(90_000));
    expect(ended).toMatchObject({ code: 1, out: '' });
    expect(ended.err).toContain('was written by a newer version of holdfast');
    expect(version()).toBe(90_000);
    clean(ended);
  });

  it('a corrupt health.db is moved aside and said once; the run works, and so does the next', async () => {
    await using place = new Place();
    const { ended, file } = await spoiled(place, () => {
      for (const name of readdirSync(place.state).filter((one) => one.startsWith('health.db')))
        writeFileSync(join(place.state, name), randomBytes(8192));
    });
    expect(ended).toMatchObject({ code: 0, out: 'Here.\n' });
    expect(lines(ended.err).filter((line) => line.includes('health file'))).toHaveLength(1);
    expect(readdirSync(place.state).some((name) => name.startsWith('health.db.corrupt-'))).toBe(true);
    expect(await place.run(['run', file, 'Third'])).toMatchObject({ code: 0, err: expect.not.stringContaining('health') });
  });
});

const asks = (...toolCalls: NonNullable<LabAnswer['toolCalls']>) => byTurn<LabAnswer>([{ toolCalls }, { text: 'Understood.' }]);
const toolTexts = (lab: LabProvider): readonly string[] =>
  lab.requests
    .at(-1)!
    .facts!.turns.filter(({ role }) => role === 'tool')
    .map(({ text }) => text);

describe.concurrent('tools', () => {
  it('a tool that does not exist, and arguments that are not JSON, go back to the model as errors', async () => {
    await using place = new Place();
    const script = asks(
      { name: 'no_such_tool', args: {} },
      { name: 'read_file', args: '{"path": "notes' },
      { name: 'read_file', args: '["notes.txt"]' },
      { name: 'read_file', args: { pth: 'notes.txt' } },
      { name: 'read_file', args: { path: 'notes.txt' } },
    );
    place.write('notes.txt', '42');
    for (const protocol of ['openai-chat', 'anthropic-messages'] as const) {
      const lab = await place.lab({ name: 'east', protocol, script });
      const ended = await place.run(['run', place.agent({ providers: [lab] }), 'Go']);
      expect(ended).toMatchObject({ code: 0, out: 'Understood.\n' });
      const told = toolTexts(lab);
      expect(told).toHaveLength(5);
      expect(told[0]).toMatch(/'no_such_tool' does not exist.*read_file/s);
      expect(told[1]).toMatch(/JSON/);
      expect(told[2]).toMatch(/object/);
      expect(told[3]).toMatch(/path/);
      expect(told[4]).toContain('42');
      clean(ended);
    }
  });

  it('a command that prints 100 MB is cut and goes on; one that never ends is ended at its time limit', async () => {
    await using place = new Place();
    const lab = await place.lab({
      name: 'east',
      script: asks(
        { name: 'shell', args: { cmd: 'yes 0123456789 | head -c 100000000; echo the end' } },
        { name: 'shell', args: { cmd: 'echo begun; sleep 1000', timeout: 1 } },
      ),
    });
    const ended = await place.run(['run', place.agent({ providers: [lab] }), 'Go', '--yolo']);
    expect(ended).toMatchObject({ code: 0, out: 'Understood.\n' });
    const [large, endless] = toolTexts(lab);
    expect(large!.length).toBeLessThan(100_000);
    expect(large).toMatch(/^0123456789\n/);
    expect(large).toContain('the end');
    expect(endless).toMatch(/begun[^]*ended after 1 s, its time limit/);
    // The whole output is kept for who wants to read it, up to what a tool holds of it.
    expect(place.stateFiles().reduce((sum, { bytes }) => sum + bytes.length, 0)).toBeLessThan(12 * MIB);
    clean(ended);
  });
});
