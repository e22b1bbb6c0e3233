import { describe, expect, it } from 'vitest';
import { load } from './load.ts';
import { problemLine } from './problem.ts';
import { parseSize } from './server-entries.ts';
import { SERVER_DEFAULTS } from './server-spec.ts';
import { unpricedProblems } from './unpriced.ts';

const env = (name: string): string | undefined =>
  name.startsWith('NO_') ? undefined : name === 'SHORT' ? 'abc' : 'a-key-of-enough-characters';
const check = (server: string, more = '') =>
  load(`tiers: { fast: openai/gpt-5, smart: anthropic/claude-sonnet-4-5 }\nserver: ${server}\n${more}`, 'holdfast.yaml', { env });

describe('the section server', () => {
  it('is whole: what the file leaves out is its default', () => {
    expect(check('{}').file?.server).toEqual(SERVER_DEFAULTS);
    expect(load('tiers: { fast: openai/gpt-5 }\n', 'holdfast.yaml', { env }).file?.server).toEqual(SERVER_DEFAULTS);
  });

  it('becomes our own words, durations in ms, sizes in bytes', () => {
    const { file, problems } = check(
      '{ keys: [{ name: ci, env: KEY_CI, tiers: [fast, openai/gpt-5-mini], admin: true, record: content, weight: 2, rate: { rpm: 60, concurrent: 4 } }], aliases: { "claude-*haiku*": fast, "claude-*": smart }, default_tier: smart, hosts: [gateway.lan], origins: ["https://chat.example.com"], max_body: 1MiB, head_after: 2s, grace: 5, responses: { store: off }, forward_headers: [X-Team] }',
      'lanes: { all: { match: ["*"], weights: { people: 4 } }, one: { match: [openai], weights: { ci: 1 } } }\n',
    );
    expect(problems).toEqual([]);
    const { storeResponses: _, ...defaults } = SERVER_DEFAULTS;
    expect(file?.server).toEqual({
      ...defaults,
      keys: [
        {
          name: 'ci',
          env: 'KEY_CI',
          file: 'holdfast.yaml',
          at: { line: 2, column: 18 },
          tiers: ['fast', 'openai/gpt-5-mini'],
          admin: true,
          record: 'content',
          weight: 2,
          rate: { rpm: 60, concurrent: 4 },
        },
      ],
      aliases: [
        { pattern: 'claude-*haiku*', ref: 'fast' },
        { pattern: 'claude-*', ref: 'smart' },
      ],
      defaultTier: 'smart',
      hosts: ['gateway.lan'],
      origins: ['https://chat.example.com'],
      maxBody: 1_048_576,
      headAfter: 2_000,
      grace: 5_000,
      forwardHeaders: ['x-team'],
    });
    expect([file?.lanes['all']?.weights, file?.lanes['one']?.weights]).toEqual([{ ci: 2, people: 4 }, { ci: 1 }]);
  });

  it('a key may have every amount a budget knows, and is a caller to it', () => {
    const { file, problems } = check(
      '{ keys: [{ name: ci, env: K, budget: { usd_per_day: 5, tokens_per_month: 1000, unpriced: allow, time_zone: Europe/Berlin } }] }',
    );
    expect(problems).toEqual([]);
    expect(file?.budgets).toMatchObject([
      {
        name: 'key ci',
        caller: 'ci',
        allowUnpriced: true,
        timeZone: 'Europe/Berlin',
        limits: [
          { unit: 'usd', per: 'day', most: 5 },
          { unit: 'tokens', per: 'month', most: 1000 },
        ],
      },
    ]);
  });

  it.each([
    ['{ port: 1 }', '2:11: error: server.port: unknown key "port"'],
    ['{ keep_alives: 1s }', '2:11: error: server.keep_alives: unknown key "keep_alives"; did you mean "keep_alive"?'],
    ['{ keys: [{ name: ci }] }', '2:18: error: server.keys[0]: "env" is missing'],
    [
      '{ keys: [{ name: a, env: K }, { name: a, env: L }] }',
      '2:41: error: server.keys[1].name: "a" is the name of another key too (line 2)',
    ],
    [
      '{ keys: [{ name: a, env: K }, { name: b, env: K }] }',
      '2:50: error: server.keys[1].env: this variable holds another key too (line 2)',
    ],
    ['{ keys: [{ name: a/b, env: K }] }', "2:20: error: server.keys[0].name: a key's name has at most 100 characters, no /"],
    ['{ keys: [{ name: a, env: sk-secret-value }] }', '2:34: error: server.keys[0].env: must be the name of an environment variable'],
    [
      '{ keys: [{ name: a, env: K, tiers: [fats] }] }',
      '2:45: error: server.keys[0].tiers[0]: there is no model or tier "fats"; did you mean "fast"?',
    ],
    ['{ keys: [{ name: a, env: K, budget: {} }] }', '2:37: error: server.keys[0].budget: it limits nothing'],
    ['{ keys: [{ name: a, env: K, budget: { usd_per_dya: 1 } }] }', 'unknown key "usd_per_dya"; did you mean "usd_per_day"?'],
    [
      '{ keys: [{ name: a, env: K, budget: { usd_per_day: 1, time_zone: Mars } }] }',
      'server.keys[0].budget.time_zone: "Mars" is no time zone',
    ],
    ['{ keys: [{ name: a, env: K, rate: {} }] }', 'server.keys[0].rate: one of rpm, tpm, concurrent is missing'],
    ['{ keys: [{ name: a, env: K, rate: { rpm: 0 } }] }', 'server.keys[0].rate.rpm: must be a whole number, at least 1'],
    [
      '{ keys: [{ name: a, env: NO_KEY }] }',
      '2:29: warning: server.keys[0].env: the environment variable NO_KEY is not set; set it to the key of "a"',
    ],
    ['{ keys: [{ name: a, env: SHORT }] }', 'warning: server.keys[0].env: the key in SHORT has fewer than 16 characters'],
    [
      '{ keys: [{ name: a, env: K }, { name: b, env: L }] }',
      'warning: server.keys[1].env: L holds the same key as K; give "b" a key of its own',
    ],
    ['{ keys: [{ name: a, env: K, weight: 2 }] }', 'warning: server.keys[0].weight: there is no lane: it has no effect'],
    ['{ aliases: { gpt: nobody } }', '2:27: error: server.aliases.gpt: there is no model or tier "nobody"'],
    ['{ aliases: { "": fast } }', 'is no valid name here'],
    ['{ aliases: { "*": fast, "gpt-*": smart } }', 'warning: server.aliases["gpt-*"]: "*" above fits all that fits it'],
    ['{ aliases: { fast: smart } }', 'warning: server.aliases["fast"]: there is a tier of this name'],
    ['{ default_tier: nobody }', 'server.default_tier: there is no tier "nobody"'],
    ['{ max_body: much }', '2:11: error: server.max_body: "much" is no size; write it such as 32MiB'],
    ['{ responses: { store: never } }', 'error: server.responses.store: "never" is no duration'],
    ['{ origins: ["https://a.example/path"] }', 'server.origins[0]: "https://a.example/path" is no origin'],
    ['{ hosts: ["http://a"] }', 'server.hosts[0]: "http://a" is no host'],
    ['{ forward_headers: [Authorization] }', 'server.forward_headers[0]: the header authorization is never forwarded'],
    ['{ grace: soon }', 'error: server.grace: "soon" is no duration'],
  ])('%s', (server, told) => {
    const lines = check(server).problems.map(problemLine);
    expect(lines.find((line) => line.includes(told)) ?? lines).toEqual(expect.stringContaining(told));
  });

  it('a weight of a lane that is nearly the name of a key is a slip', () => {
    const { problems } = check(
      '{ keys: [{ name: nightly, env: K }] }',
      'lanes: { a: { match: ["*"], weights: { nigthly: 2, people: 4 } } }\n',
    );
    expect(problems.map(problemLine)).toEqual([
      'holdfast.yaml:3:40: warning: lanes.a.weights.nigthly: no key is called "nigthly"; did you mean "nightly"?',
    ]);
  });

  it('no value that stands where a variable is due is repeated', () => {
    const lines = check('{ keys: [{ name: a, env: sk-a-secret }, { name: b, env: sk-a-secret }] }').problems.map(problemLine);
    expect(lines.join('\n')).not.toContain('sk-a-secret');
  });
});

it('sizes', () => {
  expect(['32MiB', '500 KB', '12', '1B', '0', '-1', '1.5MiB', 'MiB', ''].map(parseSize)).toEqual([
    33_554_432,
    500_000,
    12,
    1,
    ...Array<undefined>(5).fill(undefined),
  ]);
});

it('a key whose budget of money bars what it may ask for is told', () => {
  const text = (budget: string) =>
    `providers: { w: { api: openai-chat, base_url: "http://127.0.0.1:1/v1" } }\ntiers: { cheap: w/small, fast: openai/gpt-5 }\nserver: { keys: [{ name: ci, env: K, budget: { ${budget} } }] }\n`;
  const told = (budget: string) => {
    const { file } = load(text(budget), 'holdfast.yaml', { env });
    return unpricedProblems(file!, env).map(problemLine);
  };
  expect(told('usd_per_day: 20')).toEqual([
    expect.stringMatching(
      /^holdfast\.yaml:3:\d+: warning: server\.keys\[0\]\.budget: "ci" may not ask cheap: budget "key ci" limits money/,
    ),
  ]);
  expect([told('usd_per_day: 20, unpriced: allow'), told('tokens_per_day: 20')]).toEqual([[], []]);
});
