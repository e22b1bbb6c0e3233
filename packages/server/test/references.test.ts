/** What clients name, over the real command: tiers with an effort, tiers that nobody can be asked for, names that they invent. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { front, GATEWAY, KEY, type Client, type Front } from './gateway-process.ts';

const SAID = { text: 'It is an oak.' };

/** What a provider says of a request that it does not like, and shows of it. */
const showing = (error: Readonly<Record<string, unknown>>) =>
  ({
    fault: {
      do: 'status',
      status: 400,
      body: JSON.stringify({ ...error, error: { message: `odd: ${KEY}`, type: 'invalid_request_error' } }),
    },
  }) as const;

let on: Front;
beforeAll(async () => {
  on = await front(
    {
      smart: { targets: [{ api: 'openai-chat', script: SAID }] },
      other: { targets: [{ api: 'anthropic-messages', script: SAID }] },
      either: {
        targets: [
          { api: 'anthropic-messages', script: SAID },
          { api: 'openai-chat', script: SAID },
        ],
      },
      'openai-chat': { targets: [{ api: 'openai-chat', script: showing({}) }] },
      'openai-responses': { targets: [{ api: 'openai-responses', script: showing({}) }] },
      'anthropic-messages': { targets: [{ api: 'anthropic-messages', script: showing({ type: 'error' }) }] },
    },
    { file: { models: { keyless: { provider: 'groq', model: 'one' } } } },
  );
}, 60_000);
afterAll(() => on?.[Symbol.asyncDispose]());

interface Heard {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

const PATHS: Readonly<Record<Client, string>> = {
  'openai-chat': '/v1/chat/completions',
  'openai-responses': '/v1/responses',
  'anthropic-messages': '/v1/messages',
};

async function post(path: string, body: unknown): Promise<Heard> {
  const { origin } = on.at('smart', 'openai-chat');
  const response = await fetch(`${origin}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  return { status: response.status, headers: response.headers, text: await response.text() };
}

const asking = (client: Client, model: string): unknown =>
  client === 'openai-responses'
    ? { model, input: 'What is it?' }
    : { model, max_tokens: 2000, messages: [{ role: 'user', content: 'What is it?' }] };

const effortsAsked = (): readonly unknown[] =>
  on.asked('smart').map(({ body }) => (body as { readonly reasoning_effort?: string }).reasoning_effort);

describe.runIf(GATEWAY)('what a client names', () => {
  it('a tier with an effort is asked with it, and the tier alone without, whichever was asked for first', async () => {
    for (const model of ['smart', 'smart:high', 'smart:low', 'smart'])
      expect((await post(PATHS['openai-chat'], asking('openai-chat', model))).status).toBe(200);
    expect(effortsAsked()).toEqual([undefined, 'high', 'low', undefined]);
  });

  it.each(Object.entries(PATHS) as [Client, string][])(
    '%s: where no target has a key it is the operator that is told',
    async (client, path) => {
      const { status, headers, text } = await post(path, asking(client, 'keyless'));
      expect([status, headers.get('x-should-retry'), headers.get('retry-after')]).toEqual([502, 'false', null]);
      expect(text).toContain('needs the attention of whoever runs it');
      expect(text).not.toMatch(/GROQ|groq/);
      expect(on.err).toContain('GROQ_API_KEY');
      expect(on.err).not.toContain('a fault of ours');
    },
  );

  it('note 32: there is a count though nobody can be asked', async () => {
    const { status, text } = await post('/v1/messages/count_tokens', asking('anthropic-messages', 'keyless'));
    expect([status, Object.keys(JSON.parse(text) as object)]).toEqual([200, ['input_tokens']]);
  });

  it('what stands in the way is said once, however often a client asks', async () => {
    for (let nth = 0; nth < 3; nth++) await post('/v1/messages', asking('anthropic-messages', 'keyless'));
    expect(on.err.match(/keyless: .*GROQ_API_KEY/g)).toHaveLength(1);
  });

  it.each(Object.entries(PATHS) as [Client, string][])(
    '%s: a key that a provider repeats does not reach the client',
    async (client, path) => {
      const { status, headers, text } = await post(path, asking(client, client));
      expect([status, JSON.parse(text)]).toMatchObject([400, { error: { type: 'invalid_request_error' } }]);
      expect(text).toContain('odd: ');
      expect(text).not.toContain(KEY);
      expect(text).not.toContain('LAB_KEY');
      expect(headers.get('x-holdfast-call')).toBe(headers.get('request-id'));
    },
  );

  it('nor does one whose provider speaks another protocol', async () => {
    const { status, text } = await post('/v1/messages', asking('anthropic-messages', 'openai-chat'));
    expect([status, text]).toEqual([400, expect.stringContaining('odd: ')]);
    expect(text).not.toMatch(new RegExp(`${KEY}|LAB_KEY`));
  });

  it.each([{ n: 2 }, { logprobs: true }])(
    '%j is lost at no target without a word: one that has it is asked, else it is said',
    async (more) => {
      const ask = async (model: string) => post(PATHS['openai-chat'], { ...(asking('openai-chat', model) as object), ...more });
      const told = await ask('other');
      expect([told.status, told.text]).toEqual([400, expect.stringContaining(Object.keys(more)[0]!)]);
      const { status, headers } = await ask('either');
      expect([status, headers.get('x-holdfast-model')]).toEqual([200, 'either-b/either-b']);
    },
  );

  it('metrics name what the file names, and nothing that a client invents', async () => {
    for (let nth = 0; nth < 20; nth++) await post('/v1/messages', asking('anthropic-messages', `smart-a/invented-${nth}`));
    const { origin } = on.at('smart', 'openai-chat');
    const text = await (await fetch(`${origin}/metrics`)).text();
    expect(text).toContain('chain="smart",target="smart-a/smart-a"');
    expect(text).toContain('chain="smart-a/other"');
    expect(text).not.toContain('invented');
  });
});
