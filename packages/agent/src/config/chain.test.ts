import { describe, expect, it } from 'vitest';
import { chainOf, drawn } from './chain.ts';
import type { ChainSpec } from './chain.ts';
import { load } from './load.ts';
import { problemLine } from './problem.ts';
import { obstacles } from './obstacles.ts';

const HEAD = `
providers:
  work: { base_url: "http://127.0.0.1:1/v1", account: acme, max_tokens: 100, temperature: 1 }
  eu: { provider: anthropic, base_url: "https://eu.example.com" }
models:
  small: { provider: work, model: small-1, temperature: 0.5, context: 9000, thinking_budget: adaptive/high }
  own: { provider: openai, model: mini, base_url: "http://127.0.0.1:2/v1" }
  keyed: { provider: anthropic, model: sonnet, token_key: OTHER_KEY }
  spare: { first_available: [groq/llama, openai/gpt-5] }
  budget: { provider: anthropic, model: sonnet, thinking_budget: 0 }
tiers:
  fast: work/tiny, small
  smart:
    models: [anthropic/claude-sonnet-4-5:high, small]
    retries: 1
    max_attempts: 7
    cooldown: 1m
    on_partial: restart
    patience: 20s
    timeouts: { connect: 10s, first_token: 90, total: 15m }
`;

const ENV: Readonly<Record<string, string>> = { OPENAI_API_KEY: 'key-of-openai', ANTHROPIC_API_KEY: 'key-of-anthropic' };
const env = (name: string): string | undefined => ENV[name];

function fileOf(agent: string) {
  const { file, problems } = load(`${HEAD}agents:\n  root: { ${agent} }\n`, 'f.yaml', { env });
  if (file === undefined) throw new Error(problems.map(problemLine).join('\n'));
  return file;
}

function chain(agent: string, model?: string): ChainSpec {
  const made = chainOf(fileOf(agent), 'root', { env, ...(model === undefined ? {} : { model }) });
  if ('findings' in made) throw new Error(made.findings[0]?.message);
  return made.chain;
}

const refs = (spec: ChainSpec): readonly string[] => spec.targets.map((target) => target.ref);

describe('the chain of an agent', () => {
  it.each<[string, readonly string[]]>([
    ['model: openai/gpt-5', ['openai/gpt-5']],
    ['model: small', ['work/small-1']],
    ['model: fast', ['work/tiny', 'work/small-1']],
    ['model: small, fallback: { models: [openai/gpt-5, fast] }', ['work/small-1', 'openai/gpt-5', 'work/tiny', 'work/small-1']],
    ['model: "small, openai/gpt-5", fallback: { models: [own] }', ['work/small-1', 'openai/gpt-5', 'openai/mini']],
    ['model: spare', ['openai/gpt-5']],
    ['model: auto', ['anthropic/claude-sonnet-4-5']],
    ['description: no model', ['anthropic/claude-sonnet-4-5']],
    ['model: openrouter/meta/llama-3:free', ['openrouter/meta/llama-3:free']],
  ])('%s', (agent, expected) => {
    expect(refs(chain(agent))).toEqual(expected);
  });

  it('what the provider says of its models holds unless the model says otherwise', () => {
    const [target] = chain('model: small').targets;
    expect(target).toMatchObject({ model: 'small-1', effort: 'high', settings: { maxTokens: 100, temperature: 0.5, window: 9000 } });
    expect(target?.entry).toMatchObject({ name: 'work', account: 'acme' });
    expect(chain('model: work/tiny').targets[0]?.settings).toMatchObject({ maxTokens: 100, temperature: 1 });
    expect(chain('model: budget').targets[0]).toMatchObject({ effort: 'none', settings: { thinkingTokens: 0 } });
  });

  it('a model with a URL or a key of its own is an endpoint of its own: it shares no rest with its vendor', () => {
    expect(chain('model: own').targets[0]?.entry).toEqual({
      name: 'openai@own',
      api: 'openai-chat',
      base_url: 'http://127.0.0.1:2/v1',
      token_key: 'OPENAI_API_KEY',
      impliedKey: true,
    });
    expect(chain('model: keyed').targets[0]?.entry).toMatchObject({
      name: 'anthropic@keyed',
      api: 'anthropic-messages',
      token_key: 'OTHER_KEY',
    });
  });

  it('an entry built on a vendor speaks as it does, elsewhere', () => {
    expect(chain('model: eu/claude').targets[0]?.entry).toEqual({
      name: 'eu',
      api: 'anthropic-messages',
      base_url: 'https://eu.example.com',
      token_key: 'ANTHROPIC_API_KEY',
      impliedKey: true,
    });
  });

  it.each([
    ['retries: 0', {}],
    ['retries: -1', { retries: 0 }],
    ['retries: 3, cooldown: 0s', { retries: 3 }],
    ['cooldown: 90', { cooldown: 90_000 }],
    ['cooldown: 2m30s', { cooldown: 150_000 }],
  ])('fallback { %s } has the meaning Docker gives it, with or without models', (fallback, settings) => {
    expect(chain(`model: small, fallback: { ${fallback} }`).settings).toEqual(settings);
  });

  it("a tier's settings come with it; what the agent says itself wins", () => {
    const spec = chain('model: smart, fallback: { retries: 4 }');
    expect(spec.settings).toEqual({
      retries: 4,
      maxAttempts: 7,
      cooldown: 60_000,
      onPartial: 'restart',
      patience: 20_000,
      timeouts: { connect: 10_000, firstToken: 90_000, total: 900_000 },
    });
    expect(spec.name).toBe('smart');
    expect(spec.targets[0]).toMatchObject({ model: 'claude-sonnet-4-5', effort: 'high' });
  });

  it('an override stands in for the model and keeps the fallback', () => {
    expect(refs(chain('model: small, fallback: { models: [own] }', 'openai/gpt-5:low'))).toEqual(['openai/gpt-5', 'openai/mini']);
    expect(chainOf(fileOf('model: small'), 'root', { env, model: 'smal' })).toMatchObject({
      findings: [{ level: 'error', nearest: 'small' }],
    });
  });

  it('of an alloy one member opens each call, the others follow, then the fallback; alone it is no draw', () => {
    const spec = chain('model: "small, fast, openai/gpt-5", fallback: { models: [own] }');
    expect(spec.members).toEqual([[0], [1, 2], [3]]);
    expect([0, 0.34, 0.999].map((chance) => drawn(spec, chance))).toEqual([
      [0, 1, 2, 3, 4],
      [1, 2, 0, 3, 4],
      [3, 0, 1, 2, 4],
    ]);
    expect(drawn(chain('model: small, fallback: { models: [own] }'), 0.9)).toEqual([0, 1]);
  });

  it('first_available in a ring ends', () => {
    const text = 'models:\n  a: { first_available: [b] }\n  b: { first_available: [a, openai/gpt-5] }\nagents: { root: { model: a } }\n';
    const { file } = load(text, 'f.yaml', { env });
    const made = file && chainOf(file, 'root', { env });
    expect(made && 'chain' in made ? refs(made.chain) : []).toEqual(['openai/gpt-5']);
  });
});

