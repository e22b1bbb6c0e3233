/** Structured output (B3.2): B4 45, the mode of each target of a chain, repairs, over scripted models and over real HTTP. */
import { generateWith, holdfast, isCallFailure, isModelOutputError, ModelFailure, type ModelOutputError } from '@holdfast/core';
import { scriptedModel, type LabProvider, type ModelAnswer } from '@holdfast/lab';
import { generateObject, jsonSchema } from 'ai';
import { inspect } from 'node:util';
import { afterEach, describe, expect, expectTypeOf, it } from 'vitest';
import { z } from 'zod';
import type { Api } from './http-scene.ts';
import { scene } from './scene.ts';
import { labOf, vendor } from './vendor-models.ts';

Object.assign(globalThis, { AI_SDK_LOG_WARNINGS: false });

const SCHEMA = {
  type: 'object',
  properties: { name: { type: 'string' }, depth: { type: 'integer' }, tags: { type: 'array', items: { enum: ['red', 'green'] } } },
  required: ['name', 'depth'],
  additionalProperties: false,
} as const;
const KELP = { name: 'kelp', depth: 12 };
const TEXT = JSON.stringify(KELP);

const outputError = (work: Promise<unknown>): Promise<ModelOutputError> =>
  work.then(
    () => {
      throw new Error('it answered');
    },
    (error: unknown) => {
      if (isModelOutputError(error)) return error;
      throw error;
    },
  );

function ask(script: ModelAnswer | readonly ModelAnswer[], more: object = {}) {
  const { clock, model, models } = scene({ one: script });
  return { models, answer: clock.run(generateWith({ model, schema: SCHEMA, prompt: 'Which plant, how deep?', ...more })) };
}

describe('B4 45: generateWith', () => {
  it.each([
    ['plain', TEXT],
    ['fenced', `Here:\n\`\`\`json\n${TEXT}\n\`\`\``],
    ['trailing prose', `${TEXT}\n\nAnything else {you} need?`],
    ['fields nobody described', JSON.stringify({ ...KELP, mood: 'calm' })],
  ])('%s: the value, typed, with usage and record', async (_, text) => {
    const { value, usage, record } = await ask({ text, usage: { input: 7, output: 5 } }).answer;
    expect(value).toEqual(KELP);
    expectTypeOf(value.depth).toBeNumber();
    expectTypeOf(value.tags).toEqualTypeOf<('red' | 'green')[] | undefined>();
    expect(usage).toMatchObject({ input: 7, output: 5 });
    expect(record).toMatchObject({ outcome: 'done', paid: { input: 7, output: 5 } });
  });

  it.each<[string, ModelAnswer, ModelOutputError['kind'], RegExp]>([
    [
      'a violation',
      { text: '{"name":"kelp","depth":"12","tags":["red","blue"]}' },
      'schema',
      /depth: expected a whole number, got "12"; tags\[1\]: expected one of/,
    ],
    ['no JSON', { text: 'I think it is kelp.' }, 'parse', /there is no JSON in the text/],
    ['bad JSON', { text: "{'name': 'kelp'}" }, 'parse', /does not parse/],
    ['cut by the limit', { text: '{"name":"kelp","dep', finish: 'length' }, 'truncated', /cut by the token limit/],
    ['a refusal', { text: 'I cannot say.', finish: 'content-filter' }, 'refusal', /refused/],
  ])('%s: its kind, its path, and what it used', async (_, script, kind, message) => {
    const error = await outputError(ask({ usage: { input: 7, output: 5 }, ...script }).answer);
    expect(error).toMatchObject({ kind, record: { paid: { input: 7, output: 5 }, outcome: 'done' } });
    expect(error.message).toMatch(message);
    expect(error.rawText).toBe(script.text);
    if (kind === 'schema') expect(error.issues).toMatchObject([{ path: ['depth'] }, { path: ['tags', 1] }]);
    expect(JSON.stringify(error)).not.toContain('rawText');
    expect(inspect(error)).not.toContain('rawText');
  });

  it('`strict`: a field nobody described is an error', async () => {
    const error = await outputError(ask({ text: '{"name":"kelp","depth":1,"mood":"calm"}' }, { strict: true }).answer);
    expect(error).toMatchObject({ kind: 'schema', issues: [{ path: ['mood'] }] });
  });

  it('nothing and a refusal before text are answers too, told with every attempt', async () => {
    expect(await outputError(ask({ text: '' }).answer)).toMatchObject({ kind: 'empty', record: { outcome: 'empty' } });
    expect(await outputError(ask({ text: '', finish: 'content-filter' }).answer)).toMatchObject({ kind: 'refusal' });
  });

  it('errors of transport pass unchanged', async () => {
    const failure = await ask({ fails: { fail: 'auth' } }).answer.catch((error: unknown) => error);
    expect(isCallFailure(failure) && failure.kind).toBe('auth');
    const stop = new AbortController();
    const { clock, model } = scene({ one: { fails: { stop: 'hang' } } });
    const asked = generateWith({ model, schema: SCHEMA, prompt: 'x', signal: stop.signal }).catch((error: unknown) => error);
    stop.abort('enough');
    expect(await clock.run(asked)).toBe('enough');
  });
});

