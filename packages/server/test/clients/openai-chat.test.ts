/** The `openai` package as its users install it: chat completions. */
import OpenAI, { BadRequestError, NotFoundError } from 'openai';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { GATEWAY, KEY, type Front } from '../gateway-process.ts';
import { clientFront, fresh, INPUTS, inputsDue, PLANT, PLANT_SCHEMA, PNG, QUERY_SCHEMA, rowsOf, TEXT, THOUGHT } from './scripted.ts';

let on: Front;
beforeAll(async () => void (on = await clientFront()), 60_000);
afterAll(() => on?.[Symbol.asyncDispose]());

type Body = Omit<OpenAI.ChatCompletionCreateParams, 'model' | 'stream'>;

const TOOLS: OpenAI.ChatCompletionTool[] = [
  { type: 'function', function: { name: 'lookup', description: 'looks something up', parameters: QUERY_SCHEMA } },
];
const user = (content: string): Body => ({ messages: [{ role: 'user', content }] });

function clientOf(tier: string): { readonly client: OpenAI; readonly model: string } {
  const { base, model } = on.at(tier, 'openai-chat');
  return { client: new OpenAI({ baseURL: base, apiKey: KEY, maxRetries: 0 }), model };
}

function whole(tier: string, body: Body): Promise<OpenAI.ChatCompletion> {
  const { client, model } = clientOf(tier);
  return client.chat.completions.create({ ...body, model, stream: false });
}

/** The package's own accumulator. */
function streamed(tier: string, body: Body): Promise<OpenAI.ChatCompletion> {
  const { client, model } = clientOf(tier);
  return client.chat.completions
    .stream({ ...body, model, stream_options: { include_usage: true } } as Parameters<typeof client.chat.completions.stream>[0])
    .finalChatCompletion();
}

const inputsOf = ({ choices }: OpenAI.ChatCompletion): readonly unknown[] =>
  (choices[0]!.message.tool_calls ?? []).map((call) => (call.type === 'function' ? JSON.parse(call.function.arguments) : call));

describe.each(rowsOf('openai-chat'))('over $upstream, $way', ({ upstream, way }) => {
  let tier = '';
  beforeEach(() => void (tier = fresh({ upstream, way })));
  describe.each([
    ['streamed', streamed],
    ['whole', whole],
  ])('%s', (how, ask) => {
    it('text', async () => {
      const { choices, usage } = await ask(tier, user('Tell me.'));
      expect(choices).toHaveLength(1);
      expect(choices[0]).toMatchObject({ index: 0, finish_reason: 'stop', message: { role: 'assistant', content: TEXT } });
      expect(usage!.total_tokens).toBe(usage!.prompt_tokens + usage!.completion_tokens);
    });

    it('tools, and what becomes of their results', async () => {
      const messages: OpenAI.ChatCompletionMessageParam[] = [{ role: 'user', content: 'Please look it up.' }];
      const first = await ask(tier, { messages, tools: TOOLS });
      expect(first.choices[0]!.finish_reason).toBe('tool_calls');
      const due = inputsDue(way, how === 'streamed');
      expect(due).toContainEqual(inputsOf(first));
      const { message } = first.choices[0]!;
      const ids = message.tool_calls!.map(({ id }) => id);
      expect(new Set(ids).size).toBe(ids.length);
      const results = ids.map((id, n) => ({ role: 'tool' as const, tool_call_id: id, content: `result ${n}` }));
      const second = await ask(tier, { messages: [...messages, message, ...results], tools: TOOLS });
      expect(second.choices[0]!.message.content).toMatch(ids.length === 2 ? /result 0[^]*result 1/ : /result 0/);
    });

    it('structured output', async () => {
      const format = { type: 'json_schema' as const, json_schema: { name: 'plant', strict: true, schema: PLANT_SCHEMA } };
      const { choices } = await ask(tier, { ...user('Which plant, as JSON?'), response_format: format });
      expect(JSON.parse(choices[0]!.message.content!)).toEqual(PLANT);
    });

    it('an answer at its limit', async () => {
      const { choices } = await ask(tier, { ...user('You will be cut short.'), max_completion_tokens: 100 });
      expect(choices[0]).toMatchObject({ finish_reason: 'length', message: { content: TEXT.slice(0, 40) } });
    });

    // Reasoning that was shown before a break is shown, and that of the next target behind it.
    it.runIf(way === 'well' || how === 'whole')('reasoning beside the text', async () => {
      const { choices } = await ask(tier, user('Please think.'));
      expect(choices[0]!.message.content).toBe(TEXT);
      // The package's accumulator keeps the last piece of a field that it does not know.
      if (way === 'well')
        expect(choices[0]!.message).toMatchObject({ reasoning_content: how === 'whole' ? THOUGHT : expect.stringMatching(/./) });
    });
  });

  it('chunk by chunk, with usage and without', async () => {
    const { client, model } = clientOf(tier);
    for (const usage of [true, false]) {
      const stream = await client.chat.completions.create({
        ...user('Tell me.'),
        model,
        stream: true,
        ...(usage && { stream_options: { include_usage: true } }),
      });
      let [text, told] = ['', 0];
      const finishes: string[] = [];
      for await (const chunk of stream) {
        text += chunk.choices[0]?.delta.content ?? '';
        if (chunk.choices[0]?.finish_reason) finishes.push(chunk.choices[0].finish_reason);
        if (chunk.usage) told++;
      }
      expect({ text, told, finishes }).toEqual({ text: TEXT, told: usage ? 1 : 0, finishes: ['stop'] });
    }
  });

  it('images reach the model', async () => {
    const url = `data:image/png;base64,${PNG}`;
    const before = on.asked(tier, 0).length;
    const { choices } = await whole(tier, {
      messages: [
        {
          role: 'user',
          content: [
            { type: 'text', text: 'What is this?' },
            { type: 'image_url', image_url: { url } },
          ],
        },
      ],
    });
    expect(choices[0]!.message.content).toBe(TEXT);
    expect(JSON.stringify(on.asked(tier, 0)[before]!.body)).toContain(PNG);
  });
});

