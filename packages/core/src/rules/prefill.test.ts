import { describe, expect, it } from 'vitest';
import { beginningOf, isPrefilled } from './prefill.ts';
import type { Protocol, Target } from './target.ts';

const at = (protocol: Protocol, model: string, vendor?: string): Target => ({
  place: 0,
  ref: `x/${model}`,
  entry: 'x',
  model,
  protocol,
  credential: 'x#k',
  account: 'x#k',
  group: model,
  ...(vendor !== undefined && { vendor }),
});

const plain = { prompt: [] };

describe('C6: who goes on from a beginning of its own turn', () => {
  it.each([
    'claude-sonnet-4-5',
    'claude-sonnet-4-5-20250929',
    'claude-opus-4-1',
    'claude-opus-4-20250514',
    'claude-3-5-haiku-latest',
    'claude-haiku-4-5',
  ])('%s', (model) => {
    expect(isPrefilled(plain, at('anthropic-messages', model))).toBe(true);
  });

  it.each(['claude-sonnet-4-6', 'claude-opus-4-6-20260101', 'claude-sonnet-5', 'claude-opus-5-5', 'claude-fable-5', 'something-else'])(
    'not %s',
    (model) => {
      expect(isPrefilled(plain, at('anthropic-messages', model))).toBe(false);
    },
  );

  it.each([
    ['gemini-2.5-flash', true],
    ['gemini-2.0-flash-lite', true],
    ['gemini-3-pro-preview', true],
    ['gemini-3.1-pro', true],
    ['gemini-3.5-flash', true],
    ['models/gemini-2.5-pro', true],
    ['gemini-3.5-flash-lite', false],
    ['gemini-3.6-flash', false],
    ['gemini-4-pro', false],
  ])('%s: %s', (model, takes) => {
    expect(isPrefilled(plain, at('google', model))).toBe(takes);
  });

  it('unknown is no; Mistral and Moonshot take one that is marked', () => {
    expect(isPrefilled(plain, at('openai-chat', 'gpt-5', 'openai'))).toBe(false);
    expect(isPrefilled(plain, at('openai-responses', 'gpt-5', 'openai'))).toBe(false);
    expect(isPrefilled(plain, at('openai-chat', 'deepseek-chat', 'deepseek'))).toBe(false);
    expect(isPrefilled(plain, at('openai-chat', 'mistral-large-2512', 'mistral'))).toBe(true);
    expect(beginningOf(at('openai-chat', 'mistral-large-2512', 'mistral'))).toEqual({
      holdfast: { prefill: true },
      openaiCompatible: { prefix: true },
    });
    expect(beginningOf(at('openai-chat', 'kimi-k2', 'moonshotai'))).toMatchObject({ openaiCompatible: { partial: true } });
  });

  it('never with reasoning on', () => {
    const claude = at('anthropic-messages', 'claude-sonnet-4-5');
    expect(isPrefilled({ ...plain, reasoning: 'low' }, claude)).toBe(false);
    expect(isPrefilled({ ...plain, reasoning: 'none' }, { ...claude, effort: 'high' })).toBe(true);
    expect(isPrefilled(plain, { ...claude, effort: 'high' })).toBe(false);
    expect(isPrefilled({ ...plain, providerOptions: { anthropic: { thinking: { type: 'enabled', budgetTokens: 2000 } } } }, claude)).toBe(
      false,
    );
  });
});