describe('schemas', () => {
  const model = scriptedModel({ script: { text: TEXT } });

  it('zod: its own types, its own checks, its own transforms', async () => {
    const schema = z.object({ name: z.string().transform((name) => name.toUpperCase()), depth: z.number().int() });
    const { value } = await generateWith({ model, schema, prompt: 'x' });
    expect(value).toEqual({ name: 'KELP', depth: 12 });
    expectTypeOf(value).toEqualTypeOf<{ name: string; depth: number }>();
    const error = await outputError(generateWith({ model, schema: z.object({ depth: z.number().max(5) }), prompt: 'x' }));
    expect(error).toMatchObject({ kind: 'schema', issues: [{ path: ['depth'] }] });
  });

  it("the AI SDK, and a check of one's own", async () => {
    const { value } = await generateWith({ model, schema: jsonSchema<typeof KELP>(SCHEMA as object), prompt: 'x' });
    expect(value).toEqual(KELP);
    const validate = (given: unknown): string => {
      if ((given as typeof KELP).depth > 10) throw new Error('too deep');
      return 'fine';
    };
    expect(await outputError(generateWith({ model, schema: { jsonSchema: SCHEMA, validate }, prompt: 'x' }))).toMatchObject({
      kind: 'schema',
      issues: [{ path: [], message: 'too deep' }],
    });
  });

  it.each<[string, object, RegExp]>([
    ['that is none', { schema: { type: 'strng' } }, /generateWith\(\{ schema \}\): type: "strng" is no JSON type; did you mean string\?/],
    ['as a map of fields', { schema: { name: { type: 'string' } } }, /fields stand under/],
    ['that is missing', { schema: undefined }, /is no JSON schema/],
    ['of zod without a JSON schema', { schema: z.object({ at: z.date() }) }, /does not say its JSON schema: give it as `jsonSchema`/],
    ['and a misspelt mode', { schema: SCHEMA, mode: 'nativ' }, /mode \}\): must be 'native' or/],
    ['and no prompt', { schema: SCHEMA, prompt: undefined }, /either prompt or messages/],
    ['and no model', { schema: SCHEMA, model: 'fast' }, /must be an AI SDK language model/],
  ])('a schema %s: nobody is asked', async (_, options, message) => {
    const before = model.requests.length;
    const error = await generateWith({ model, prompt: 'x', schema: SCHEMA, ...options }).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(ModelFailure);
    expect(error).toMatchObject({ kind: 'bad-request', facts: { code: 'bad-option' } });
    expect((error as Error).message).toMatch(message);
    expect(model.requests).toHaveLength(before);
  });

  it('a schema that is none, handed to the model by another user of its interface', async () => {
    const error = await generateObject({
      model: holdfast({ models: [model] }),
      schema: jsonSchema({ type: 'strng' } as object),
      prompt: 'x',
      maxRetries: 0,
    }).catch((reason: unknown) => reason);
    expect((error as Error).message).toMatch(/responseFormat\.schema: type: "strng" is no JSON type/);
  });
});

