import { describe, expect, it } from 'vitest';
import { load } from './load.ts';
import { problemLine } from './problem.ts';

const env = (name: string): string | undefined => (name === 'OPENAI_API_KEY' ? 'set' : undefined);

describe('a gateway file', () => {
  it('is told from an agent file by what it holds, and is strict throughout', () => {
    const loaded = load('tiers: { a: openai/gpt-5 }\nmodels: { m: { provider: openai, model: x, tmperature: 1 } }\n', 'g.yaml', { env });
    expect(loaded.kind).toBe('gateway');
    expect(loaded.problems.map(problemLine)).toEqual([
      'g.yaml:2:44: error: models.m.tmperature: unknown key "tmperature"; did you mean "temperature"?',
    ]);
  });

  it('a model may have a price of its own, in US dollars per million tokens', () => {
    const models = (cost: string) => `models: { m: { provider: openai, model: x, cost: ${cost} } }\ntiers: { a: m }\n`;
    const good = load(models('{ input: 1, output: 2, cache_read: 0.1, longer: { above: 1000, input: 2, output: 3 } }'), 'g.yaml', { env });
    expect(good.problems).toEqual([]);
    expect(good.file?.models.get('m')?.settings.price).toEqual({
      input: 1,
      output: 2,
      cacheRead: 0.1,
      longer: { above: 1000, input: 2, output: 3 },
    });
    const bad = ['{ input: 1 }', '{ input: -1, output: 2 }', '{ input: 1, output: 2, cacheRead: 1 }', 'cheap'].map(
      (cost) => load(models(cost), 'g.yaml', { env }).problems.map(problemLine)[0],
    );
    expect(bad).toEqual([
      expect.stringContaining('models.m.cost'),
      expect.stringContaining('models.m.cost.input'),
      expect.stringContaining('did you mean "cache_read"?'),
      expect.stringContaining('models.m.cost'),
    ]);
  });

  it('by its name when it holds providers only', () => {
    expect(load('providers: { openai: {} }\n', 'etc/holdfast.yaml', { env })).toMatchObject({ kind: 'gateway', problems: [] });
  });
});

describe('a gateway file behind an agent file', () => {
  const base = load(
    'providers: { w: { base_url: "http://127.0.0.1:1/v1" } }\ntiers: { fast: [w/one, tuned] }\nmodels: { tuned: { provider: w, model: two } }\n',
    'holdfast.yaml',
    { env },
  ).file;

  it('its providers, models and tiers may be used', () => {
    const { file, problems } = load('agents: { root: { model: fast, fallback: { models: [tuned, w/x] } } }\n', 'f.yaml', {
      env,
      ...(base && { base }),
    });
    expect(problems).toEqual([]);
    expect(file?.tiers.get('fast')).toMatchObject({ file: 'holdfast.yaml', models: [{ ref: 'w/one' }, { ref: 'tuned' }] });
  });

  it('a name of the agent file wins, whatever it is there', () => {
    const text = 'agents: { root: { model: fast } }\nmodels: { fast: { provider: openai, model: own } }\n';
    const { file } = load(text, 'f.yaml', { env, ...(base && { base }) });
    expect([file?.tiers.has('fast'), file?.models.get('fast')?.model]).toEqual([false, 'own']);
  });
});

it('a file that is wrong throughout is told of in a bounded number of lines, and is still invalid', () => {
  const text = `agents: { root: { max_iterations: many } }\n${Array.from({ length: 5000 }, (_, index) => `key${index}: 1`).join('\n')}\n`;
  const { file, problems } = load(text, 'f.yaml', { env });
  expect(problems).toHaveLength(201);
  expect([file, problems.some((problem) => problem.level === 'error'), problems.at(-1)?.message]).toEqual([
    undefined,
    true,
    'and 4801 more',
  ]);
});
