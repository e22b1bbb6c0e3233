import { createAnthropic } from '@ai-sdk/anthropic';
import { createGoogle } from '@ai-sdk/google';
import { createOpenAI } from '@ai-sdk/openai';
import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import { holdfast, type Model } from '@holdfast/core';
import { MemoryMoving, type ModelOptions, type MovingStore, type Part } from '@holdfast/core/engine';
import { labProvider, texts, type Checked, type Fault, type LabProvider, type LabProviderOptions } from '@holdfast/lab';
import { afterEach, describe, expect, it } from 'vitest';
import { APIS, ask, httpScene, PROMPT, PROTOCOL_OF, TOOLS, type Api, type Place } from './http-scene.ts';

type Prompt = ModelOptions['prompt'];
type Message = Prompt[number];

const open: LabProvider[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((provider) => provider.close()));
});

const TEXT = texts.plain;
const says = (text: string): Message => ({ role: 'user', content: [{ type: 'text', text }] });

async function lab(
  name: string,
  api: Api,
  more: Partial<LabProviderOptions> & { fault?: Fault; times?: number } = {},
): Promise<LabProvider> {
  const { fault, times, ...options } = more;
  const outage = { rules: fault ? [{ target: name, fault, ...(times !== undefined && { times }) }] : [] };
  const provider = await labProvider({ script: { text: TEXT }, outage, checked: true, ...options, name, protocol: PROTOCOL_OF[api] });
  open.push(provider);
  return provider;
}

/** A caller as the AI SDK is one: what was answered goes back as it came, its metadata with it. */
class Caller {
  #prompt: Prompt = [];

