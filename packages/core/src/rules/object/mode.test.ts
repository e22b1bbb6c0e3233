import type { LanguageModelV4CallOptions, LanguageModelV4StreamPart } from '@ai-sdk/provider';
import { describe, expect, it } from 'vitest';
import type { Protocol, Target } from '../target.ts';
import { jsonAbility } from './abilities.data.ts';
import { inMode, isStrict, modeOf, OBJECT_TOOL, type ObjectMode } from './mode.ts';
import { ToolAnswer } from './tool-answer.ts';

const CLOSED = { type: 'object', properties: { a: { type: 'string' } }, required: ['a'], additionalProperties: false } as const;
const LIST = { type: 'array', items: { type: 'string' } } as const;

type Request = LanguageModelV4CallOptions;
const asking = (schema?: object, more: Partial<Request> = {}): Request => ({
  prompt: [{ role: 'user', content: [{ type: 'text', text: 'go' }] }],
  responseFormat: { type: 'json', ...(schema && { schema }) },
  ...more,
});

function target(protocol: Protocol, vendor: string, model: string, more: Partial<Target> = {}): Target {
  const json = jsonAbility(vendor, model);
  const names = { entry: vendor, model, credential: `${vendor}#-`, account: `${vendor}#-`, group: model };
  return { place: 0, ref: `${vendor}/${model}`, protocol, ...names, ...(json && { json }), ...more };
}

const anthropic = (model: string, more?: Partial<Target>) => target('anthropic-messages', 'anthropic', model, more);
const openai = (model: string) => target('openai-responses', 'openai', model);

describe('how a target is asked for JSON (B3.2)', () => {
  const cases: readonly [name: string, target: Target, request: Request, wish: ObjectMode | undefined, mode: ObjectMode, told?: boolean][] =
    [
      ['native schema first', openai('gpt-5'), asking(CLOSED), undefined, 'native'],
      ['native where nothing is known', anthropic('claude-future-9'), asking(CLOSED), undefined, 'native'],
      ['a server that imitates is told in words too', target('openai-chat', 'mine', 'm'), asking(CLOSED), undefined, 'native', true],
      ['a forced tool where the data allows it', anthropic('claude-sonnet-4-20250514'), asking(CLOSED), undefined, 'tool'],
      ['no forced tool while it thinks', anthropic('claude-sonnet-4', { effort: 'high' }), asking(CLOSED), undefined, 'instruction'],
      ['nor when the request says so', anthropic('claude-sonnet-4'), asking(CLOSED, { reasoning: 'high' }), undefined, 'instruction'],
      ['words where neither is known to work', target('openai-chat', 'deepseek', 'deepseek-v4'), asking(CLOSED), undefined, 'instruction'],
      ['a list at OpenAI', openai('gpt-5'), asking(LIST), undefined, 'instruction'],
      ['a list at Google', target('google', 'google', 'gemini-3-pro'), asking(LIST), undefined, 'native'],
      ['JSON without a schema', openai('gpt-5'), asking(), undefined, 'native'],
      ['JSON without a schema where there is no such mode', anthropic('claude-opus-5'), asking(), undefined, 'instruction'],
      ['a wish', openai('gpt-5'), asking(CLOSED), 'tool', 'tool'],
      ['a wish that the model refuses', anthropic('claude-opus-5-5'), asking(CLOSED), 'tool', 'instruction'],
      ['a wish for words', openai('gpt-5'), asking(CLOSED), 'instruction', 'instruction'],
    ];
  it.each(cases)('%s', (_, at, request, wish, mode, told) => {
    const chosen = modeOf(at, request, wish);
    expect(chosen.mode).toBe(mode);
    if (told !== undefined) expect(chosen.told).toBe(told);
  });

  it('field note 12: no model that refuses a forced choice is ever forced', () => {
    for (const model of ['claude-opus-5-5', 'claude-sonnet-5-5', 'claude-fable-5', 'claude-fable-5-1', 'claude-fable-5-2', 'o1-mini'])
      for (const wish of [undefined, 'tool'] as const) {
        const at = model.startsWith('claude') ? anthropic(model) : openai(model);
        expect(modeOf(at, asking(CLOSED), wish).mode).not.toBe('tool');
      }
  });
});

