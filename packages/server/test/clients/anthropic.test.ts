/** The `@anthropic-ai/sdk` package as its users install it. */
import Anthropic, { BadRequestError, NotFoundError } from '@anthropic-ai/sdk';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { GATEWAY, KEY, type Front } from '../gateway-process.ts';
import { clientFront, fresh, inputsDue, PLANT, PLANT_SCHEMA, PNG, QUERY_SCHEMA, rowsOf, TEXT, THOUGHT } from './scripted.ts';

let on: Front;
beforeAll(async () => void (on = await clientFront()), 60_000);
afterAll(() => on?.[Symbol.asyncDispose]());

type Body = Omit<Anthropic.MessageCreateParamsNonStreaming, 'model' | 'stream' | 'max_tokens'> & { readonly max_tokens?: number };

const TOOLS: Anthropic.Tool[] = [{ name: 'lookup', description: 'looks something up', input_schema: QUERY_SCHEMA }];
const user = (content: string): Body => ({ messages: [{ role: 'user', content }] });

function clientOf(tier: string): { readonly client: Anthropic; readonly model: string } {
  const { origin, model } = on.at(tier, 'anthropic-messages');
  return { client: new Anthropic({ baseURL: origin, apiKey: KEY, maxRetries: 0 }), model };
}

async function whole(tier: string, body: Body): Promise<Anthropic.Message> {
  const { client, model } = clientOf(tier);
  return client.messages.create({ max_tokens: 4_000, ...body, model });
}

/** The package's own accumulator. */
function streamed(tier: string, body: Body): Promise<Anthropic.Message> {
  const { client, model } = clientOf(tier);
  return client.messages.stream({ max_tokens: 4_000, ...body, model }).finalMessage();
}

const textOf = ({ content }: Anthropic.Message): string => content.map((block) => (block.type === 'text' ? block.text : '')).join('');
const callsOf = ({ content }: Anthropic.Message) => content.filter((block) => block.type === 'tool_use');

describe.each(rowsOf('anthropic-messages'))('over $upstream, $way', ({ upstream, way }) => {
  let tier = '';
  beforeEach(() => void (tier = fresh({ upstream, way })));
  describe.each([
    ['streamed', streamed],
    ['whole', whole],
  ])('%s', (how, ask) => {
    it('text', async () => {
      const message = await ask(tier, user('Tell me.'));
      expect(message).toMatchObject({ type: 'message', role: 'assistant', stop_reason: 'end_turn' });
      expect(message.content.filter(({ type }) => type === 'text')).toHaveLength(1);
      expect(textOf(message)).toBe(TEXT);
      expect(message.usage.output_tokens).toBeGreaterThan(10);
    });

    it('tools, and what becomes of their results', async () => {
      const messages: Anthropic.MessageParam[] = [{ role: 'user', content: 'Please look it up.' }];
      const first = await ask(tier, { messages, tools: TOOLS });
      expect(first.stop_reason).toBe('tool_use');
      const calls = callsOf(first);
      expect(inputsDue(way, how === 'streamed')).toContainEqual(calls.map(({ input }) => input));
      const results = calls.map(({ id }, n) => ({ type: 'tool_result' as const, tool_use_id: id, content: `result ${n}` }));
      const history = [...messages, { role: 'assistant' as const, content: first.content }, { role: 'user' as const, content: results }];
      expect(textOf(await ask(tier, { messages: history, tools: TOOLS }))).toMatch(
        calls.length === 2 ? /result 0[^]*result 1/ : /result 0/,
      );
    });

    it('structured output', async () => {
      const output_config = { format: { type: 'json_schema' as const, schema: PLANT_SCHEMA } };
      expect(JSON.parse(textOf(await ask(tier, { ...user('Which plant, as JSON?'), output_config })))).toEqual(PLANT);
    });

    it('an answer at its limit', async () => {
      const message = await ask(tier, { ...user('You will be cut short.'), max_tokens: 100 });
      expect(message.stop_reason).toBe('max_tokens');
      expect(textOf(message)).toBe(TEXT.slice(0, 40));
    });

    it('thinking before the text, and the history with it sent back', async () => {
      const thinking = { type: 'enabled' as const, budget_tokens: 1024 };
      const first = await ask(tier, { ...user('Please think.'), thinking });
      expect(textOf(first)).toBe(TEXT);
      const thoughts = first.content.flatMap((block) => (block.type === 'thinking' ? [block.thinking] : []));
      if (way === 'well' && upstream !== 'openai-responses' && upstream !== 'google') expect(thoughts).toEqual([THOUGHT]);
      const history = [...user('Please think.').messages, { role: 'assistant' as const, content: first.content }];
      const second = await ask(tier, { messages: [...history, { role: 'user', content: 'Tell me more.' }], thinking });
      expect(textOf(second)).toBe(TEXT);
    });
  });

  it('event by event', async () => {
    const { client, model } = clientOf(tier);
    const stream = await client.messages.create({ ...user('Tell me.'), max_tokens: 4_000, model, stream: true });
    const types: string[] = [];
    let text = '';
    for await (const event of stream) {
      types.push(event.type);
      if (event.type === 'content_block_delta' && event.delta.type === 'text_delta') text += event.delta.text;
    }
    expect(text).toBe(TEXT);
    for (const once of ['message_start', 'message_delta', 'message_stop']) expect(types.filter((type) => type === once)).toEqual([once]);
    expect(types.at(-1)).toBe('message_stop');
  });

  it('images reach the model', async () => {
    const source = { type: 'base64' as const, media_type: 'image/png' as const, data: PNG };
    const before = on.asked(tier, 0).length;
    const content = [
      { type: 'image' as const, source },
      { type: 'text' as const, text: 'What is this?' },
    ];
    expect(textOf(await whole(tier, { messages: [{ role: 'user', content }] }))).toBe(TEXT);
    expect(JSON.stringify(on.asked(tier, 0)[before]!.body)).toContain(PNG);
  });
});

