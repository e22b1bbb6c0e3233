/** The `openai` package as its users install it: Responses, with what the gateway keeps of them. */
import OpenAI, { BadRequestError, NotFoundError } from 'openai';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { GATEWAY, KEY, type Front } from '../gateway-process.ts';
import { clientFront, fresh, inputsDue, PLANT, PLANT_SCHEMA, PNG, QUERY_SCHEMA, rowsOf, TEXT } from './scripted.ts';

let on: Front;
beforeAll(async () => void (on = await clientFront()), 60_000);
afterAll(() => on?.[Symbol.asyncDispose]());

type Body = Omit<OpenAI.Responses.ResponseCreateParamsNonStreaming, 'model' | 'stream'>;
type Answer = OpenAI.Responses.Response;

const TOOLS: OpenAI.Responses.Tool[] = [
  { type: 'function', name: 'lookup', description: 'looks something up', parameters: QUERY_SCHEMA, strict: true },
];

function clientOf(tier: string): { readonly client: OpenAI; readonly model: string } {
  const { base, model } = on.at(tier, 'openai-responses');
  return { client: new OpenAI({ baseURL: base, apiKey: KEY, maxRetries: 0 }), model };
}

function whole(tier: string, body: Body): Promise<Answer> {
  const { client, model } = clientOf(tier);
  return client.responses.create({ ...body, model });
}

/** The package's own accumulator, which throws at what it does not know. */
function streamed(tier: string, body: Body): Promise<Answer> {
  const { client, model } = clientOf(tier);
  return client.responses.stream({ ...body, model }).finalResponse();
}

const callsOf = ({ output }: Answer) => output.filter((item) => item.type === 'function_call');
/** The accumulator adds `output_text`; so does `create`. */
const textOf = ({ output }: Answer): string =>
  output
    .flatMap((item) => (item.type === 'message' ? item.content.map((part) => (part.type === 'output_text' ? part.text : '')) : []))
    .join('');

const WAYS_TO_ASK = [
  ['streamed', streamed],
  ['whole', whole],
] as const;

describe.each(rowsOf('openai-responses'))('over $upstream, $way', ({ upstream, way }) => {
  let tier = '';
  beforeEach(() => void (tier = fresh({ upstream, way })));
  describe.each(WAYS_TO_ASK)('%s', (how, ask) => {
    it('text', async () => {
      const answer = await ask(tier, { input: 'Tell me.' });
      expect(answer).toMatchObject({ object: 'response', status: 'completed', error: null });
      expect(textOf(answer)).toBe(TEXT);
      expect(answer.usage!.total_tokens).toBe(answer.usage!.input_tokens + answer.usage!.output_tokens);
    });

    it('tools, and what becomes of their results', async () => {
      const input: OpenAI.Responses.ResponseInput = [{ role: 'user', content: 'Please look it up.' }];
      const calls = callsOf(await ask(tier, { input, tools: TOOLS }));
      expect(inputsDue(way, how === 'streamed')).toContainEqual(calls.map((call) => JSON.parse(call.arguments)));
      const results = calls.map(({ call_id }, n) => ({ type: 'function_call_output' as const, call_id, output: `result ${n}` }));
      const second = await ask(tier, { input: [...input, ...calls, ...results], tools: TOOLS });
      expect(textOf(second)).toMatch(calls.length === 2 ? /result 0[^]*result 1/ : /result 0/);
    });

    it('structured output', async () => {
      const format = { type: 'json_schema' as const, name: 'plant', strict: true, schema: PLANT_SCHEMA };
      const answer = await ask(tier, { input: 'Which plant, as JSON?', text: { format } });
      expect(JSON.parse(textOf(answer))).toEqual(PLANT);
    });

    it('an answer at its limit', async () => {
      const answer = await ask(tier, { input: 'You will be cut short.', max_output_tokens: 100 });
      expect(answer).toMatchObject({ status: 'incomplete', incomplete_details: { reason: 'max_output_tokens' } });
    });
  });

  it('event by event, numbered without a gap, whatever happens behind', async () => {
    const { client, model } = clientOf(tier);
    const stream = await client.responses.create({ model, input: 'Tell me.', stream: true });
    const numbers: number[] = [];
    let text = '';
    for await (const event of stream) {
      numbers.push(event.sequence_number);
      if (event.type === 'response.output_text.delta') text += event.delta;
    }
    expect(text).toBe(TEXT);
    expect(numbers).toEqual(numbers.map((_, n) => n));
  });

  it('images reach the model', async () => {
    const image_url = `data:image/png;base64,${PNG}`;
    const content = [
      { type: 'input_text' as const, text: 'What is this?' },
      { type: 'input_image' as const, image_url, detail: 'auto' as const },
    ];
    const before = on.asked(tier, 0).length;
    expect(textOf(await whole(tier, { input: [{ role: 'user', content }] }))).toBe(TEXT);
    expect(JSON.stringify(on.asked(tier, 0)[before]!.body)).toContain(PNG);
  });
});