describe('the request as a target gets it', () => {
  it('native passes as it is when the schema is strict, and says so when it is not', () => {
    const request = asking(CLOSED);
    expect(inMode(request, { mode: 'native', told: false, json: false })).toBe(request);
    const loose = inMode(asking({ type: 'object', properties: { a: {} } }), { mode: 'native', told: false, json: false });
    expect(loose.providerOptions).toEqual({ openai: { strictJsonSchema: false }, openaiCompatible: { strictJsonSchema: false } });
  });

  it('a tool that is forced, beside those of the request', () => {
    const own = { type: 'function' as const, name: 'look', inputSchema: {} };
    const alone = inMode(asking(CLOSED), { mode: 'tool', told: false, json: false });
    expect(alone).toMatchObject({
      toolChoice: { type: 'tool', toolName: OBJECT_TOOL },
      tools: [{ name: OBJECT_TOOL, inputSchema: CLOSED }],
    });
    expect(alone.responseFormat).toBeUndefined();
    const beside = inMode(asking(CLOSED, { tools: [own] }), { mode: 'tool', told: false, json: false });
    expect(beside).toMatchObject({ toolChoice: { type: 'required' }, tools: [own, { name: OBJECT_TOOL }] });
  });

  it('T2: words stand at the head, the same from turn to turn', () => {
    const first = inMode(asking(CLOSED), { mode: 'instruction', told: true, json: true });
    const longer = asking(CLOSED).prompt.concat({ role: 'assistant', content: [{ type: 'text', text: 'ok' }] });
    const second = inMode({ ...asking(CLOSED), prompt: longer }, { mode: 'instruction', told: true, json: false });
    expect(second.prompt.slice(0, first.prompt.length)).toEqual(first.prompt);
    expect(JSON.stringify(first.prompt[0])).toContain('additionalProperties');
    expect(first.responseFormat).toEqual({ type: 'json' });
    expect(second.responseFormat).toBeUndefined();
    const system = inMode(
      { ...asking(CLOSED), prompt: [{ role: 'system', content: 'Be brief.' }] },
      { mode: 'instruction', told: true, json: false },
    );
    expect(system.prompt).toHaveLength(1);
    expect(system.prompt[0]!.content).toMatch(/^Be brief\.\n\nAnswer with one JSON value/);
  });

  it('knows what OpenAI calls strict', () => {
    expect(isStrict(CLOSED)).toBe(true);
    expect(isStrict({ ...CLOSED, properties: { a: {}, b: {} } })).toBe(false);
    expect(isStrict({ ...CLOSED, properties: { a: { type: 'object', properties: {} } } })).toBe(false);
    const named = { type: 'object', properties: { properties: { type: 'string' }, type: { type: 'string' } } };
    expect(isStrict({ ...named, required: ['properties', 'type'], additionalProperties: false })).toBe(true);
    expect(isStrict({ type: 'object', additionalProperties: { type: 'string' } })).toBe(false);
  });
});

describe('an answer that came as the input of the forced tool', () => {
  const finish = {
    type: 'finish',
    finishReason: { unified: 'tool-calls', raw: 'tool_use' },
    usage: {},
  } as unknown as LanguageModelV4StreamPart;
  const start = (toolName: string): LanguageModelV4StreamPart => ({ type: 'tool-input-start', id: 't', toolName });
  const delta: LanguageModelV4StreamPart = { type: 'tool-input-delta', id: 't', delta: '{}' };
  const end: LanguageModelV4StreamPart = { type: 'tool-input-end', id: 't' };
  const call = (toolName: string): LanguageModelV4StreamPart => ({ type: 'tool-call', toolCallId: 't', toolName, input: '{}' });
  const told = (...parts: LanguageModelV4StreamPart[]) => {
    const answer = new ToolAnswer();
    return parts
      .flatMap((part) => answer.take(part))
      .map((part) => ('delta' in part ? part.delta : part.type === 'finish' ? part.finishReason.unified : part.type));
  };

  it('is text, piece by piece', () => {
    expect(told(start(OBJECT_TOOL), delta, end, call(OBJECT_TOOL), finish)).toEqual(['text-start', '{}', 'text-end', 'stop']);
  });
  it('is text when it came whole', () => {
    expect(told(call(OBJECT_TOOL), finish)).toEqual(['text-start', '{}', 'text-end', 'stop']);
    expect(told(start(OBJECT_TOOL), end, call(OBJECT_TOOL), finish)).toEqual(['text-start', '{}', 'text-end', 'stop']);
  });
  it('leaves the calls of other tools alone', () => {
    expect(told(start('look'), delta, end, call('look'), finish)).toEqual([
      'tool-input-start',
      '{}',
      'tool-input-end',
      'tool-call',
      'tool-calls',
    ]);
  });
});
