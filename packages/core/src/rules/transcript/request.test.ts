import type { LanguageModelV4CallOptions } from '@ai-sdk/provider';
import { describe, expect, it } from 'vitest';
import type { Protocol } from '../target.ts';
import { wantsOf } from './families.ts';
import type { Marks, ProjectionTarget } from './origin.ts';
import { fitRequest } from './request.ts';

type Options = LanguageModelV4CallOptions;

const at = (protocol: Protocol, model: string, vendor?: string): ProjectionTarget => ({
  entry: 'e',
  protocol,
  model,
  account: 'a',
  wants: wantsOf({ protocol, model, ...(vendor && { vendor }) }),
});
const CLAUDE = at('anthropic-messages', 'claude-sonnet-4-5');
const OPUS = at('anthropic-messages', 'claude-opus-5-5');
const GPT = at('openai-responses', 'gpt-5');
const GEMINI = at('google', 'gemini-2.5-pro');
const GROK = at('openai-chat', 'grok-4', 'xai');
const SERVER = at('openai-chat', 'llama');

const PROMPT: Options['prompt'] = [{ role: 'user', content: [{ type: 'text', text: 'q' }] }];
const CALLED: Options['prompt'] = [
  ...PROMPT,
  { role: 'assistant', content: [{ type: 'tool-call', toolCallId: 'a', toolName: 't', input: {} }] },
  { role: 'tool', content: [{ type: 'tool-result', toolCallId: 'a', toolName: 't', output: { type: 'text', value: 'x' } }] },
];
const TOOL = { type: 'function' as const, name: 't', inputSchema: { type: 'object' as const, properties: {} } };
const SEARCH = { type: 'provider' as const, id: 'anthropic.web_search_20250305' as const, name: 'web_search', args: {} };

const NONE: Marks = { own: 0, foreign: 0 };
const fit = (target: ProjectionTarget, more: Partial<Options>, marks = NONE) => fitRequest({ prompt: PROMPT, ...more }, target, marks);

describe('what a target takes of a request', () => {
  it('a request that every target takes goes on as it is, with nothing to say', () => {
    const request: Options = { prompt: PROMPT, tools: [TOOL], temperature: 0.5, stopSequences: ['END'] };
    for (const target of [CLAUDE, OPUS, GEMINI, SERVER])
      expect(fitRequest(request, target, NONE)).toEqual({ options: request, warnings: [] });
    expect(fitRequest(request, SERVER, NONE).options).toBe(request);
  });

  it.each<[string, ProjectionTarget, Partial<Options>, Record<string, unknown>]>([
    ['stop sequences where there are none', GPT, { stopSequences: ['a'] }, { stopSequences: undefined }],
    ['too many of them', GEMINI, { stopSequences: ['1', '2', '3', '4', '5', '6'] }, { stopSequences: ['1', '2', '3', '4', '5'] }],
    ['one of white space', CLAUDE, { stopSequences: [' ', 'a'] }, { stopSequences: ['a'] }],
    ['a temperature too high', CLAUDE, { temperature: 1.4 }, { temperature: 1 }],
    [
      'penalties of reasoning models',
      GROK,
      { presencePenalty: 1, frequencyPenalty: 1 },
      { presencePenalty: undefined, frequencyPenalty: undefined },
    ],
    ["another provider's own tool", GPT, { tools: [TOOL, SEARCH] }, { tools: [TOOL] }],
    [
      'the choice of a tool that is not there',
      GPT,
      { tools: [SEARCH], toolChoice: { type: 'tool', toolName: 'web_search' } },
      { tools: undefined, toolChoice: undefined },
    ],
    [
      'a forced tool where none can be',
      OPUS,
      { tools: [TOOL], toolChoice: { type: 'required' }, reasoning: 'high' },
      { toolChoice: { type: 'auto' }, reasoning: 'high' },
    ],
    [
      'thinking with a forced tool, older',
      CLAUDE,
      { tools: [TOOL], toolChoice: { type: 'required' }, reasoning: 'high' },
      { reasoning: undefined },
    ],
    ['thinking in a turn that another model began', CLAUDE, { prompt: CALLED, reasoning: 'high' }, { reasoning: undefined }],
    ['the same where thinking is adaptive', OPUS, { prompt: CALLED, reasoning: 'high' }, { reasoning: 'high' }],
    [
      'a budget in a turn that another model began',
      CLAUDE,
      { prompt: CALLED, providerOptions: { anthropic: { thinking: { type: 'enabled', budgetTokens: 5 }, x: 1 } } },
      { providerOptions: { anthropic: { x: 1 } } },
    ],
    [
      'one call at a time, asked of another vendor',
      CLAUDE,
      { tools: [TOOL], providerOptions: { openai: { parallelToolCalls: false } } },
      { providerOptions: { openai: { parallelToolCalls: false }, anthropic: { disableParallelToolUse: true } } },
    ],
  ])('C12, C15, C17: %s', (_name, target, more, want) => {
    const { options, warnings } = fit(target, more);
    expect(options).toMatchObject(Object.fromEntries(Object.entries(want).filter(([, value]) => value !== undefined)));
    for (const [field, value] of Object.entries(want)) if (value === undefined) expect(options).not.toHaveProperty(field);
    if (Object.values(want).includes(undefined)) expect(warnings.length).toBeGreaterThan(0);
  });

  it('C14: cache marks for another vendor ask Anthropic for its own; too many of its own leave the last', () => {
    expect(fit(CLAUDE, {}, { own: 0, foreign: 2 }).options.providerOptions).toEqual({ anthropic: { cacheControl: { type: 'ephemeral' } } });
    expect(fit(GPT, {}, { own: 0, foreign: 2 }).options.providerOptions).toBeUndefined();
    const mark = { providerOptions: { anthropic: { cacheControl: { type: 'ephemeral' } } } };
    const prompt: Options['prompt'] = Array.from({ length: 6 }, (_, n) => ({
      role: 'user',
      content: [{ type: 'text', text: String(n), ...mark }],
    }));
    const sent = fit(CLAUDE, { prompt }, { own: 6, foreign: 0 }).options.prompt;
    expect(sent.map(({ content }) => JSON.stringify(content).includes('cacheControl'))).toEqual([false, false, true, true, true, true]);
    expect(JSON.stringify(prompt).match(/cacheControl/g)).toHaveLength(6);
  });
});
