/** The AI SDK as it is installed by its users, over `holdfast()`, over the vendors' own packages, over real HTTP. Nothing is configured. */
import { holdfast, isCallFailure, type CallRecord } from '@holdfast/core';
import { secondTarget, texts, type Fault, type LabProvider } from '@holdfast/lab';
import { generateObject, generateText, isStepCount, jsonSchema, Output, streamText, tool } from 'ai';
import { afterEach, describe, expect, it } from 'vitest';
import type { Api } from './http-scene.ts';
import { labOf, vendor } from './vendor-models.ts';

// The AI SDK says on stderr that the lab's model is none it knows.
Object.assign(globalThis, { AI_SDK_LOG_WARNINGS: false });

const TEXT = texts.plain;
const OBJECT = { name: 'kelp', depth: 12 };
const SCHEMA = jsonSchema<typeof OBJECT>({
  type: 'object',
  properties: { name: { type: 'string' }, depth: { type: 'number' } },
  required: ['name', 'depth'],
  additionalProperties: false,
});

const open: LabProvider[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((provider) => provider.close()));
});

async function lab(...of: Parameters<typeof labOf>): Promise<LabProvider> {
  const provider = await labOf(...of);
  open.push(provider);
  return provider;
}

const PAIRS: readonly (readonly [Api, Api])[] = [
  ['anthropic', 'openai-responses'],
  ['openai-responses', 'anthropic'],
  ['openai', 'anthropic'],
];

/** The first target fails as it is told, the second is well. */
async function pair([first, second]: readonly [Api, Api], fault: Fault | undefined, script: Parameters<typeof labOf>[2] = {}) {
  const east = await lab('east', first, { ...script, ...(fault && { fault }) });
  const west = await lab('west', second, script);
  return { east, west, model: holdfast({ models: [vendor(first, east), vendor(second, west)], random: () => 0 }) };
}

/** What `streamText` showed, and what it says of the answer; its own complaints to the console are kept out. */
async function streamed(options: Omit<Parameters<typeof streamText>[0], 'onError'>) {
  const errors: unknown[] = [];
  const result = streamText({ ...options, onError: ({ error }) => void errors.push(error) } as Parameters<typeof streamText>[0]);
  let text = '';
  for await (const part of result.textStream) text += part;
  const done = errors.length === 0;
  return {
    text,
    errors,
    finish: done ? await result.finishReason : undefined,
    record: done ? ((await result.providerMetadata)?.['holdfast'] as unknown as CallRecord) : undefined,
    calls: done ? (await result.steps).flatMap(({ toolCalls }) => toolCalls) : [],
  };
}

const BEFORE: Readonly<Record<string, Fault>> = {
  '401': { do: 'status', status: 401 },
  '429 with a hint': { do: 'status', status: 429, retryAfter: 20 },
  '503': { do: 'status', status: 503 },
  '529': { do: 'status', status: 529 },
  'HTML 200': { do: 'html', status: 200 },
  refused: { do: 'refused' },
  'empty answer': { do: 'empty' },
  'error as the first event': { do: 'error-first' },
};

