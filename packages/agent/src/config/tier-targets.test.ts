import { describe, expect, it } from 'vitest';
import { chainOf, type ChainTarget } from './chain.ts';
import { load } from './load.ts';
import { problemLine } from './problem.ts';

const env = (name: string): string | undefined => ({ OPENAI_API_KEY: 'k1', ANTHROPIC_API_KEY: 'k2' })[name];

const fileOf = (tiers: string, model = 'smart'): string =>
  `models:\n  small: { provider: openai, model: mini, temperature: 0.5, max_tokens: 900, thinking_budget: high }\ntiers:\n${tiers}agents:\n  root: { model: "${model}" }\n`;

const said = (tiers: string): readonly string[] => load(fileOf(tiers), 'f.yaml', { env }).problems.map(problemLine);

function targets(tiers: string, model?: string): readonly ChainTarget[] {
  const { file, problems } = load(fileOf(tiers, model), 'f.yaml', { env });
  if (file === undefined) throw new Error(problems.map(problemLine).join('\n'));
  const made = chainOf(file, 'root', { env });
  if ('findings' in made) throw new Error(made.findings[0]?.message);
  return made.chain.targets;
}

const short = (tiers: string, model?: string) =>
  targets(tiers, model).map(({ ref, effort, settings }) => [ref, effort, settings.maxTokens, settings.temperature]);

describe('what a tier says of one target', () => {
  it.each([
    ['in the list of a tier', '  smart: [{ model: openai/gpt-5, max_tokens: 4000, effort: low }, anthropic/haiku]\n'],
    [
      'under models',
      '  smart:\n    models:\n      - { model: "openai/gpt-5:high", max_tokens: 4000, effort: low }\n      - anthropic/haiku\n    retries: 0\n',
    ],
  ])('%s belongs to it alone: settings of the primary never reach a fallback', (_name, tiers) => {
    expect(short(tiers)).toEqual([
      ['openai/gpt-5', 'low', 4000, undefined],
      ['anthropic/haiku', undefined, undefined, undefined],
    ]);
  });

  it('wins over what is said of its model elsewhere, key by key', () => {
    expect(short('  smart: [{ model: small, max_tokens: 100 }, small]\n')).toEqual([
      ['openai/mini', 'high', 100, 0.5],
      ['openai/mini', 'high', 900, 0.5],
    ]);
    expect(short('  smart: [{ model: small, effort: low, temperature: 0 }]\n')).toEqual([['openai/mini', 'low', 900, 0]]);
  });

  it.each<[string, string]>([
    ['  smart: [{ max_tokens: 1 }]\n', 'f.yaml:4:11: error: tiers.smart[0]: "model" is missing'],
    [
      '  smart: [{ model: openai/gpt-5, max_token: 1 }]\n',
      'f.yaml:4:34: error: tiers.smart[0].max_token: unknown key "max_token"; did you mean "max_tokens"?',
    ],
    [
      '  smart: [{ model: openai/gpt-5, temperature: 3 }]\n',
      'f.yaml:4:47: error: tiers.smart[0].temperature: must be a number from 0 to 2, not 3',
    ],
    [
      '  smart: { models: [{ model: opnai/gpt-5 }] }\n',
      'f.yaml:4:30: error: tiers.smart.models[0].model: there is no provider "opnai"; did you mean "openai"?',
    ],
    [
      '  fast: openai/mini\n  smart: [{ model: fast }]\n',
      'f.yaml:5:20: error: tiers.smart[0].model: "fast" is a tier; one model is due here; write the models of that tier out',
    ],
  ])('%s', (tiers, line) => {
    expect(said(tiers)).toContain(line);
  });
});

describe('a tier as a whole', () => {
  it('has at most 8 models', () => {
    const many = Array.from({ length: 9 }, (_, n) => `openai/m${n}`);
    expect(said(`  smart: [${many.join(', ')}]\n`)).toEqual([
      expect.stringMatching(/^f\.yaml:4:\d+: error: tiers\.smart: a tier has at most 8 models, this one has 9/),
    ]);
    expect(said(`  smart: ${many.slice(1).join(', ')}\n`)).toEqual([]);
  });

  it('has no target twice; one model with two efforts is two', () => {
    expect(said('  smart: openai/m, anthropic/n, openai/m\n')).toEqual([
      'f.yaml:4:3: error: tiers.smart: "openai/m" stands twice in this tier; take it out',
    ]);
    expect(said('  smart: [openai/m, "openai/m:low", { model: openai/m, max_tokens: 5 }]\n')).toEqual([]);
  });
});

describe('a tier with an effort', () => {
  const tiers = '  smart: [openai/gpt-5, "anthropic/haiku:max", small]\n';

  it('gives it to targets that have none', () => {
    expect(short(tiers, 'smart:low')).toEqual([
      ['openai/gpt-5', 'low', undefined, undefined],
      ['anthropic/haiku', 'max', undefined, undefined],
      ['openai/mini', 'high', 900, 0.5],
    ]);
    expect(short(tiers)[0]).toEqual(['openai/gpt-5', undefined, undefined, undefined]);
  });

  it('is the tier still: its name and its settings', () => {
    const { file } = load(fileOf('  smart: { models: openai/gpt-5, retries: 7 }\n', 'smart:low'), 'f.yaml', { env });
    const made = chainOf(file!, 'root', { env });
    expect(made).toMatchObject({ chain: { name: 'smart', settings: { retries: 7 } } });
  });
});