describe.each(rowsOf('anthropic-messages').filter(({ way }) => way === 'well'))('over $upstream', ({ upstream, way }) => {
  let tier = '';
  beforeEach(() => void (tier = fresh({ upstream, way })));
  const sent = () => on.asked(tier, 0).at(-1)!.body as Readonly<Record<string, unknown>>;

  it('system prompt, sampling and stop sequences reach the model in its own words', async () => {
    const sampling = { temperature: 0.25, stop_sequences: ['###'], max_tokens: 321 };
    await whole(tier, { ...user('Tell me.'), system: 'Be brief as a stone.', ...sampling });
    const text = JSON.stringify(sent());
    expect(text).toContain('Be brief as a stone.');
    expect(text).toContain('321');
    expect(text).toContain('0.25');
    if (upstream !== 'openai-responses') expect(text).toContain('###');
  });

  it.runIf(upstream === 'anthropic-messages')(
    'what this protocol alone knows passes as it came: cache marks, betas, metadata',
    async () => {
      const { client, model } = clientOf(tier);
      const system = [{ type: 'text' as const, text: 'A long prompt.', cache_control: { type: 'ephemeral' as const } }];
      const body = { ...user('Tell me.'), model, max_tokens: 100, system, metadata: { user_id: 'u1' }, context_management: { edits: [] } };
      await client.messages.create(body as Anthropic.MessageCreateParamsNonStreaming, {
        headers: { 'anthropic-beta': 'context-management-2025-06-27' },
      });
      expect(sent()).toMatchObject({ system, metadata: { user_id: 'u1' }, context_management: { edits: [] } });
      expect(on.asked(tier, 0).at(-1)!.headers).toMatchObject({
        'anthropic-beta': 'context-management-2025-06-27',
        'anthropic-version': expect.stringMatching(/^\d{4}-\d\d-\d\d$/),
      });
    },
  );

  it('counts tokens', async () => {
    const { client, model } = clientOf(tier);
    const few = await client.messages.countTokens({ messages: [{ role: 'user', content: 'Hello' }], model });
    const many = await client.messages.countTokens({ messages: [{ role: 'user', content: 'Hello '.repeat(2_000) }], model });
    expect(few.input_tokens).toBeGreaterThan(0);
    expect(many.input_tokens).toBeGreaterThan(1_000);
    expect(many.input_tokens).toBeLessThan(10_000);
  });
});

describe.runIf(GATEWAY)('the gateway', () => {
  it('lists its tiers and aliases', async () => {
    const { client } = clientOf('anthropic-messages-well');
    const ids: string[] = [];
    for await (const { id, type, display_name } of client.models.list({ limit: 1000 })) {
      expect({ type, named: display_name !== '' }).toEqual({ type: 'model', named: true });
      ids.push(id);
    }
    expect(ids).toContain('anthropic-messages-well');
  });

  it('knows aliases', async () => {
    const { client } = clientOf('anthropic-messages-well');
    const message = await client.messages.create({ ...user('Tell me.'), max_tokens: 100, model: 'claude-haiku-4-5-20251001' });
    expect(textOf(message)).toBe(TEXT);
  });

  it('says what is wrong with a request in errors that the package knows', async () => {
    const { client, model } = clientOf('anthropic-messages-well');
    const wrong = client.messages.create({
      model,
      max_tokens: 'many' as never,
      ...user('Tell me.'),
    } as Anthropic.MessageCreateParamsNonStreaming);
    await expect(wrong).rejects.toBeInstanceOf(BadRequestError);
    await expect(wrong).rejects.toMatchObject({ status: 400, error: { type: 'error', error: { type: 'invalid_request_error' } } });
    const unknown = client.messages.create({ ...user('Tell me.'), max_tokens: 100, model: 'nobody/knows-it' });
    await expect(unknown).rejects.toBeInstanceOf(NotFoundError);
  });
});
