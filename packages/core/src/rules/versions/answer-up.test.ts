import { describe, expect, it } from 'vitest';
import { partUp, resultUp } from './answer-up.ts';

const V2 = { inputTokens: 10, outputTokens: 3, totalTokens: 13, reasoningTokens: 1, cachedInputTokens: 4 };
const UP = {
  inputTokens: { total: 10, noCache: undefined, cacheRead: 4, cacheWrite: undefined },
  outputTokens: { total: 3, text: undefined, reasoning: 1 },
};

describe('what an older model answers', () => {
  it.each([
    ['stop', 'stop'],
    ['tool-calls', 'tool-calls'],
    ['unknown', 'other'],
    ['error', 'error'],
  ] as const)('v2: a finish %s is %s, without a word of the provider’s', (reason, unified) => {
    expect(partUp({ type: 'finish', finishReason: reason, usage: V2 })).toEqual({
      type: 'finish',
      finishReason: { unified, raw: undefined },
      usage: UP,
    });
  });

  it('v2: an `other` was told, and ends an answer', () => {
    expect(partUp({ type: 'finish', finishReason: 'other', usage: V2 })).toMatchObject({
      finishReason: { unified: 'other', raw: 'other' },
    });
  });

  it('a whole answer: files, finish and usage; what is there already stays', () => {
    const plain = { type: 'text', text: 'hello' };
    const file = { type: 'file', mediaType: 'image/png', data: 'AAAA' };
    expect(resultUp({ content: [plain, file], finishReason: 'stop', usage: V2 })).toEqual({
      content: [plain, { ...file, data: { type: 'data', data: 'AAAA' } }],
      finishReason: { unified: 'stop', raw: undefined },
      usage: UP,
    });
    const reason = { unified: 'stop', raw: 'end_turn' } as const;
    expect(resultUp({ content: [], finishReason: reason, usage: UP })).toEqual({ content: [], finishReason: reason, usage: UP });
    expect(partUp(plain)).toBe(plain);
  });
});
