import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gate } from '@holdfast/lab';
import { describe, expect, it } from 'vitest';
import { events, KEY, lines, Place } from './command.ts';

interface Listed {
  readonly id: string;
  readonly state: string;
  readonly session: string;
  readonly record?: { readonly attempts: readonly { readonly target: string; readonly failure?: object }[]; readonly outcome: string };
}

/** East is overloaded whenever it is asked; west answers. */
async function outage(place: Place) {
  const east = await place.lab({ name: 'east', script: { fault: { do: 'status', status: 529 } } });
  const west = await place.lab({
    name: 'west',
    protocol: 'anthropic-messages',
    script: { text: 'West.', usage: { input: 1000, output: 50 } },
  });
  const more = 'models:\n  paid: { provider: west, model: small-1, cost: { input: 2, output: 10 } }\n';
  return { east, west, file: place.agent({ providers: [east, west], fallback: ['paid'], more }) };
}

const listed = async (place: Place, ...args: string[]) =>
  events((await place.run(['calls', 'list', '--json', ...args])).out) as unknown as readonly Listed[];

describe.concurrent('calls', () => {
  it('every call leaves a record: who was tried, why, how long, at what cost; without a word of what was asked', async () => {
    await using place = new Place();
    const { file } = await outage(place);
    expect(await place.run(['calls'])).toMatchObject({ code: 0, out: 'no calls\n', err: '' });
    expect(await place.run(['run', file, 'tell nobody'])).toMatchObject({ code: 0, out: 'West.\n' });
    const { out } = await place.run(['calls']);
    expect(lines(out)).toEqual([
      expect.stringMatching(/^REF +BEGAN +STATE +TOOK +COST +TRIES +TIER +ASKED$/),
      expect.stringMatching(/^[0-9a-f]{8} +\d\d:\d\d:\d\d +done +[\d.]+ m?s +\$0\.0025 +\d +root +east\/small-1 → west\/small-1$/),
    ]);
    const shown = await place.run(['calls', 'show', '-1']);
    expect(lines(shown.out)).toEqual([
      expect.stringMatching(/^call [0-9a-f-]{36} · root · done by west\/small-1 · /),
      expect.stringMatching(/^ {2}session .+ · run .+$/),
      expect.stringMatching(/^ {2}1 {2}east\/small-1: .*\(529\).*$/),
      expect.stringMatching(/^ {2}2 {2}east\/small-1: /),
      expect.stringMatching(/^ {2}3 {2}east\/small-1: /),
      expect.stringMatching(/^ {2}4 {2}west\/small-1: answered, 1,000 tokens in, 50 out, \$0\.0025 \(.*first content after .*\)$/),
      '  answer: 1,000 tokens in, 50 out',
      '  paid: 1,000 tokens in, 50 out, $0.0025',
    ]);
    const [call] = await listed(place);
    expect(call).toMatchObject({ state: 'done', record: { attempts: [{}, {}, {}, { target: 'west/small-1' }], usd: 0.0025 } });
    expect(await place.run(['calls', 'show', call!.id.slice(0, 8), '--json'])).toMatchObject({ code: 0, out: `${JSON.stringify(call)}\n` });
    for (const { path, mode, bytes } of place.stateFiles()) {
      expect(mode & 0o077).toBe(0);
      if (!path.includes('calls.db')) continue;
      expect(bytes.includes('tell nobody')).toBe(false);
      expect(bytes.includes('Be brief')).toBe(false);
      expect(bytes.includes(KEY)).toBe(false);
    }
  });

  it('filters: --failed, --model, --since, --session, --limit', async () => {
    await using place = new Place();
    const east = await place.lab({ name: 'east', script: { fault: { do: 'status', status: 401 } } });
    const west = await place.lab({ name: 'west', script: { text: 'West.' } });
    const bad = place.agent({ providers: [east] }, 'bad.yaml');
    const good = place.agent({ providers: [west] }, 'good.yaml');
    expect((await place.run(['run', bad, 'Hello'])).code).not.toBe(0);
    await place.run(['run', good, 'Hello']);
    await place.run(['run', good, 'Hello']);
    expect((await listed(place)).map(({ state }) => state)).toEqual(['done', 'done', 'auth']);
    expect((await listed(place, '--failed')).map(({ state }) => state)).toEqual(['auth']);
    expect(await listed(place, '--model', 'WEST/')).toHaveLength(2);
    expect(await listed(place, '--limit', '1')).toHaveLength(1);
    expect(await listed(place, '--since', '1h')).toHaveLength(3);
    expect(await listed(place, '--since', '2020-01-01')).toHaveLength(3);
    expect(await listed(place, '--since', '0s')).toHaveLength(0);
    const [first] = await listed(place);
    expect(await listed(place, '--session', first!.session)).toHaveLength(1);
    const newestFailed = await place.run(['calls', 'show', '-1', '--failed']);
    expect(newestFailed.out).toMatch(/· auth · /);
    expect(newestFailed.out).toMatch(/1 {2}east\/small-1: .*\(401\)/);
  });

  it('a call of a process that was killed is lost; of one that lives, open', async () => {
    await using place = new Place();
    const held = gate('head');
    const east = await place.lab({ name: 'east', script: { text: 'East.', gate: held } });
    const file = place.agent({ providers: [east] });
    const running = place.start(['run', file, 'Hello']);
    await held.reached;
    const seen = async (state: string): Promise<void> => {
      while (!(await listed(place)).some((call) => call.state === state));
    };
    await seen('open');
    expect((await place.run(['calls', 'show', '-1'])).out).toMatch(/it goes on; east\/small-1 was asked first/);
    expect(await listed(place, '--failed')).toEqual([]);
    await running.end('SIGKILL');
    expect(await listed(place, '--failed')).toMatchObject([{ state: 'lost' }]);
    expect((await place.run(['calls', 'show', '-1'])).out).toMatch(/died while it went on/);
    held.release();
  });

  it('what was asked is kept only where the file says so', async () => {
    await using place = new Place();
    const east = await place.lab({ name: 'east', script: { text: 'East.' } });
    const file = place.agent({ providers: [east], more: 'records: { persist_prompts: true, keep: 1d }\n' });
    await place.run(['run', file, `tell me ${KEY}`]);
    const { out } = await place.run(['calls', 'show', '-1']);
    expect(out).toMatch(/^system: Be brief\.$/m);
    expect(out).toMatch(/^user: tell me /m);
    expect(out).not.toContain(KEY);
    expect((await listed(place))[0]).not.toHaveProperty('messages');
  });

  it('a damaged file of records is moved aside and said once; the run is not troubled', async () => {
    await using place = new Place();
    const east = await place.lab({ name: 'east', script: { text: 'East.' } });
    const file = place.agent({ providers: [east] });
    await place.run(['run', file, 'Hello']);
    for (const name of readdirSync(place.state))
      if (name.startsWith('calls.db')) writeFileSync(join(place.state, name), 'broken '.repeat(900));
    const { code, out, err } = await place.run(['run', file, 'Hello']);
    expect({ code, out }).toEqual({ code: 0, out: 'East.\n' });
    expect(err.match(/was damaged and is now/g)).toHaveLength(1);
    expect(await listed(place)).toHaveLength(1);
    const aside = readdirSync(place.state).find((name) => /^calls\.db\.corrupt-\d+$/.test(name));
    expect(readFileSync(join(place.state, aside!), 'utf8')).toMatch(/^broken/);
    expect(statSync(join(place.state, 'calls.db')).mode & 0o077).toBe(0);
  });

  it.each([
    [['calls', 'lsit'], /no action "lsit"; did you mean list\?/],
    [['calls', 'list', '-1'], /list takes no call; did you mean show\?/],
    [['calls', 'show'], /no calls yet/],
    [['calls', 'show', 'abcdefgh'], /no call "abcdefgh"; `holdfast calls` lists them/],
    [['calls', '--since', 'yesterday'], /--since: "yesterday" is neither a duration such as 2h nor a date/],
    [['calls', '--limit', '0'], /a whole number above 0 is needed/],
  ])('%o is refused with the way out', async (args, message) => {
    await using place = new Place();
    expect(await place.run(args)).toMatchObject({ code: 2, out: '', err: expect.stringMatching(message) });
  });
});