describe('what stands in the way of a run', () => {
  const lines = (agent: string): readonly string[] => {
    const file = fileOf(agent);
    const made = chainOf(file, 'root', { env });
    const spec = file.agents.get('root');
    return 'chain' in made && spec ? obstacles(file, spec, made.chain, env).map(problemLine) : [];
  };

  it('a key that the file names and nobody set, on loopback too: a warning when it is checked, an error when it is to run', () => {
    const text = 'providers:\n  w: { base_url: "http://127.0.0.1:1", token_key: NOPE_KEY }\nagents: { root: { model: w/m } }\n';
    const says =
      'providers.w: provider "w": no key, the environment variable NOPE_KEY is not set; export NOPE_KEY=… , or name another variable with `token_key`, or take `token_key` out if the server needs none';
    const { file, problems } = load(text, 'f.yaml', { env });
    const made = file && chainOf(file, 'root', { env });
    const stops = made && 'chain' in made ? obstacles(file!, file!.agents.get('root')!, made.chain, env) : [];
    expect(problems.map(problemLine)).toEqual([`f.yaml:2:40: warning: ${says}; without it a run that may ask this provider stops`]);
    expect(stops.map(problemLine)).toEqual([`f.yaml:2:40: error: ${says}`]);
  });

  it('a missing key is said where its model is named: in the model, the fallback, or on the command line', () => {
    const text = `agents:
  root:
    model: anthropic/claude-sonnet-4-5
    fallback:
      models:
        - openai/gpt-5
        - google/gemini-2.5-flash
`;
    const nothing = (): undefined => undefined;
    const { file, problems } = load(text, 'f.yaml', { env: nothing });
    const places = ['3:5 agents.root.model', '6:11 agents.root.fallback.models[0]', '7:11 agents.root.fallback.models[1]'];
    expect(problems.map(({ line, column, path }) => `${line}:${column} ${path}`)).toEqual(places);
    const stops = (model?: string) => {
      const made = file && chainOf(file, 'root', { env: nothing, ...(model !== undefined && { model }) });
      return made && 'chain' in made ? obstacles(file!, file!.agents.get('root')!, made.chain, nothing) : [];
    };
    expect(stops().map(({ line, column, path }) => `${line}:${column} ${path}`)).toEqual(places);
    expect(stops('groq/llama').map(problemLine)[0]).toMatch(/^f\.yaml: error: --model: provider "groq": no key/);
    expect(
      stops('groq/llama')
        .slice(1)
        .map(({ line }) => line),
    ).toEqual([6, 7]);
  });

  it.each([
    ['model: small, toolsets: [{ type: shell }]', []],
    [
      'model: groq/llama',
      [
        'f.yaml:24:17: error: agents.root.model: provider "groq": no key, the environment variable GROQ_API_KEY is not set; export GROQ_API_KEY=… , or name another variable with `token_key`',
      ],
    ],
    ['model: azure/gpt-5', ['f.yaml:24:17: error: agents.root.model: provider "azure" is not served; name a model of another provider']],
    [
      'toolsets: [{ type: lsp, command: gopls }], sub_agents: [agentcatalog/pirate]',
      [
        'f.yaml:24:23: error: agents.root.sub_agents[0]: "agentcatalog/pirate" is in an OCI registry, and agents are not fetched from there; write that agent into this file',
      ],
    ],
    [
      'toolsets: [{ type: shell, env: { A: "${env.NOWHERE}" } }]',
      ['f.yaml:24:46: error: agents.root.toolsets[0].env.A: the environment variable NOWHERE is not set; set NOWHERE'],
    ],
  ])('%s', (agent, expected) => {
    expect(lines(agent).map((line) => line.replace(/^f\.yaml:\d+:\d+/, 'f.yaml'))).toEqual(
      expected.map((line) => line.replace(/^f\.yaml:\d+:\d+/, 'f.yaml')),
    );
    for (const line of lines(agent)) expect(line).toMatch(/^f\.yaml:2\d:\d+: /);
  });
});
