import { byTurn, gate, type Facts } from '@holdfast/lab';
import { describe, expect, it } from 'vitest';
import { Place } from './command.ts';

const echo = ({ turns }: Facts) => ({ text: `You said ${turns.findLast(({ role }) => role === 'user')?.text}.` });

describe.concurrent('--session', () => {
  it('no session of this file yet: 2, and says so', async () => {
    await using place = new Place();
    const east = await place.lab({ name: 'east', script: echo });
    const file = place.agent({ providers: [east] });
    const other = place.agent({ providers: [east] }, 'other.yaml');
    expect(await place.run(['run', other, 'hello'])).toMatchObject({ code: 0 });
    const { code, out, err } = await place.run(['run', file, '--session', '-1']);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toContain(`no session of ${file} yet`);
    expect(east.requests).toHaveLength(1);
  });

  it('a finished one prints its final answer again and asks nobody; -N counts back; an id and its beginning name one', async () => {
    await using place = new Place();
    const east = await place.lab({ name: 'east', script: echo });
    const file = place.agent({ providers: [east] });
    for (const word of ['one', 'two']) expect(await place.run(['run', file, word])).toMatchObject({ code: 0 });
    expect(await place.run(['run', file, '--session', '-1'])).toMatchObject({ code: 0, out: 'You said two.\n', err: '' });
    expect(await place.run(['run', 'agent.yaml', '--session=-2'])).toMatchObject({ code: 0, out: 'You said one.\n' });
    const { out } = await place.run(['sessions', '--json']);
    const heads = out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { id: string; title: string; status: string });
    expect(heads.map(({ title, status }) => [title, status])).toEqual([
      ['two', 'done'],
      ['one', 'done'],
    ]);
    expect(await place.run(['run', file, '--session', heads[1]!.id])).toMatchObject({ code: 0, out: 'You said one.\n' });
    expect(await place.run(['run', file, '--session', heads[1]!.id.slice(0, 8)])).toMatchObject({ code: 0, out: 'You said one.\n' });
    for (const ref of ['-3', 'nothing-like-it']) {
      const { code, err } = await place.run(['run', file, '--session', ref]);
      expect(code).toBe(2);
      expect(err).toContain(ref);
    }
    expect(east.requests).toHaveLength(2);
  });

  it('a session of another file is said to be, by its short ref', async () => {
    await using place = new Place();
    const east = await place.lab({ name: 'east', script: echo });
    const file = place.agent({ providers: [east] });
    const other = place.agent({ providers: [east] }, 'other.yaml');
    expect(await place.run(['run', other, 'hello'])).toMatchObject({ code: 0 });
    const ref = (await place.run(['sessions'])).out.split('\n')[1]!.split(' ')[0]!;
    expect(ref).toMatch(/^[\da-f]{8}$/);
    const { code, err } = await place.run(['run', file, '--session', ref]);
    expect(code).toBe(2);
    expect(err).toContain(`session "${ref}" is not of ${file} but of ${other}`);
    expect(await place.run(['run', other, '--session', ref])).toMatchObject({ code: 0, out: 'You said hello.\n' });
  });

  it('with a prompt it adds a turn to the same conversation', async () => {
    await using place = new Place();
    const east = await place.lab({ name: 'east', script: byTurn([echo, echo]) });
    const file = place.agent({ providers: [east] });
    await place.run(['run', file, 'one']);
    expect(await place.run(['run', file, '--session', '-1', 'two'])).toMatchObject({ code: 0, out: 'You said two.\n' });
    expect(east.requests[1]!.facts!.turns.filter(({ role }) => role !== 'system').map(({ text }) => text)).toEqual([
      'one',
      'You said one.',
      'two',
    ]);
    expect((await place.run(['sessions', 'list', '--json'])).out.trim().split('\n')).toHaveLength(1);
  });

  it('a session that a live process drives is busy: 4, naming the pid; it is free again when that process is gone', async () => {
    await using place = new Place();
    const held = gate('head');
    const east = await place.lab({ name: 'east', script: ({ nth }) => (nth === 1 ? { text: 'Slow.', gate: held } : { text: 'Second.' }) });
    const file = place.agent({ providers: [east] });
    const first = place.start(['run', file, 'one']);
    await held.reached;
    for (const more of [[], ['two']]) {
      const { code, out, err } = await place.run(['run', file, '--session', '-1', ...more]);
      expect({ code, out }).toEqual({ code: 4, out: '' });
      expect(err).toContain(String(first.pid));
    }
    expect((await place.run(['sessions'])).out).toMatch(/ running /);
    held.release();
    expect(await first.ended).toMatchObject({ code: 0, out: 'Slow.\n' });
    expect(east.requests).toHaveLength(1);
    expect(await place.run(['run', file, '--session', '-1', 'two'])).toMatchObject({ code: 0, out: 'Second.\n' });
  });
});

describe.concurrent('sessions', () => {
  it('list and show, for people and with --json; none yet; wrong words', async () => {
    await using place = new Place();
    const east = await place.lab({
      name: 'east',
      script: byTurn([{ text: 'Looking.', toolCalls: [{ name: 'read_file', args: { path: 'notes.txt' } }] }, { text: 'Forty-two.' }]),
    });
    place.write('notes.txt', '42');
    const file = place.agent({ providers: [east] });
    expect(await place.run(['sessions'])).toMatchObject({ code: 0, out: 'no sessions yet\n' });
    expect(await place.run(['sessions', 'show', '-1'])).toMatchObject({ code: 2 });
    await place.run(['run', file, 'What do the notes say?']);
    const { out } = await place.run(['sessions', 'list', '--file', file]);
    expect(out).toMatch(/^REF +UPDATED +STATUS +EVENTS +AGENT +TITLE\n[\da-f]{8} .* done .* root +What do the notes say\?\n$/);
    const shown = await place.run(['sessions', 'show', '-1']);
    expect(shown.code).toBe(0);
    expect(shown.out).toContain('> What do the notes say?');
    expect(shown.out).toContain('→ read_file path=notes.txt');
    expect(shown.out).toContain('✓ read_file: 42');
    expect(shown.out).toContain('Forty-two.');
    const rows = (await place.run(['sessions', 'show', '-1', '--json'])).out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { seq: number });
    expect(rows.map(({ seq }) => seq)).toEqual(rows.map((_, i) => i + 1));
    expect(await place.run(['sessions', 'sho'])).toMatchObject({ code: 2, out: '' });
  });
});