describe.runIf(GATEWAY).each(rowsOf('openai-responses'))('what was answered is kept, over $upstream, $way', ({ upstream, way }) => {
  let tier = '';
  beforeEach(() => void (tier = fresh({ upstream, way })));
  it.each(WAYS_TO_ASK)('previous_response_id, %s', async (_how, ask) => {
    const first = await ask(tier, { input: 'My name is Ada.' });
    const second = await ask(tier, { input: 'what did I say', previous_response_id: first.id });
    expect(textOf(second)).toBe('You said: My name is Ada.');
    expect(second.previous_response_id).toBe(first.id);
  });

  it('a tool loop by id', async () => {
    const first = await whole(tier, { input: 'Please look it up.', tools: TOOLS });
    const input = callsOf(first).map(({ call_id }, n) => ({ type: 'function_call_output' as const, call_id, output: `result ${n}` }));
    const second = await streamed(tier, { input, tools: TOOLS, previous_response_id: first.id });
    expect(textOf(second)).toMatch(/result 0[^]*result 1/);
  });
});

describe.runIf(GATEWAY)('the store', () => {
  const tier = 'openai-responses-well';

  it('gives a response back, its input, and forgets it', async () => {
    const { client } = clientOf(tier);
    const answer = await whole(tier, { input: 'Tell me.' });
    expect(textOf(await client.responses.retrieve(answer.id))).toBe(TEXT);
    const items: unknown[] = [];
    for await (const item of client.responses.inputItems.list(answer.id)) items.push(item);
    expect(JSON.stringify(items)).toContain('Tell me.');
    await client.responses.delete(answer.id);
    await expect(client.responses.retrieve(answer.id)).rejects.toBeInstanceOf(NotFoundError);
    await expect(whole(tier, { input: 'And?', previous_response_id: answer.id })).rejects.toMatchObject({
      status: 400,
      code: 'previous_response_not_found',
      param: 'previous_response_id',
    });
  });

  it('keeps nothing of what was not to be kept', async () => {
    const { client } = clientOf(tier);
    const answer = await whole(tier, { input: 'Tell me.', store: false });
    expect(answer).toMatchObject({ store: false });
    await expect(client.responses.retrieve(answer.id)).rejects.toBeInstanceOf(NotFoundError);
  });

  it('never asks a provider to keep anything', async () => {
    await whole(tier, { input: 'Tell me.', store: true });
    expect(on.asked(tier, 0).at(-1)!.body).toMatchObject({
      store: false,
      include: expect.arrayContaining(['reasoning.encrypted_content']),
    });
  });

  it.each(['background', 'conversation'])('%s is refused', async (name) => {
    const value = name === 'background' ? true : 'conv_1';
    const refused = whole(tier, { input: 'Tell me.', [name]: value });
    await expect(refused).rejects.toBeInstanceOf(BadRequestError);
    await expect(refused).rejects.toMatchObject({ code: 'unsupported_parameter', param: name });
  });
});
