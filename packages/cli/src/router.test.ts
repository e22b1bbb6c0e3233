import { load, chainOf, type ChainSpec } from '@holdfast/agent/engine';
import type { Model, ModelOptions } from '@holdfast/core/engine';
import { describe, expect, it } from 'vitest';
import { otherChain } from './side-models.ts';
import { placesIn } from './model-setup.ts';
import { router } from './router.ts';

const TEXT = `
models:
  router:
    provider: openai
    model: small
    routing:
      - { model: fast, examples: [hello, good morning] }
      - { model: big, examples: [implement a function, debug this code] }
      - { model: openai/small, examples: [translate a word] }
  fast: { provider: openai, model: fast }
  big: { provider: openai, model: big }
agents:
  root: { model: router, fallback: { models: [big] } }
  other: { model: "router, fast" }
`;
const env = () => 'key';
const file = load(TEXT, 'f.yaml', { env }).file!;
const chain = (agent: string): ChainSpec => {
  const found = chainOf(file, agent, { env });
  if ('findings' in found) throw new Error('no chain');
  return found.chain;
};

/** The order of places that a prompt is asked with, as references. */
function asked(spec: ChainSpec, ...said: readonly (readonly [string, string])[]): readonly string[] {
  let order: readonly string[] = [];
  const refs = placesIn(spec).map(({ ref }) => ref);
  const of = (places: readonly number[]): Model =>
    ({ doGenerate: async () => void (order = places.map((place) => refs[place]!)) }) as unknown as Model;
  const prompt = said.map(([role, text]) => ({ role, content: [{ type: 'text', text }] }));
  void router(spec, of).doGenerate({ prompt } as unknown as ModelOptions);
  return order;
}

describe('a router', () => {
  it.each([
    ['Hello there!', ['openai/fast', 'openai/small', 'openai/big']],
    ['Implement a function that sorts', ['openai/big', 'openai/small']],
    ['Translate a word, please', ['openai/small', 'openai/big']],
    ['Is the sun a star?', ['openai/small', 'openai/big']],
  ])('%j is asked of %j, in that order', (text, order) => expect(asked(chain('root'), ['user', text])).toEqual(order));

  it('a tool exchange stays with the message it is about', () => {
    const turn = [
      ['user', 'hello'],
      ['assistant', 'implement a function'],
      ['tool', 'debug this code'],
    ] as const;
    expect(asked(chain('root'), ...turn)[0]).toBe('openai/fast');
  });

  it('routes where an agent names it alone, also when it was chosen in a session', () => {
    expect(chain('other').routes).toEqual([]);
    expect(otherChain(file, 'other', 'router', env).routes).toHaveLength(3);
  });
});

describe('W1: another model for an agent', () => {
  it.each([
    ['root', 'fst', 'the model "fst" cannot be asked: there is no model or tier "fst"; did you mean "fast"?'],
    ['root', 'nowhere/x', /^the model "nowhere\/x" cannot be asked: there is no provider "nowhere"/],
    ['nobody', 'fast', 'no agent "nobody" in f.yaml'],
  ])('%s with %s is refused in words', (agent, ref, message) => expect(() => otherChain(file, agent, ref, env)).toThrow(message));

  it('its fallback stays', () => {
    expect(otherChain(file, 'root', 'fast', env).targets.map(({ ref }) => ref)).toEqual(['openai/fast', 'openai/big']);
  });
});
