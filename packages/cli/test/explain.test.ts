import { join } from 'node:path';
import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { events, KEY, lines, Place } from './command.ts';

/** East and west are overloaded whenever they are asked. */
async function outage(place: Place) {
  const script = { fault: { do: 'status', status: 529 } } as const;
  const east = await place.lab({ name: 'east', script });
  const west = await place.lab({ name: 'west', protocol: 'anthropic-messages', script });
  const tiers = 'tiers:\n  smart: { models: [east/small-1, paid], on_partial: fail, patience: 1s }\n';
  const models = 'models:\n  paid: { provider: west, model: small-1, context: 1000, max_tokens: 300, cost: { input: 2, output: 10 } }\n';
  const lanes = 'lanes:\n  slow: { match: ["west/*"], concurrency: 2 }\n';
  return { east, west, file: place.agent({ providers: [east, west], model: 'smart', more: tiers + models + lanes }) };
}

interface Target {
  readonly type: string;
  readonly target: string;
  readonly [key: string]: unknown;
}

const explained = async (place: Place, ...args: string[]) =>
  events((await place.run(['explain', ...args, '--json'])).out) as unknown as readonly Target[];

describe.concurrent('explain', () => {
  it('says target by target what a request would meet, and asks nobody', async () => {
    await using place = new Place();
    const { east, west, file } = await outage(place);
    const { code, out, err } = await place.run(['explain', file]);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(lines(out)).toEqual([
      'smart · 2 targets · retries 2 · max_attempts 20 · patience 1 s · total 15 min · on_partial fail · on_refusal pass · return_to_primary when_cool',
      '1  east/small-1  ← asked first',
      `   asked by openai-chat at ${east.url.replace(/\/$/, '')}, key in LAB_KEY`,
      '   usable now',
      '   the request fits: window unknown, output unknown, images unknown',
      '   price: unknown: its calls are unpriced; `cost` of the model in the file sets one',
      '   lane: none',
      expect.stringMatching(/^ {3}settings: the model's own; limits: first token within 1 min 30 s, stall 1 min, total 15 min$/),
      '2  west/small-1',
      expect.stringMatching(/^ {3}asked by anthropic-messages at .*, key in LAB_KEY$/),
      '   usable now',
      '   the request fits: window 1,000, output unknown, images unknown',
      '   price: $2 in, $10 out per million tokens',
      '   lane: slow',
      expect.stringMatching(/^ {3}settings: max_output_tokens 300; limits: /),
      'worst case: 7 upstream requests for one call (2 × (1 try + 2 retries) = 6; up to 1 asked beside a silent probe, which is never waited for alone; of the others never more than max_attempts 20)',
    ]);
    expect(out + err).not.toContain(KEY);
    expect([east.requests.length, west.requests.length]).toEqual([0, 0]);
  });

  it('the worst case is what a dead chain really costs', async () => {
    await using place = new Place();
    const { east, west, file } = await outage(place);
    const whole = (await explained(place, file)).find(({ type }) => type === 'chain');
    expect(whole).toMatchObject({ worst: { tries: 6, takeovers: 0, races: 1, requests: 7 } });
    await place.run(['run', file, 'Hello']);
    expect(east.requests.length + west.requests.length).toBe(6);
  });

  it('what rests is said, with its end; what does not fit too; who would be asked first follows', async () => {
    await using place = new Place();
    const { file } = await outage(place);
    await place.run(['health', 'set', 'east/small-1', '--reason', 'overload', '--for', '10m', '--config', file]);
    const found = await explained(place, file, '--tokens', '5000');
    expect(found).toMatchObject([
      { target: 'east/small-1', standing: 'fixed', why: { kind: 'overload' }, until: expect.any(Number) },
      { target: 'west/small-1', standing: 'free', fits: 'no', unfit: 'window-too-small' },
      { type: 'chain' },
    ]);
    expect(found[2]).not.toHaveProperty('first');
    expect((await explained(place, file)).at(-1)).toMatchObject({ first: 1 });
  });

  it('a missing key is part of the answer, with the way out', async () => {
    await using place = new Place();
    const file = place.write(
      'keys.yaml',
      'agents:\n  root: { model: openai/gpt-5, fallback: { models: [anthropic/claude-sonnet-4-5] } }\n',
    );
    const { code, out } = await place.run(['explain', file], { env: { ANTHROPIC_API_KEY: 'sk-ant-0123456789' } });
    expect(code).toBe(0);
    expect(out).toMatch(/cannot be asked: .*OPENAI_API_KEY is not set; export OPENAI_API_KEY=/);
    expect(out).toMatch(/2 {2}anthropic\/claude-sonnet-4-5 {2}← asked first/);
    expect(out).toMatch(
      /price: \$3 in, \$15 out, \$0\.3 cache read, \$3\.75 cache write per million tokens; above 200,000 tokens in: \$6 in/,
    );
    expect(out).not.toContain('sk-ant-0123456789');
  });

  it('budgets that count are said, and one that lets nobody ask', async () => {
    await using place = new Place();
    const east = await place.lab({ name: 'east' });
    const file = (more: string): string =>
      `providers: { east: { api: openai-chat, base_url: "${east.url}", token_key: LAB_KEY } }\ntiers: { fast: east/tiny }\nbudgets: [{ name: daily, usd_per_day: 20${more} }]\n`;
    place.write('holdfast.yaml', file(''));
    const { out } = await place.run(['explain', 'fast']);
    expect(out).toContain('budgets: daily 20 USD a day, nothing of it used, renews ');
    expect(out).toMatch(/no call is made: budget "daily" limits money, and the price of east\/tiny is not known: say `unpriced: allow`/);
    expect(out).not.toContain('asked first');
    place.write('holdfast.yaml', file(', unpriced: allow'));
    expect((await explained(place, 'fast')).at(-1)).toEqual(
      expect.objectContaining({
        first: 0,
        budgets: [expect.objectContaining({ name: 'daily', unit: 'usd', per: 'day', most: 20, used: 0, left: 20 })],
      }),
    );
  });

  it('what a budget has left is said, whether the next call is refused, and when it renews', async () => {
    await using place = new Place();
    const lab = await place.lab({ name: 'lab', script: { text: 'Hello.' } });
    const file = place.agent({
      providers: [lab],
      more: 'budgets:\n  - { name: few, calls_per_day: 2 }\n  - { name: ci, caller: ci, calls_per_day: 9 }\n',
    });
    await place.run(['run', file, 'Hello']);
    expect((await place.run(['explain', file])).out).toMatch(/^ {2}budgets: few 2 calls a day, 1 calls left, renews .*\d\d:\d\d/m);
    expect((await place.run(['explain', file, '--caller', 'ci'])).out).toMatch(
      /few .*; ?ci 9 calls|few .* · ci 9 calls a day, nothing of it used/,
    );
    await place.run(['run', file, 'Hello']);
    const spent = await place.run(['budgets', file]);
    expect(lines(spent.out)[0]).toMatch(/^BUDGET +PER +WHO +USED +HELD +OF +RENEWS$/);
    expect(lines(spent.out)[1]).toMatch(/^few +day +2 calls +2 calls +\S*\d\d:\d\d|^few +day +2 calls +2 calls +\d{4}-/);
    expect(events((await place.run(['budgets', '--json'])).out)).toEqual([
      { budget: 'few', unit: 'calls', per: 'day', used: 2, held: 0, renewsAt: expect.any(Number) },
    ]);
    const { out } = await place.run(['explain', file]);
    expect(out).toMatch(/^ {2}no call is made: budget "few": no call of 2 a day left; it renews at .*Z, in/m);
    expect(out).not.toContain('asked first');
    const found = (await explained(place, file)).at(-1);
    expect(found).toMatchObject({
      barred: expect.any(String),
      budgets: [{ name: 'few', used: 2, held: 0, left: 0, renewsAt: expect.any(Number) }],
    });
  });

  it('who says that it rests is told apart; when nobody is usable, who is back first', async () => {
    await using place = new Place();
    const { file } = await outage(place);
    await place.run(['health', 'set', 'east', '--reason', 'auth', '--for', '10m', '--config', file]);
    await place.run(['health', 'set', 'west', '--reason', 'auth', '--for', '2m', '--config', file]);
    const { out } = await place.run(['explain', file]);
    expect(out).toMatch(/^ {3}rests, set by hand \(.*\), until /m);
    expect(out).not.toContain('as its provider said');
    expect(out).toMatch(/^ {2}nobody can be asked now: west\/small-1 is back first, at .* \(in /m);
    const { err, code } = await place.run(['run', file, 'Hello']);
    expect(code).toBe(1);
    expect(err).not.toContain('the key in LAB_KEY was refused');
    expect(err).toMatch(/west rests by hand \(auth\); this ends it: .* health clear west/);
  });

  it('takes a gateway file, tier by tier, a tier by name, a model', async () => {
    await using place = new Place();
    const east = await place.lab({ name: 'east' });
    place.write(
      'holdfast.yaml',
      `providers: { east: { api: openai-chat, base_url: "${east.url}", token_key: LAB_KEY } }\ntiers: { fast: east/tiny, smart: "east/big:high, east/tiny" }\n`,
    );
    const chains = async (what: string) =>
      (await explained(place, what)).filter(({ type }) => type === 'target').map(({ chain, target }) => `${String(chain)}: ${target}`);
    expect(await chains('holdfast.yaml')).toEqual(['fast: east/tiny', 'smart: east/big', 'smart: east/tiny']);
    expect(await chains('smart')).toEqual(['smart: east/big', 'smart: east/tiny']);
    expect(await chains('east/other')).toEqual(['east/other: east/other']);
    expect((await explained(place, 'smart'))[0]).toMatchObject({ settings: { effort: 'high' } });
  });

  it.each([
    [['explain', 'smrat'], /smrat: there is no model or tier "smrat"/],
    [['explain', 'nobody/x'], /nobody/],
    [['explain', 'gone.yaml'], /gone\.yaml: error: there is no such file/],
    [['explain', 'agent.yaml', '--agent', 'roto'], /agent\.yaml has no agent "roto"; did you mean "root"\?/],
    [['explain', 'agent.yaml', '--tokens', 'many'], /a whole number above 0 is needed/],
    [['explain'], /missing required argument/],
  ])('%o is refused with the way out', async (args, message) => {
    await using place = new Place();
    await outage(place);
    const { code, out, err } = await place.run(args);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toMatch(message);
    expect(existsSync(join(place.state, 'calls.db'))).toBe(false);
  });
});
