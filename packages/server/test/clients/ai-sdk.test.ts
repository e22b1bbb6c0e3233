/** The AI SDK as its users install it, with the three packages that speak the gateway's protocols. Its own retries are off. */
import { createAnthropic } from '@ai-sdk/anthropic';
import { createOpenAI } from '@ai-sdk/openai';
import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import { generateText, isStepCount, jsonSchema, Output, streamText, tool, type LanguageModel } from 'ai';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { KEY, type Client, type Front } from '../gateway-process.ts';
import { clientFront, fresh, INPUTS, inputsDue, PLANT, PLANT_SCHEMA, PNG, QUERY_SCHEMA, rowsOf, TEXT } from './scripted.ts';

let on: Front;
beforeAll(async () => void (on = await clientFront()), 60_000);
afterAll(() => on?.[Symbol.asyncDispose]());

interface Package {
  readonly name: string;
  readonly client: Client;
  readonly model: (base: string, model: string) => Exclude<LanguageModel, string>;
}

const PACKAGES: readonly Package[] = [
  {
    name: '@ai-sdk/openai-compatible',
    client: 'openai-chat',
    model: (baseURL, model) =>
      createOpenAICompatible({ name: 'gateway', baseURL, apiKey: KEY, includeUsage: true, supportsStructuredOutputs: true })(model),
  },
  { name: '@ai-sdk/openai, chat', client: 'openai-chat', model: (baseURL, model) => createOpenAI({ baseURL, apiKey: KEY }).chat(model) },
  {
    name: '@ai-sdk/openai, responses',
    client: 'openai-responses',
    model: (baseURL, model) => createOpenAI({ baseURL, apiKey: KEY }).responses(model),
  },
  { name: '@ai-sdk/anthropic', client: 'anthropic-messages', model: (baseURL, model) => createAnthropic({ baseURL, apiKey: KEY })(model) },
];

const cases = PACKAGES.flatMap((one) => rowsOf(one.client).map((row) => ({ ...one, ...row })));

type Options = Omit<Parameters<typeof streamText>[0], 'model' | 'maxRetries' | 'onError'>;

describe.each(cases)('$name over $upstream, $way', ({ client, model, upstream, way }) => {
  let tier = '';
  beforeEach(() => void (tier = fresh({ upstream, way })));
  const target = () => {
    const { base, model: id } = on.at(tier, client);
    return model(base, id);
  };

  async function streamed(options: Options) {
    const errors: unknown[] = [];
    const result = streamText({
      ...options,
      model: target(),
      maxRetries: 0,
      onError: ({ error }) => void errors.push(error),
    } as Parameters<typeof streamText>[0]);
    let text = '';
    for await (const part of result.textStream) text += part;
    expect(errors).toEqual([]);
    return { text, finishReason: await result.finishReason, steps: await result.steps, usage: await result.usage };
  }
  const whole = (options: Options) =>
    generateText({ ...options, model: target(), maxRetries: 0 } as unknown as Parameters<typeof generateText>[0]);
  const WAYS_TO_ASK = [
    ['streamText', streamed],
    ['generateText', whole],
  ] as const;

  it.each(WAYS_TO_ASK)('%s: text', async (_how, ask) => {
    const { text, finishReason, usage } = await ask({ prompt: 'Tell me.' });
    expect({ text, finishReason }).toEqual({ text: TEXT, finishReason: 'stop' });
    expect(usage.outputTokens).toBeGreaterThan(10);
  });

  it.each(WAYS_TO_ASK)('%s: a loop over tools', async (how, ask) => {
    const seen: unknown[] = [];
    const lookup = tool({
      description: 'looks something up',
      inputSchema: jsonSchema<{ query: string }>(QUERY_SCHEMA),
      execute: async (input: { query: string }) => {
        seen.push(input);
        return `result ${INPUTS.findIndex(({ query }) => query === input.query)}`;
      },
    });
    const { text, steps } = await ask({ prompt: 'Please look it up.', tools: { lookup }, stopWhen: isStepCount(3) });
    expect(inputsDue(way, how === 'streamText')).toContainEqual(seen);
    expect(steps).toHaveLength(2);
    expect(text).toContain('result 0');
    if (seen.length === 2) expect(text).toContain('result 1');
  });

  it.each(WAYS_TO_ASK)('%s: structured output', async (_how, ask) => {
    const output = Output.object({ schema: jsonSchema<typeof PLANT>(PLANT_SCHEMA) });
    const { text } = await ask({ prompt: 'Which plant, as JSON?', output } as Options);
    expect(JSON.parse(text)).toEqual(PLANT);
  });

  it('images reach the model', async () => {
    const before = on.asked(tier, 0).length;
    const content = [
      { type: 'text' as const, text: 'What is this?' },
      { type: 'file' as const, mediaType: 'image/png', data: PNG },
    ];
    expect((await whole({ messages: [{ role: 'user', content }] })).text).toBe(TEXT);
    expect(JSON.stringify(on.asked(tier, 0)[before]!.body)).toContain(PNG);
  });

  it('an answer at its limit', async () => {
    expect(await streamed({ prompt: 'You will be cut short.', maxOutputTokens: 100 })).toMatchObject({ finishReason: 'length' });
  });
});