describe('each target of a chain is asked in its own way', () => {
  const failing: ModelAnswer = { fails: { fail: 'overload' } };
  const pair = (first: string, second: string, answer: ModelAnswer) => {
    const a = scriptedModel({ provider: 'openai.chat', id: first, script: failing });
    const b = scriptedModel({ provider: 'anthropic.messages', id: second, script: answer });
    return { a, b, model: holdfast({ models: [a, b], retries: 0 }) };
  };

  it("native at the first, a forced tool at the second; the answer is the tool's input", async () => {
    const { a, b, model } = pair('gpt-5', 'claude-sonnet-4-0', { toolCalls: [{ name: 'json_answer', args: KELP }] });
    const { value, record } = await generateWith({ model, schema: SCHEMA, prompt: 'x', name: 'plant' });
    expect(value).toEqual(KELP);
    expect(record).toMatchObject({ outcome: 'done', place: 1 });
    expect(a.requests[0]).toMatchObject({ responseFormat: { type: 'json', name: 'plant', schema: SCHEMA } });
    expect(b.requests[0]).toMatchObject({ toolChoice: { type: 'tool', toolName: 'json_answer' }, tools: [{ inputSchema: SCHEMA }] });
    expect(b.requests[0]!.responseFormat).toBeUndefined();
  });

  it('words at the second, that never forces a tool', async () => {
    const { b, model } = pair('gpt-5', 'claude-opus-5-5', { text: TEXT });
    expect((await generateWith({ model, schema: SCHEMA, prompt: 'x', mode: 'tool' })).value).toEqual(KELP);
    expect(b.requests[0]!.toolChoice).toBeUndefined();
    expect(b.requests[0]!.prompt[0]).toMatchObject({ role: 'system', content: expect.stringContaining('JSON schema') as string });
  });

  it('in a stream too', async () => {
    const { model } = pair('gpt-5', 'claude-sonnet-4-0', { toolCalls: [{ name: 'json_answer', args: KELP }] });
    const { stream } = await model.doStream({
      prompt: [{ role: 'user', content: [{ type: 'text', text: 'x' }] }],
      responseFormat: { type: 'json', schema: SCHEMA },
    });
    let text = '';
    let finish = '';
    for await (const part of stream) {
      if (part.type === 'text-delta') text += part.delta;
      if (part.type === 'finish') finish = part.finishReason.unified;
    }
    expect([JSON.parse(text), finish]).toEqual([KELP, 'stop']);
  });
});

const open: LabProvider[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((provider) => provider.close()));
});

describe('over real HTTP', () => {
  async function lab(api: Api, options: Parameters<typeof labOf>[2]) {
    const provider = await labOf('east', api, options);
    open.push(provider);
    return { provider, model: holdfast({ models: [vendor(api, provider)], random: () => 0 }) };
  }
  const forced = ({ tools }: { readonly tools: readonly { readonly name: string }[] }) =>
    tools[0] ? { toolCalls: [{ name: tools[0].name, args: KELP }] } : { text: TEXT };

  it.each<Api>(['openai', 'openai-responses', 'openai-compatible', 'anthropic', 'google'])('%s: an object', async (api) => {
    const { model } = await lab(api, { script: forced });
    expect((await generateWith({ model, schema: SCHEMA, prompt: 'x' })).value).toEqual(KELP);
    expect((await generateWith({ model, schema: SCHEMA, prompt: 'x', mode: 'tool' })).value).toEqual(KELP);
    expect((await generateWith({ model, schema: SCHEMA, prompt: 'x', mode: 'instruction' })).value).toEqual(KELP);
  });

  it('T3: a server that does not know the mode is asked in words, once and from then on', async () => {
    const body = JSON.stringify({
      error: {
        message: "Invalid parameter: 'response_format' of type 'json_schema' is not supported with this model.",
        type: 'invalid_request_error',
        param: 'response_format',
        code: null,
      },
    });
    const outage = { rules: [{ target: 'east', fault: { do: 'status' as const, status: 400, body }, times: 1 }] };
    const { model, provider } = await lab('openai', { script: { text: TEXT }, outage });
    const { value, record } = await generateWith({ model, schema: SCHEMA, prompt: 'x' });
    expect(value).toEqual(KELP);
    expect(record?.attempts.map(({ failure }) => failure?.facts.repair)).toEqual(['schema-mode', undefined]);
    expect((await generateWith({ model, schema: SCHEMA, prompt: 'x' })).record?.attempts).toHaveLength(1);
    expect(provider.requests.map(({ body: sent }) => 'response_format' in (sent as object))).toEqual([true, false, false]);
  });

  it('T3: a mode that one call wished for in vain is not held against the others', async () => {
    const body = JSON.stringify({ error: { message: 'tool_choice that forces tool use is not supported' } });
    const outage = { rules: [{ target: 'east', fault: { do: 'status' as const, status: 400, body }, times: 1 }] };
    const { model, provider } = await lab('openai', { script: { text: TEXT }, outage });
    for (const mode of ['tool', 'tool', 'auto'] as const) await generateWith({ model, schema: SCHEMA, prompt: 'x', mode });
    const kinds = provider.requests.map(({ body: sent }) => ['tools', 'response_format'].filter((field) => field in (sent as object)));
    expect(kinds).toEqual([['tools'], [], [], ['response_format']]);
  });
});