describe.each(PAIRS)('the AI SDK, %s then %s', (...apis) => {
  it('streamText and generateText of a healthy model: the text, its finish, its usage, its record', async () => {
    const { model, west } = await pair(apis, undefined);
    expect(await streamed({ model, prompt: 'tell me' })).toMatchObject({
      text: TEXT,
      finish: 'stop',
      record: { outcome: 'done', place: 0 },
    });
    const whole = await generateText({ model, prompt: 'tell me' });
    expect(whole).toMatchObject({ text: TEXT, finishReason: 'stop' });
    expect(whole.usage.outputTokens).toBeGreaterThan(0);
    expect(west.requests).toEqual([]);
  });

  it.each(Object.keys(BEFORE))('streamText and generateText, %s before content: the second answers, whole and once', async (name) => {
    const { model, west } = await pair(apis, BEFORE[name]);
    expect(await streamed({ model, prompt: 'tell me' })).toMatchObject({ text: TEXT, finish: 'stop', errors: [], record: { place: 1 } });
    expect(await generateText({ model, prompt: 'tell me' })).toMatchObject({ text: TEXT, finishReason: 'stop' });
    expect(west.requests).toHaveLength(2);
  });

  it.each<[string, Fault]>([
    ['socket cut', { do: 'cut' }],
    ['clean end without a finish', { do: 'clean-end' }],
    ['error event', { do: 'error-event' }],
  ])('generateText, %s in the middle: nothing was seen, so the second answers', async (_name, fault) => {
    const { model, west } = await pair(apis, fault);
    expect(await generateText({ model, prompt: 'tell me' })).toMatchObject({ text: TEXT, finishReason: 'stop' });
    expect(west.requests).toHaveLength(1);
  });

  it.each<[string, Fault]>([
    ['socket cut', { do: 'cut' }],
    ['clean end without a finish', { do: 'clean-end' }],
    ['error event', { do: 'error-event' }],
    ['one frame that does not parse', { do: 'bad-frame' }],
    ['tool call cut in half', { do: 'half-call' }],
    ['cut between finish and end', { do: 'cut-after-finish' }],
  ])('streamText, %s in the middle: the second goes on, and the text is whole, once, in one block', async (_name, fault) => {
    const { model, west } = await pair(apis, fault, { script: secondTarget(TEXT, 'repeats-anchor') });
    expect(await streamed({ model, prompt: 'tell me' })).toMatchObject({ text: TEXT, finish: 'stop', errors: [], record: { place: 1 } });
    expect(west.requests).toHaveLength(1);
    const blocks = streamText({ model, prompt: 'tell me' }).fullStream;
    const types: string[] = [];
    for await (const { type } of blocks) types.push(type);
    expect(types.filter((type) => type === 'text-start' || type === 'text-end')).toEqual(['text-start', 'text-end']);
  });

  it('streamText, a second target that gives another answer: an error with what was shown, never a splice', async () => {
    const { model } = await pair(apis, { do: 'cut' }, { script: secondTarget(TEXT, 'starts-over-differently') });
    const { text, errors } = await streamed({ model, prompt: 'tell me' });
    expect(errors).toHaveLength(1);
    expect(TEXT.startsWith(text) && text.length > 20).toBe(true);
    expect(isCallFailure(errors[0]) && errors[0].salvaged).toBe(text);
  });

  it('tools: called, answered and gone on with, though the first target fails every time', async () => {
    const script = {
      script: ({ turns }: { turns: readonly { role: string }[] }) =>
        turns.some(({ role }) => role === 'tool') ? { text: TEXT } : { toolCalls: [{ name: 'lookup', args: { query: 'one' } }] },
    };
    const { model } = await pair(apis, { do: 'status', status: 503 }, script);
    const lookedUp: string[] = [];
    const tools = {
      lookup: tool({
        description: 'looks something up',
        inputSchema: jsonSchema<{ query: string }>({ type: 'object', properties: { query: { type: 'string' } }, required: ['query'] }),
        execute: ({ query }) => {
          lookedUp.push(query);
          return `found ${query}`;
        },
      }),
    };
    const told = await streamed({ model, prompt: 'tell me', tools, stopWhen: isStepCount(3) });
    expect(told).toMatchObject({ text: TEXT, finish: 'stop', calls: [{ toolName: 'lookup', input: { query: 'one' } }] });
    const whole = await generateText({ model, prompt: 'tell me', tools, stopWhen: isStepCount(3) });
    expect(whole).toMatchObject({ text: TEXT, finishReason: 'stop' });
    expect(lookedUp).toEqual(['one', 'one']);
  });

  it('objects: generateObject and Output.object, from the second target', async () => {
    const { model } = await pair(apis, { do: 'status', status: 529 }, { script: objectOf });
    const prompt = 'Which plant, how deep?';
    expect((await generateObject({ model, schema: SCHEMA, prompt })).object).toEqual(OBJECT);
    expect((await generateText({ model, output: Output.object({ schema: SCHEMA }), prompt })).output).toEqual(OBJECT);
    const result = streamText({ model, output: Output.object({ schema: SCHEMA }), prompt });
    expect(await result.output).toEqual(OBJECT);
  });

  it('abort in mid-answer: the stream says so, and the provider is hung up on', async () => {
    const east = await lab('east', apis[0], { fault: { do: 'stall' } });
    const stop = new AbortController();
    const result = streamText({
      model: holdfast({ models: [vendor(apis[0], east)] }),
      prompt: 'tell me',
      abortSignal: stop.signal,
      onError: () => {},
    });
    const types: string[] = [];
    for await (const { type } of result.fullStream) {
      types.push(type);
      if (type === 'text-delta') stop.abort();
    }
    expect(types.at(-1)).toBe('abort');
    await east.waitFor(({ aborted }) => aborted);
  });

  it('a call that nobody can answer ends in our error, with the record, and is not asked again by the AI SDK', async () => {
    const east = await lab('east', apis[0], { fault: { do: 'status', status: 401 } });
    const model = holdfast({ models: [vendor(apis[0], east)] });
    const error = await generateText({ model, prompt: 'tell me' }).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(isCallFailure(error) && error.record.attempts.map(({ failure }) => failure!.kind)).toEqual(['auth']);
    const { errors, text } = await streamed({ model, prompt: 'tell me' });
    expect(text).toBe('');
    expect(errors.map(isCallFailure)).toEqual([true]);
    // The second call is told of the rest, not sent.
    expect(east.requests).toHaveLength(1);
  });

  it('100 calls at once over a dead first target: 100 answers', async () => {
    const { model, west } = await pair(apis, { do: 'status', status: 503 });
    const told = await Promise.all(Array.from({ length: 100 }, (_, n) => streamed({ model, prompt: `tell me ${n}` })));
    expect(told.filter(({ text, finish }) => text === TEXT && finish === 'stop')).toHaveLength(100);
    expect(west.requests).toHaveLength(100);
  });
});

/** As text, or as the arguments of the tool that some packages force. */
function objectOf({ tools }: { readonly tools: readonly { readonly name: string }[] }) {
  const forced = tools[0];
  return forced ? { toolCalls: [{ name: forced.name, args: OBJECT }] } : { text: JSON.stringify(OBJECT) };
}