describe.each(rowsOf('openai-chat').filter(({ way }) => way === 'well'))('over $upstream', ({ upstream, way }) => {
  let tier = '';
  beforeEach(() => void (tier = fresh({ upstream, way })));
  const sent = () => on.asked(tier, 0).at(-1)!.body as Readonly<Record<string, unknown>>;

  it('sampling, stop sequences and limits reach the model in its own words', async () => {
    await whole(tier, { ...user('Tell me.'), temperature: 0.25, top_p: 0.5, max_completion_tokens: 321, stop: ['###'] });
    const text = JSON.stringify(sent());
    expect(text).toContain('0.25');
    expect(text).toContain('321');
    if (upstream !== 'openai-responses') expect(text).toContain('###');
  });

  it('the system prompt and the forced tool reach the model', async () => {
    const messages: OpenAI.ChatCompletionMessageParam[] = [
      { role: 'system', content: 'Be brief as a stone.' },
      { role: 'user', content: 'Please look it up.' },
    ];
    const choice = { type: 'function' as const, function: { name: 'lookup' } };
    expect(inputsOf(await whole(tier, { messages, tools: TOOLS, tool_choice: choice }))).toEqual(INPUTS);
    const text = JSON.stringify(sent());
    expect(text).toContain('Be brief as a stone.');
    expect(text).toMatch(/tool_choice|allowedFunctionNames/);
  });

  it.runIf(upstream === 'openai-chat')('what this protocol alone knows passes as it came: n, logprobs, fields of vendors', async () => {
    const vendor = { top_k: 40, provider: { order: ['a', 'b'] } };
    await whole(tier, { ...user('Tell me.'), n: 2, logprobs: true, top_logprobs: 3, seed: 7, ...vendor } as Body);
    expect(sent()).toMatchObject({ n: 2, logprobs: true, top_logprobs: 3, seed: 7, ...vendor });
  });

  it.runIf(GATEWAY && upstream !== 'openai-chat' && way === 'well')(
    'note 13: … and is asked of nobody who would answer with less',
    async () => {
      const before = on.asked(tier, 0).length;
      for (const more of [{ n: 2 }, { logprobs: true }]) {
        // Its second target may speak this protocol.
        const outcome: unknown = await whole(tier, { ...user('Tell me.'), ...more } as Body).catch((error: unknown) => error);
        if (outcome instanceof Error) expect(outcome).toBeInstanceOf(BadRequestError);
      }
      expect(on.asked(tier, 0)).toHaveLength(before);
    },
  );

  it('hangs up: the provider is left too', async () => {
    const { client, model } = clientOf(tier);
    const stream = await client.chat.completions.create({ ...user('Tell me slowly.'), model, stream: true });
    for await (const chunk of stream) if (chunk.choices[0]?.delta.content) break;
    const left = await on.waitFor(tier, ({ aborted, facts }) => aborted && facts!.turns.at(-1)!.text === 'Tell me slowly.');
    expect(left.frames).toBeLessThan(60);
  });
});

describe.runIf(GATEWAY)('the gateway', () => {
  it('lists its tiers and aliases', async () => {
    const { client } = clientOf('openai-chat-well');
    const ids: string[] = [];
    for await (const { id } of client.models.list()) ids.push(id);
    expect(ids).toContain('openai-chat-well');
    expect(ids.length).toBeGreaterThan(3);
  });

  it('knows aliases, and its default tier', async () => {
    const { client } = clientOf('openai-chat-well');
    for (const model of ['gpt-5', 'no-such-name']) {
      const { choices } = await client.chat.completions.create({ ...user('Tell me.'), model });
      expect(choices[0]!.message.content).toBe(TEXT);
    }
  });

  it('says what is wrong with a request in errors that the package knows', async () => {
    const { client, model } = clientOf('openai-chat-well');
    const wrong = client.chat.completions.create({ model, messages: 'hello' as never });
    await expect(wrong).rejects.toBeInstanceOf(BadRequestError);
    await expect(wrong).rejects.toMatchObject({ status: 400, param: 'messages' });
    const unknown = client.chat.completions.create({ ...user('Tell me.'), model: 'nobody/knows-it' });
    await expect(unknown).rejects.toBeInstanceOf(NotFoundError);
  });
});
