import { describe, expect, it } from 'vitest';
import { Place } from './command.ts';

const COST = 'models:\n  m: { provider: lab, model: small-1, max_tokens: 100, cost: { input: 1, output: 1 } }\n';

describe('budgets of a file', () => {
  it('are shared by every process of a state folder; one that is used up ends a run with 75, says which and when, and asks nobody', async () => {
    await using place = new Place();
    const lab = await place.lab({ name: 'lab', script: { text: 'Hello.' } });
    const file = place.agent({
      providers: [lab],
      model: 'm',
      more: `${COST}budgets:\n  - { name: nightly, calls_per_day: 2, usd_per_day: 5 }\n`,
    });
    const codes: (number | null)[] = [];
    for (let run = 0; run < 2; run++) codes.push((await place.run(['run', file, 'Hello'])).code);
    expect(codes).toEqual([0, 0]);
    const { code, err, out } = await place.run(['run', file, 'Hello']);
    expect({ code, out }).toEqual({ code: 75, out: '' });
    expect(err).toMatch(/budget "nightly": no call of 2 a day left; it renews at \d{4}-\d\d-\d\dT00:00:00Z, in /);
    expect(lab.requests).toHaveLength(2);
  });

  it('of money do not bear a model whose price is not known, unless it is allowed', async () => {
    await using place = new Place();
    const lab = await place.lab({ name: 'lab', script: { text: 'Hello.' } });
    const file = (unpriced: string): string =>
      place.agent({ providers: [lab], more: `budgets:\n  - { name: nightly, usd_per_day: 2${unpriced} }\n` });
    const { code, err } = await place.run(['run', file(''), 'Hello']);
    expect(code).toBe(2);
    expect(err).toContain(
      'budget "nightly" limits money, and the price of lab/small-1 is not known: say `unpriced: allow` to let it spend uncounted, or give it a cost under models',
    );
    expect(lab.requests).toHaveLength(0);
    const place5 = /^.*agent\.yaml:8:\d+: error: agents\.root\.model: budget "nightly" limits money.*$/m;
    expect(err).toMatch(place5);
    const checked = await place.run(['config', 'check', file('')]);
    expect(checked.code).toBe(2);
    expect(place5.exec(checked.out)?.[0]).toBe(place5.exec(err)?.[0]);
    expect((await place.run(['run', file(', unpriced: allow'), 'Hello'])).code).toBe(0);
  });

  it('of a caller hold for a run that names it; so do lanes and records', async () => {
    await using place = new Place();
    const lab = await place.lab({ name: 'lab', script: { text: 'Hello.' } });
    const file = place.agent({ providers: [lab], more: 'budgets:\n  - { name: ci, caller: ci, calls_per_day: 1 }\n' });
    const codes: (number | null)[] = [];
    for (const caller of [[], ['--caller', 'ci/nightly'], ['--caller', 'ci'], ['--caller', 'people']])
      codes.push((await place.run(['run', file, 'Hello', ...caller])).code);
    expect(codes).toEqual([0, 0, 75, 0]);
    expect((await place.run(['calls', '--caller', 'people', '--json'])).out.trim().split('\n')).toHaveLength(1);
    expect(await place.run(['run', file, 'Hello', '--caller', ''])).toMatchObject({ code: 2 });
  });

  it('that cannot be meant are told with their place', async () => {
    await using place = new Place();
    place.write(
      'holdfast.yaml',
      'tiers: { fast: openai/gpt-5 }\nbudgets:\n  - { name: a, usd_per_dya: 1 }\n  - { name: b }\n  - { name: b, calls_per_day: 1, time_zone: Mars/Olympus }\n  - { name: c, calls_per_day: -1 }\n',
    );
    const { code, out, err } = await place.run(['config', 'check', 'holdfast.yaml']);
    expect(code).toBe(2);
    const said = out + err;
    expect(said).toMatch(/holdfast\.yaml:3:\d+: error: budgets\[0\]\.usd_per_dya: unknown key "usd_per_dya"; did you mean "usd_per_day"\?/);
    expect(said).toMatch(/holdfast\.yaml:4:\d+: error: budgets\[1\]: the budget limits nothing: give one of usd_per_run/);
    expect(said).toMatch(/holdfast\.yaml:6:\d+: error: budgets\[3\]\.calls_per_day: must be a whole number/);
    expect(said).not.toMatch(/holdfast\.yaml:6:\d+: .*limits nothing/);
    expect(said).toMatch(/holdfast\.yaml:5:\d+: error: budgets\[2\]\.time_zone: "Mars\/Olympus" is no time zone/);
    expect(said).toMatch(/holdfast\.yaml:5:\d+: error: budgets\[2\]\.name: "b" is the name of another budget too/);
  });
});
