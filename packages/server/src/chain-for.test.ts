import { load } from '@holdfast/agent/engine';
import { describe, expect, it } from 'vitest';
import { chainFor, namesFor } from './chain-for.ts';
import { resolveModel } from './rules/model-names.ts';

const KEYS: Readonly<Record<string, string>> = { OPENAI_API_KEY: 'k', WORK_KEY: 'k' };
const env = (name: string): string | undefined => KEYS[name];

const FILE = load(
  `
providers: { work: { api: openai-chat, base_url: https://llm.example.com/v1, token_key: WORK_KEY } }
models: { small: { provider: mistral, model: small-1 } }
tiers:
  fast: { models: [work/small-1, 'anthropic/claude-haiku-4-5:low'], retries: 5 }
  smart: openai/gpt-5, small
server:
  aliases: { 'claude-*haiku*': fast, 'claude-*': smart, 'o-*': xai/grok }
  default_tier: smart
`,
  'holdfast.yaml',
  { env },
).file!;

describe('the names of a file', () => {
  const names = namesFor(FILE, env);

  it('are its tiers, models and aliases, in its order, and the model ids behind them', () => {
    expect([...names.tiers, ...names.models, names.defaultTier]).toEqual(['fast', 'smart', 'small', 'smart']);
    expect(names.aliases).toEqual([
      ['claude-*haiku*', 'fast'],
      ['claude-*', 'smart'],
      ['o-*', 'xai/grok'],
    ]);
    expect(names.ids.get('fast')).toEqual(['small-1', 'claude-haiku-4-5']);
  });

  it('a provider may be asked that the file names, or whose key there is; none besides', () => {
    const may = ['work', 'mistral', 'anthropic', 'xai', 'openai', 'groq', 'ollama', 'elsewhere'].filter((name) =>
      names.providers.has(name),
    );
    expect(may).toEqual(['work', 'mistral', 'anthropic', 'xai', 'openai']);
    expect([...namesFor(FILE, () => undefined).providers]).not.toContain('groq');
  });
});

describe('the chain of a reference', () => {
  const chain = (ref: string) => chainFor(FILE, ref, env);

  it('is that of a tier, with what the tier says, an effort behind it or not', () => {
    expect(chain('fast')).toMatchObject({ name: 'fast', settings: { retries: 5 } });
    const high = chain('fast:high');
    expect(high).toMatchObject({ name: 'fast', settings: { retries: 5 } });
    expect(high.targets.map(({ ref, effort }) => [ref, effort])).toEqual([
      ['work/small-1', 'high'],
      ['anthropic/claude-haiku-4-5', 'low'],
    ]);
  });

  it('is one model of a reference or a name', () => {
    expect(chain('openai/gpt-5:low').targets).toMatchObject([{ ref: 'openai/gpt-5', effort: 'low', entry: { name: 'openai' } }]);
    expect(chain('small')).toMatchObject({ name: 'small', targets: [{ ref: 'mistral/small-1' }] });
  });

  it('there is one for everything that a client may mean, and none for what the file does not know', () => {
    const names = namesFor(FILE, env);
    for (const written of ['fast:max', 'claude-haiku-9', 'claude-x[1m]', 'o-1', 'openai/gpt-5[1m]', 'work/a/b:c', 'whatever']) {
      const found = resolveModel(written, names);
      expect('meant' in found && chain(found.meant.ref).targets.length).toBeGreaterThan(0);
    }
    expect(() => chain('nobody')).toThrow(RangeError);
  });
});
