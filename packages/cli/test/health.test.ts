import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { processIdentity, SqliteHealth, systemClock } from '@holdfast/core/engine';
import { gate, type LabAnswer, type LabProvider } from '@holdfast/lab';
import { describe, expect, it } from 'vitest';
import { events, lines, Place } from './command.ts';

/** East tells the first request to come back after two minutes; west answers. */
async function limited(place: Place): Promise<{ readonly east: LabProvider; readonly west: LabProvider; readonly file: string }> {
  const rule = { target: 'east', fault: { do: 'status', reason: 'rate-limit', retryAfter: 120 }, times: 1 } as const;
  const east = await place.lab({ name: 'east', script: { text: 'East.' }, outage: { rules: [rule] } });
  const west = await place.lab({ name: 'west', protocol: 'anthropic-messages', script: { text: 'West.' } });
  return { east, west, file: place.agent({ providers: [east, west], fallback: ['west/small-1'] }) };
}

const beliefs = async (place: Place) =>
  events((await place.run(['health', '--json'])).out) as { scope: string; belief: Record<string, unknown> }[];

describe.concurrent('health', () => {
  it('shows what rests, why and until when; another process does not ask it while another model is usable', async () => {
    await using place = new Place();
    const { east, west, file } = await limited(place);
    expect(await place.run(['health'])).toMatchObject({ code: 0, out: 'everything is usable: nothing rests\n', err: '' });
    expect(await place.run(['run', file, 'Hello'])).toMatchObject({ code: 0, out: 'West.\n' });
    const { out } = await place.run(['health']);
    expect(lines(out)).toEqual([
      expect.stringMatching(/^SCOPE +STATE +WHY +UNTIL +STRIKES$/),
      expect.stringMatching(/^account:east#LAB_KEY\/small-1 +resting \(told\) +rate-limit 429\b.* \d\d:\d\d(:\d\d)? \(in .+\) +1$/),
    ]);
    expect(await beliefs(place)).toEqual([
      { scope: 'account:east#LAB_KEY/small-1', belief: expect.objectContaining({ tag: 'resting', told: true, strikes: 1 }) },
    ]);
    const again = await place.run(['run', file, 'Hello']);
    expect(again).toMatchObject({ code: 0, out: 'West.\n' });
    expect(again.err).toMatch(/^east\/small-1 passed over: rate limited, resting for another .+$/m);
    expect([east.requests.length, west.requests.length]).toEqual([1, 2]);
  });

  it('a process that already runs sees at once what another was told', async () => {
    await using place = new Place();
    const held = gate('head');
    const first: LabAnswer = { toolCalls: [{ name: 'list_directory', args: { path: '.' } }] };
    const east = await place.lab({
      name: 'east',
      script: ({ nth }) => (nth === 1 ? { ...first, gate: held } : { text: 'East.' }),
      outage: { rules: [{ target: 'east', fault: { do: 'status', reason: 'rate-limit', retryAfter: 120 }, from: 2, times: 1 }] },
    });
    const west = await place.lab({ name: 'west', protocol: 'anthropic-messages', script: { text: 'West.' } });
    const file = place.agent({ providers: [east, west], fallback: ['west/small-1'] });
    const running = place.start(['run', file, 'Look']);
    await held.reached;
    expect(await place.run(['run', file, 'Hello'])).toMatchObject({ code: 0, out: 'West.\n' });
    held.release();
    expect(await running.ended).toMatchObject({ code: 0, out: 'West.\n' });
    expect([east.requests.length, west.requests.length]).toEqual([2, 2]);
  });

  it('clear lets it be asked again; set makes it rest by hand, for every process', async () => {
    await using place = new Place();
    const { east, file } = await limited(place);
    await place.run(['run', file, 'Hello']);
    expect(await place.run(['health', 'clear', 'account:east#LAB_KEY'])).toMatchObject({ code: 0, out: 'cleared 1 scope\n' });
    expect(await place.run(['run', file, 'Hello'])).toMatchObject({ code: 0, out: 'East.\n' });
    const set = await place.run(['health', 'set', 'east/small-1', '--reason', 'overload', '--for', '10m', '--config', file]);
    expect(set.out).toMatch(/^endpoint:east\/small-1 rests until \d\d:\d\d/);
    expect((await place.run(['health', 'status'])).out).toMatch(/^endpoint:east\/small-1 +by hand +overload .*\(in .+\)/m);
    expect(await place.run(['run', file, 'Hello'])).toMatchObject({ code: 0, out: 'West.\n' });
    expect(await place.run(['health', 'clear', 'east', '--config', file])).toMatchObject({ code: 0 });
    expect(await place.run(['run', file, 'Hello'])).toMatchObject({ code: 0, out: 'East.\n' });
    expect(east.requests).toHaveLength(3);
    expect(await beliefs(place)).toEqual([]);
  });

  it('clear takes what a library process wrote: by id as listed, by provider, by model', async () => {
    await using place = new Place();
    const { alive } = processIdentity();
    const seed = async (ids: readonly string[]): Promise<void> => {
      const store = new SqliteHealth({ folder: place.state, clock: systemClock, random: () => 0.5, alive, say: () => {} });
      const now = systemClock.now();
      for (const id of ids) await store.set(id, { until: now + 600_000, why: { kind: 'auth' } }, now);
      store.close();
    };
    const ids = ['credential:openai.chat/gpt-5#key', 'endpoint:openai.chat/gpt-5/gpt-5', 'account:openai.chat/gpt-5#key/gpt-5'];
    await place.run(['health']);
    const named = 'credential:openai/my fine-tune#key';
    await seed([...ids, named]);
    expect(await place.run(['health', 'clear', named])).toMatchObject({ code: 0, out: 'cleared 1 scope\n' });
    for (const what of ['openai', 'openai/gpt-5', 'openai.chat', 'openai.chat/gpt-5']) {
      await seed(ids);
      expect([what, await place.run(['health', 'clear', what])]).toEqual([
        what,
        expect.objectContaining({ code: 0, out: 'cleared 3 scopes\n' }),
      ]);
    }
    await seed(ids);
    for (const id of ids) expect(await place.run(['health', 'clear', id])).toMatchObject({ code: 0, out: 'cleared 1 scope\n' });
    expect(await beliefs(place)).toEqual([]);
  });

  it.each([
    { args: ['probe'], says: 'probe what? Name PROVIDER/MODEL' },
    { args: ['probe', 'nosuch/model'], says: 'nosuch' },
    { args: ['set', 'anthropic', '--reason', 'overlod', '--for', '10m'], says: 'did you mean overload?' },
    { args: ['set', 'anthropic', '--reason', 'overload', '--for', 'soon'], says: '--for: ' },
    { args: ['set', 'anthropic', '--reason', 'overload', '--for', '-5m'], says: '--for: ' },
    { args: ['set', 'anthropic', '--reason', 'overload'], says: '--for DURATION is needed' },
    { args: ['set', 'anthropic', '--for', '10m'], says: '--reason KIND is needed' },
    { args: ['set', 'anthropc', '--reason', 'overload', '--for', '10m'], says: 'did you mean "anthropic"?' },
    { args: ['set', 'anthropic/', '--reason', 'overload', '--for', '10m'], says: 'is no PROVIDER[/MODEL]' },
    { args: ['set'], says: 'Name PROVIDER' },
    { args: ['clear'], says: 'Name PROVIDER' },
    { args: ['clear', 'nobody'], says: 'no provider "nobody"' },
    { args: ['cler', 'anthropic'], says: 'did you mean clear?' },
    { args: ['set', 'anthropic', '--reason', 'overload', '--for', '10m', '--config', 'none.yaml'], says: 'none.yaml' },
  ])('$args: 2, and nothing is written', async ({ args, says }) => {
    await using place = new Place();
    const { code, out, err } = await place.run(['health', ...args]);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toContain(says);
    expect(existsSync(join(place.state, 'health.db')) ? await beliefs(place) : []).toEqual([]);
  });
});

describe.concurrent('config check', () => {
  it('a good file, a doubtful and a bad one: text and --json, 0 and 2', async () => {
    await using place = new Place();
    const good = place.agent({ providers: [await place.lab({ name: 'east' })] });
    const doubtful = place.write('doubtful.yaml', 'agents:\n  root:\n    model: openai/gpt-5\n    instructon: Be brief.\n');
    const bad = place.write(
      'bad.yaml',
      'agents:\n  root:\n    model: openai/gpt-5\n    max_iterations: many\n    toolsets:\n      - type: shel\n',
    );
    expect(await place.run(['config', 'check', good])).toMatchObject({ code: 0, out: `${good}: ok\n`, err: '' });
    const warned = await place.run(['config', 'check', doubtful]);
    expect(warned.code).toBe(0);
    expect(warned.out).toMatch(/doubtful\.yaml:4:5: warning: .*"?instructon"?.*instruction/);
    const refused = await place.run(['config', 'check', 'bad.yaml', good]);
    expect(refused.code).toBe(2);
    expect(refused.out).toMatch(/^bad\.yaml:4:\d+: error: .*max_iterations/m);
    expect(refused.out).toMatch(/^bad\.yaml:6:\d+: error: .*shel.*shell/m);
    const { code, out, err } = await place.run(['config', 'check', bad, good, '--json']);
    expect({ code, err }).toEqual({ code: 2, err: '' });
    const found = events(out);
    expect(found).toContainEqual(expect.objectContaining({ file: bad, line: 4, level: 'error' }));
    const run = await place.run(['run', bad, 'Hello']);
    expect(run).toMatchObject({ code: 2, out: '' });
    expect(run.err).toMatch(/bad\.yaml:4:\d+/);
  });
});