  async say(model: Model, text: string): Promise<void> {
    this.#prompt = [...this.#prompt, says(text)];
    while (await this.#answered(model));
  }

  /** Whether it asked for tools. */
  async #answered(model: Model): Promise<boolean> {
    const { content } = await model.doGenerate({ prompt: this.#prompt, tools: TOOLS, reasoning: 'medium', maxOutputTokens: 20_000 });
    const kept = content.flatMap((part) => {
      if (part.type !== 'text' && part.type !== 'reasoning' && part.type !== 'tool-call') return [];
      const { providerMetadata: meta, ...rest } = part;
      const block = {
        ...rest,
        ...(part.type === 'tool-call' && { input: JSON.parse(part.input) as unknown }),
        ...(meta && { providerOptions: meta }),
      };
      return [block as Extract<Message, { role: 'assistant' }>['content'][number]];
    });
    this.#prompt = [...this.#prompt, { role: 'assistant', content: kept }];
    const calls = kept.filter((part) => part.type === 'tool-call');
    if (calls.length === 0) return false;
    const results = calls.map(({ toolCallId, toolName }) => ({
      type: 'tool-result' as const,
      toolCallId,
      toolName,
      output: { type: 'text' as const, value: 'found' },
    }));
    this.#prompt = [...this.#prompt, { role: 'tool', content: results }];
    return true;
  }
}

/** Thinks, calls a tool, and answers when its result is there. */
const script: NonNullable<LabProviderOptions['script']> = (facts) =>
  facts.turns.at(-1)?.role === 'tool'
    ? { text: TEXT }
    : { reasoning: `thought of ${facts.provider}`, text: 'Let me look.', toolCalls: [{ name: 'lookup', args: { query: 'x' } }] };

describe('a conversation that leaves its provider and comes back, over HTTP, nobody refusing anything', () => {
  const MODELS: Readonly<Record<'anthropic' | 'openai-responses' | 'google', (at: LabProvider) => Model>> = {
    anthropic: ({ url }) => createAnthropic({ baseURL: url, apiKey: 'k' })('claude-opus-5-5'),
    'openai-responses': ({ url }) => createOpenAI({ baseURL: url, apiKey: 'k' }).responses('gpt-5'),
    google: ({ url }) => createGoogle({ baseURL: url, apiKey: 'k' })('gemini-3-pro'),
  };
  const NAMES = Object.keys(MODELS) as (keyof typeof MODELS)[];
  const PAIRS = NAMES.flatMap((first) => NAMES.filter((second) => second !== first).map((second) => [first, second] as const));

  it.each(PAIRS)('T1, T4: %s, then %s, and back', async (first, second) => {
    const signed = { checked: { signedCalls: true } };
    const east = await lab('east', first, { script, ...signed });
    const west = await lab('west', second, { script, ...signed });
    const home = MODELS[first](east);
    const away = MODELS[second](west);
    const store = new MemoryMoving();
    const models = (order: readonly Model[]): Model => holdfast({ models: order, moving: store, retries: 0 });
    const caller = new Caller();
    await caller.say(models([home, away]), 'one');
    // Three processes, one after the other: what they know of each other is in the store.
    await caller.say(models([away, home]), 'two');
    await caller.say(models([home, away]), 'three');
    for (const { requests } of [east, west]) expect(requests.map(({ status }) => status).filter((status) => status !== 200)).toEqual([]);
    expect(JSON.stringify(west.requests.map(({ body }) => body))).not.toContain('thought of east');
    const last = JSON.stringify(east.requests.at(-1)!.body);
    expect(last).not.toContain('thought of west');
    // What had been left out elsewhere is there again; Gemini's thoughts are known by the signature of the call behind them.
    expect(last).toContain(first === 'google' ? '"thoughtSignature":"bGFi' : 'thought of east');
  });
});

it.each(['anthropic', 'openai-responses', 'google'] as const)(
  'C1: a block of reasoning that was cut is known when it comes back (%s)',
  async (api) => {
    const reasoning = { script: { reasoning: 'a thought that breaks off', text: TEXT } };
    await using on = await httpScene(
      { east: { api, ...reasoning, fault: { do: 'reasoning-break' }, checked: true }, west: { api, ...reasoning, checked: true } },
      { retries: 0 },
    );
    const parts: Part[] = [];
    for await (const part of (await on.model.doStream({ prompt: PROMPT, reasoning: 'medium' })).stream) parts.push(part);
    const ends = parts.filter((part) => part.type === 'reasoning-end');
    expect(ends[0]?.providerMetadata).toEqual({ holdfast: { cut: true } });
    // As the AI SDK keeps it: each block with the metadata it ended with.
    const blocks = ends.map(({ providerMetadata }, nth) => ({
      type: 'reasoning' as const,
      text: `thought ${nth}`,
      ...(providerMetadata && { providerOptions: providerMetadata }),
    }));
    await ask(on, 'generate', {
      prompt: [...PROMPT, { role: 'assistant', content: [...blocks, { type: 'text', text: TEXT }] }, says('more')],
    });
    const sent = JSON.stringify(on.providers['west']!.requests.at(-1)!.body);
    expect(sent).not.toContain('thought 0');
    expect(sent).not.toContain('holdfast');
    expect(on.providers['west']!.requests.map(({ status }) => status)).toEqual([200, 200]);
  },
);

describe.each(APIS)('what a request had to be changed for is changed back, and said (%s)', (api) => {
  const NAMES = ['mcp.server/read file', 'x'.repeat(90), '1st'];
  const tools = NAMES.map((name) => ({ type: 'function' as const, name, inputSchema: { type: 'object' as const } }));
  /** Calls every tool it was shown, by the names it was shown. */
  const script: NonNullable<LabProviderOptions['script']> = (facts) => ({ toolCalls: facts.tools.map(({ name }) => ({ name, args: {} })) });

  it.each(['stream', 'generate'] as const)('C11: names of tools: %s', async (how) => {
    await using on = await httpScene({ east: { api, script, checked: true } });
    const told = await ask(on, how, { tools, toolChoice: { type: 'tool', toolName: NAMES[0]! } });
    expect(told.calls.map(({ name }) => name)).toEqual(NAMES);
    expect(on.providers['east']!.requests[0]!.facts!.tools.map(({ name }) => name)).not.toContain(NAMES[0]);
  });

  it('C12, C15: what was left out is a warning, streaming and not', async () => {
    await using on = await httpScene({ east: { api, script: { text: TEXT }, checked: true } });
    const search = { type: 'provider' as const, id: 'elsewhere.search' as const, name: 'search', args: {} };
    const asked = { prompt: PROMPT, tools: [search] };
    const { warnings } = await on.model.doGenerate(asked);
    expect(warnings).toContainEqual({ type: 'unsupported', feature: 'tool elsewhere.search', details: 'it runs at elsewhere only' });
    for await (const part of (await on.model.doStream(asked)).stream)
      if (part.type === 'stream-start') expect(part.warnings).toEqual(warnings);
  });
});

it('T1: reasoning that carries nothing opaque is known by what it says', async () => {
  const at = (url: string, name: string): Model => createOpenAICompatible({ baseURL: url, apiKey: 'k', name })('small-1');
  const east = await lab('east', 'openai-compatible', { script });
  const west = await lab('west', 'openai-compatible', { script });
  const [home, away] = [at(east.url, 'east'), at(west.url, 'west')] as const;
  const store = new MemoryMoving();
  const caller = new Caller();
  for (const order of [
    [home, away],
    [away, home],
    [home, away],
  ])
    await caller.say(holdfast({ models: order, moving: store }), 'say');
  const last = (provider: LabProvider): string => JSON.stringify(provider.requests.at(-1)!.body);
  expect(last(east)).toContain('"reasoning_content":"thought of east"');
  expect(last(west)).toContain('"reasoning_content":"thought of west"');
  expect([last(east).includes('thought of west'), last(west).includes('thought of east')]).toEqual([false, false]);
});

const CALLED: Prompt = [
  says('go'),
  { role: 'assistant', content: [{ type: 'tool-call', toolCallId: 'call_0', toolName: 'lookup', input: { query: 'x' } }] },
  { role: 'tool', content: [{ type: 'tool-result', toolCallId: 'call_0', toolName: 'lookup', output: { type: 'text', value: 'y' } }] },
];

const PICTURE: Message = {
  role: 'user',
  content: [{ type: 'file', mediaType: 'image/png', data: { type: 'url', url: new URL('https://example.com/a.png') } }],
};

const thinking = (meta: Record<string, Record<string, string>>): Prompt => [
  says('go'),
  {
    role: 'assistant',
    content: [
      { type: 'reasoning', text: 'hm', providerOptions: meta },
      { type: 'text', text: 'so' },
    ],
  },
  says('on'),
];

interface Mend {
  readonly api: Api;
  readonly checked: Checked;
  readonly asked: Partial<ModelOptions>;
  readonly model?: string;
  /** What must be gone from the second request, or come into it. */
  readonly gone?: string;
  readonly has?: string;
  /** It concerns this conversation, not the model. */
  readonly ofConversation?: true;
}

const MENDS: Readonly<Record<string, Mend>> = {
  'temperature, chat completions': {
    api: 'openai-compatible',
    checked: { refuses: ['temperature'] },
    asked: { temperature: 0.2 },
    gone: '"temperature"',
  },
  'temperature, Responses': {
    api: 'openai-responses',
    checked: { refuses: ['temperature'] },
    asked: { temperature: 0.2 },
    gone: '"temperature"',
  },
  'temperature, Gemini': { api: 'google', checked: { refuses: ['temperature'] }, asked: { temperature: 0.2 }, gone: '"temperature"' },
  'the older limit of tokens': {
    api: 'openai-compatible',
    checked: { refuses: ['max_tokens'] },
    asked: { maxOutputTokens: 50 },
    gone: '"max_tokens"',
    has: '"max_completion_tokens":50',
  },
  'too many tokens of output': {
    api: 'anthropic',
    checked: { maxOutput: 4096 },
    asked: { maxOutputTokens: 9000 },
    has: '"max_tokens":4096',
  },
  'a field of a beta': {
    api: 'anthropic',
    checked: { refuses: ['context_management'] },
    asked: { providerOptions: { anthropic: { contextManagement: { edits: [{ type: 'clear_tool_uses_20250919' }] } } } },
    gone: 'context_management',
  },
  'an effort': {
    api: 'openai-compatible',
    checked: { refuses: ['reasoning_effort'] },
    asked: { reasoning: 'low' },
    gone: 'reasoning_effort',
  },
  'order of roles': {
    api: 'openai-compatible',
    checked: { roles: 'strict' },
    asked: { prompt: [...CALLED, says('stop that')] },
    has: '(no reply)',
  },
  'ids of tool calls': { api: 'openai-compatible', checked: { ids: 'nine' }, asked: { prompt: CALLED }, gone: 'call_0' },
  images: { api: 'openai-compatible', checked: { images: false }, asked: { prompt: [PICTURE] }, gone: 'image_url', has: 'left out' },
  'calls without a signature': {
    api: 'google',
    checked: { signedCalls: true },
    asked: { prompt: CALLED },
    has: 'skip_thought_signature_validator',
  },
  'a conversation that ends with the assistant': {
    api: 'anthropic',
    model: 'claude-sonnet-4-5',
    checked: {},
    asked: { prompt: [says('go'), { role: 'assistant', content: [{ type: 'text', text: 'so' }] }] },
    has: '(go on)',
  },
  "another's signature, Anthropic": {
    api: 'anthropic',
    checked: {},
    asked: { prompt: thinking({ anthropic: { signature: 'bWFkZSBlbHNld2hlcmU=' } }) },
    gone: '"thinking"',
    ofConversation: true,
  },
  "another's encrypted reasoning, Responses": {
    api: 'openai-responses',
    checked: {},
    asked: { prompt: thinking({ openai: { itemId: 'rs_1', reasoningEncryptedContent: 'bWFkZSBlbHNld2hlcmU=' } }) },
    gone: 'encrypted_content":"',
    ofConversation: true,
  },
};

describe('T3: a refusal that says what is wrong is mended, once, and not met again', () => {
  const bodyOf = (at: LabProvider, nth: number): string => JSON.stringify(at.requests[nth]?.body);

  it.each(Object.entries(MENDS))('%s', async (_name, { api, checked, asked, gone, has, ofConversation, model = 'small-1' }) => {
    const east: Place = { api, checked, script: { text: TEXT }, target: { model } };
    await using on = await httpScene({ east, west: { api: 'anthropic', script: { text: 'elsewhere' } } });
    const first = await ask(on, 'generate', { prompt: PROMPT, ...asked });
    const at = on.providers['east']!;
    expect(first).toMatchObject({ text: TEXT, record: { target: 'east/small-1' } });
    expect(first.record!.attempts.map(({ failure }) => failure?.kind)).toEqual(['bad-request', undefined]);
    expect(at.requests.map(({ status }) => status)).toEqual([400, 200]);
    if (gone !== undefined) expect([bodyOf(at, 0), bodyOf(at, 1)].map((body) => body.includes(gone))).toEqual([true, false]);
    if (has !== undefined) expect([bodyOf(at, 0), bodyOf(at, 1)].map((body) => body.includes(has))).toEqual([false, true]);
    // The next turn of this conversation, and unless it was the conversation's own affair the next one as well.
    const prompt = asked.prompt ?? PROMPT;
    await ask(on, 'generate', {
      ...asked,
      prompt: [...prompt, { role: 'assistant', content: [{ type: 'text', text: TEXT }] }, says('more')],
    });
    if (!ofConversation) await ask(on, 'generate', { ...asked, prompt: [says('another'), ...prompt] });
    expect(at.requests.slice(2).map(({ status }) => status)).toEqual(ofConversation ? [200] : [200, 200]);
    expect(on.providers['west']!.requests).toHaveLength(0);
    await on.over();
  });

  it('what helped is known to whoever shares the store', async () => {
    const east = await lab('east', 'openai-responses', { checked: { refuses: ['temperature'] } });
    const store: MovingStore = new MemoryMoving();
    for (let nth = 0; nth < 2; nth++) {
      const model = holdfast({ models: [createOpenAI({ baseURL: east.url, apiKey: 'k' }).responses('small-1')], moving: store });
      await model.doGenerate({ prompt: PROMPT, temperature: 0.5 });
    }
    expect(east.requests.map(({ status }) => status)).toEqual([400, 200, 200]);
  });

  it.each<[string, Partial<ModelOptions>]>([
    ['Invalid `signature` in `thinking` block', {}],
    ['messages.0.content.0: The block is bound to a different conversation', {}],
    ["Unsupported parameter: 'temperature' is not supported with this model.", {}],
    ['This model does not support image content', {}],
    ['No tool output found for function call call_1.', {}],
    ['This model does not support assistant message prefill. The conversation must end with a user message.', {}],
    ['tool_choice that forces tool use is not supported', { tools: TOOLS, toolChoice: { type: 'required' } }],
  ])('a refusal of what the request does not hold is not sent again unchanged: %s', async (message, asked) => {
    const body = JSON.stringify({ error: { message, type: 'invalid_request_error' } });
    const east = await lab('east', 'openai', { fault: { do: 'status', status: 400, body } });
    const west = await lab('west', 'openai');
    const models = [east, west].map(({ url }) => createOpenAI({ baseURL: url, apiKey: 'k' }).chat('m'));
    expect(await ask({ model: holdfast({ models }) }, 'generate', { prompt: PROMPT, ...asked })).toMatchObject({ record: { place: 1 } });
    expect(east.requests).toHaveLength(1);
  });

  it('an effort that is refused is not asked for again; another one is', async () => {
    const body = JSON.stringify({
      error: { message: "Unsupported value: 'reasoning_effort' does not support 'minimal' with this model.", code: 'unsupported_value' },
    });
    const east = await lab('east', 'openai', { fault: { do: 'status', status: 400, body }, times: 1 });
    const model = holdfast({ models: [createOpenAI({ baseURL: east.url, apiKey: 'k' }).chat('gpt-5')] });
    for (const reasoning of ['minimal', 'minimal', 'high'] as const) await model.doGenerate({ prompt: PROMPT, reasoning });
    expect(east.requests.map(({ body: sent }) => (sent as { reasoning_effort?: string }).reasoning_effort)).toEqual([
      'minimal',
      undefined,
      undefined,
      'high',
    ]);
  });

  it('what no repair mends goes to the next target, and is told of the last', async () => {
    const east = await lab('east', 'openai-responses', { fault: { do: 'status', status: 400, reason: 'bad-request' } });
    const west = await lab('west', 'anthropic');
    const models = [
      createOpenAI({ baseURL: east.url, apiKey: 'k' }).responses('m'),
      createAnthropic({ baseURL: west.url, apiKey: 'k' })('m'),
    ];
    expect(await ask({ model: holdfast({ models }) }, 'generate')).toMatchObject({ text: TEXT, record: { place: 1 } });
    expect(east.requests).toHaveLength(1);
  });
});
