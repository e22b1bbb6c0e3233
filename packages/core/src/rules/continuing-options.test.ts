import type { LanguageModelV4CallOptions } from '@ai-sdk/provider';
import { describe, expect, it } from 'vitest';
import { optionsContinuer } from './continuing-options.ts';
import { anchorOf } from './splice/anchor.ts';
import type { Target } from './target.ts';

const TARGET: Target = {
  place: 0,
  ref: 'x/m',
  entry: 'x',
  model: 'm',
  protocol: 'openai-chat',
  credential: 'x#k',
  account: 'x#k',
  group: 'm',
};
const PROMPT: LanguageModelV4CallOptions['prompt'] = [{ role: 'user', content: [{ type: 'text', text: 'count' }] }];
const SHOWN = 'One, two, three, four, five, six, seven, ';
const cut = { shown: SHOWN, anchor: anchorOf(SHOWN) };

const asked = (options: Partial<LanguageModelV4CallOptions> = {}, target: Partial<Target> = {}) =>
  optionsContinuer.ask({ prompt: PROMPT, ...options }, cut, 'instruction', { ...TARGET, ...target });

describe('C6: the request that goes on', () => {
  it('what was shown, without the white space at its end, then the anchor to be repeated', () => {
    const { prompt } = asked();
    expect(prompt.slice(0, 1)).toEqual(PROMPT);
    expect(prompt[1]).toMatchObject({ role: 'assistant', content: [{ text: SHOWN.trimEnd() }] });
    expect(JSON.stringify(prompt[2])).toContain(`⟦${cut.anchor.anchor}⟧`);
  });

  it('the least effort, whoever asked for more', () => {
    expect(asked().reasoning).toBeUndefined();
    expect(asked({ reasoning: 'high' }).reasoning).toBe('minimal');
    expect(asked({ reasoning: 'none' }, { effort: 'high' }).reasoning).toBe('none');
    expect(asked({}, { effort: 'high' }).reasoning).toBe('minimal');
    expect(asked({ reasoning: 'provider-default' }, { effort: 'low' }).reasoning).toBe('minimal');
  });

  it('a call at once is allowed where there are tools', () => {
    const tools = [{ type: 'function' as const, name: 'look', inputSchema: { type: 'object' as const } }];
    expect(JSON.stringify(asked({ tools }).prompt.at(-1))).toContain('tool call');
    expect(JSON.stringify(asked().prompt.at(-1))).not.toContain('tool call');
  });
});

describe('C5: what nobody else can go on with', () => {
  const bars = (providerOptions: LanguageModelV4CallOptions['providerOptions']) =>
    optionsContinuer.bars({ prompt: PROMPT, ...(providerOptions && { providerOptions }) });

  it.each([
    [{ openai: { n: 1 } }, undefined],
    [{ openai: { n: 3 } }, 'several-answers'],
    [{ google: { candidateCount: 2 } }, 'several-answers'],
    [{ openai: { logprobs: true } }, 'logprobs'],
    [{ openai: { logprobs: 1 } }, 'logprobs'],
    [{ openai: { logprobs: false } }, undefined],
    [{ openaiCompatible: { top_logprobs: 3 } }, 'logprobs'],
    [{ openai: { background: true } }, 'background'],
    [{ openai: { background: false } }, undefined],
    [{ openai: { modalities: ['text', 'audio'] } }, 'modalities'],
    [{ google: { responseModalities: ['TEXT'] } }, undefined],
    [{ openai: { prediction: { type: 'content' } } }, 'prediction'],
    [{ holdfast: { n: 9 } }, undefined],
  ] as const)('%j: %s', (options, why) => {
    expect(bars(options as never)).toBe(why);
  });
});
