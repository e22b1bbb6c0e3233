/** When a client is told what (field note 7, H1 and H3): the head, signs of life, and failures once the head is out. */
import Anthropic from '@anthropic-ai/sdk';
import { gate, texts, type Gate, type LabAnswer } from '@holdfast/lab';
import OpenAI from 'openai';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { carriesOn } from './carries-on.ts';
import { CLIENTS, front, GATEWAY, type Client, type Front, type TierSpec } from './gateway-process.ts';
import { listenTo } from './listening.ts';
import { CLIENT } from './readers/index.ts';
import { OTHER } from './rehearsal.ts';

const TEXT = texts.plain;
const CALL = { name: 'lookup', args: { query: 'one' } };
const SIGN: Readonly<Record<Client, string>> = {
  'openai-chat': ': keep-alive\n\n',
  'openai-responses': ': keepalive\n\n',
  'anthropic-messages': 'event: ping\n',
};
const CODEX = { 'user-agent': 'codex_cli_rs/0.50.0 (Linux; x86_64)' };
/** What a client of each protocol takes for the beginning of an answer. */
const BEGUN = /message_start|"role"|response\.created/;

const signs = (text: string, sign: string): number => text.split(sign).length - 1;

/** Each tier is asked by one test, which holds its gates. */
const tiers: Record<string, TierSpec> = {};
const gates = new Map<string, Gate>();
const settings = { retries: 0, patience: 0 };

function held(name: string, at: Gate['at'], place: (answer: (more?: object) => LabAnswer) => TierSpec['targets']): void {
  const one = gate(at);
  gates.set(name, one);
  tiers[name] = { targets: place((more) => ({ text: TEXT, gate: one, ...more })), settings };
}

for (const client of CLIENTS) {
  for (const api of [client, OTHER[client]]) {
    held(`${client}-${api}-head`, 'head', (answer) => [{ api, script: answer() }]);
    held(`${client}-${api}-call`, 4, (answer) => [{ api, script: answer({ text: '', toolCalls: [CALL] }) }]);
    held(`${client}-${api}-joint`, 'head', (answer) => [
      { api: client, script: { text: TEXT, fault: { do: 'cut' } } },
      { api, script: carriesOn(() => answer()) },
    ]);
    held(`${client}-${api}-late`, 1, (answer) => [{ api, script: answer({ fault: { do: 'role-then-error' } }) }]);
    tiers[`${client}-${api}-early`] = { targets: [{ api, script: { text: TEXT, fault: { do: 'role-then-error' } } }], settings };
    tiers[`${client}-${api}-broken`] = { targets: [{ api, script: { text: TEXT, fault: { do: 'cut' } } }], settings };
    held(`${client}-${api}-blanks`, 'head', (answer) => [{ api, script: answer() }]);
    held(`${client}-${api}-blanks-broken`, 'head', (answer) => [{ api, script: answer({ fault: { do: 'cut' } }) }]);
  }
}
held('codex-before', 'head', (answer) => [{ api: 'openai-responses', script: answer() }]);
held('codex-during', 6, (answer) => [{ api: 'openai-responses', script: answer() }]);

const server = { head_after: '50ms', keep_alive: '50ms', json_keepalive: true };
const rows = CLIENTS.flatMap((client) => [client, OTHER[client]].map((api) => ({ client, api })));

describe.runIf(GATEWAY)('head and signs of life', () => {
  let on: Front;
  beforeAll(async () => {
    on = await front(tiers, { file: { server } });
  });
  afterAll(() => on[Symbol.asyncDispose]());

  const asked = (tier: string, client: Client, ...more: [Parameters<typeof listenTo>[2]?, Parameters<typeof listenTo>[3]?]) => ({
    heard: listenTo(client, on.at(tier, client), ...more),
    gate: gates.get(tier),
  });

  it.each(rows)('$client over $api: before there is an answer, after head_after', async ({ client, api }) => {
    const { heard, gate: door } = asked(`${client}-${api}-head`, client);
    const text = await heard.until((said) => signs(said, SIGN[client]) >= 2);
    expect(text).not.toMatch(BEGUN);
    const { statusCode, headers } = await heard.head;
    expect([statusCode, headers['x-holdfast-call']]).toEqual([200, expect.any(String)]);
    door!.release();
    expect(CLIENT[client].stream(await heard.over)).toMatchObject({ text: TEXT, finish: CLIENT[client].stop, faults: [] });
  });

  it.each(rows)('$client over $api: while a tool call is held', async ({ client, api }) => {
    const { heard, gate: door } = asked(`${client}-${api}-call`, client);
    await door!.reached;
    const text = await heard.until((said) => signs(said, SIGN[client]) >= 2);
    expect(text).not.toContain(CALL.name);
    door!.release();
    const told = CLIENT[client].stream(await heard.over);
    expect(told).toMatchObject({ finish: CLIENT[client].calls, faults: [], calls: [{ name: CALL.name, input: CALL.args }] });
  });

  it.each(rows)('$client, then $api: between a break and the joint', async ({ client, api }) => {
    const { heard, gate: door } = asked(`${client}-${api}-joint`, client);
    await door!.reached;
    const shown = heard.text;
    await heard.until((said) => signs(said.slice(shown.length), SIGN[client]) >= 2);
    door!.release();
    expect(CLIENT[client].stream(await heard.over)).toMatchObject({ text: TEXT, finish: CLIENT[client].stop, faults: [] });
  });

  it.each(['codex-before', 'codex-during'])('%s: events in our own sequence, for who counts only those', async (tier) => {
    const { heard, gate: door } = asked(tier, 'openai-responses', {}, { headers: CODEX });
    await door!.reached;
    const text = await heard.until((said) => signs(said, 'event: keepalive\n') >= 2);
    expect(text).not.toContain(': keepalive\n\n');
    expect(text.indexOf('response.created')).toBeLessThan(text.indexOf('event: keepalive'));
    door!.release();
    expect(CLIENT['openai-responses'].stream(await heard.over)).toMatchObject({ text: TEXT, finish: 'completed', faults: [] });
  });

  it.each(rows)('$client over $api: fails once the head is out: in its protocol, and cut off (C8)', async ({ client, api }) => {
    const { heard, gate: door } = asked(`${client}-${api}-late`, client);
    await heard.until((said) => signs(said, SIGN[client]) >= 1);
    door!.release();
    const over = await heard.over;
    expect([over.status, over.complete]).toEqual([200, false]);
    expect(CLIENT[client].stream(over)).toMatchObject({ text: '', finish: undefined, error: { message: expect.any(String) }, faults: [] });
  });

  it.each(rows)('$client over $api: json_keepalive', async ({ client, api }) => {
    const { heard, gate: door } = asked(`${client}-${api}-blanks`, client, { stream: false });
    expect(await heard.until((said) => said.length >= 3)).toMatch(/^ +$/);
    door!.release();
    const over = await heard.over;
    expect([over.status, over.complete]).toEqual([200, true]);
    expect(CLIENT[client].whole({ ...over, text: over.text.trim() })).toMatchObject({
      text: TEXT,
      finish: CLIENT[client].stop,
      faults: [],
    });
  });

  it.each(rows)('$client over $api: json_keepalive, and then a failure: told in the body, and cut off', async ({ client, api }) => {
    const { heard, gate: door } = asked(`${client}-${api}-blanks-broken`, client, { stream: false });
    await heard.until((said) => said.length >= 1);
    door!.release();
    const over = await heard.over;
    expect([over.status, over.complete]).toEqual([200, false]);
    expect(JSON.parse(over.text)).toMatchObject({ error: { message: expect.any(String) } });
  });
});

describe.runIf(GATEWAY)('a head that is held until there is content', () => {
  let on: Front;
  beforeAll(async () => {
    on = await front(tiers, { file: { server: { head_after: '10m' } } });
  });
  afterAll(() => on[Symbol.asyncDispose]());

  it.each(rows)('$client over $api: a failure after the role is an ordinary error', async ({ client, api }) => {
    const over = await listenTo(client, on.at(`${client}-${api}-early`, client)).over;
    expect([over.status, over.complete, over.headers['x-should-retry']]).toEqual([503, true, 'true']);
    expect(JSON.parse(over.text)).toMatchObject({ error: { message: expect.any(String) } });
  });

  const ways: Readonly<Record<Client, (tier: string) => Promise<unknown>>> = {
    'openai-chat': async (tier) => {
      const { base, model } = on.at(tier, 'openai-chat');
      const openai = new OpenAI({ baseURL: base, apiKey: 'none', maxRetries: 0 });
      return openai.chat.completions.stream({ model, messages: [{ role: 'user', content: 'Tell it.' }] }).finalChatCompletion();
    },
    'openai-responses': async (tier) => {
      const { base, model } = on.at(tier, 'openai-responses');
      const openai = new OpenAI({ baseURL: base, apiKey: 'none', maxRetries: 0 });
      const { status, error } = await openai.responses.stream({ model, input: 'Tell it.' }).finalResponse();
      // That package throws nothing here: a response that failed is its word for it.
      if (status === 'failed') throw new Error(error?.message);
      return status;
    },
    'anthropic-messages': async (tier) => {
      const { origin, model } = on.at(tier, 'anthropic-messages');
      const anthropic = new Anthropic({ baseURL: origin, apiKey: 'none', maxRetries: 0 });
      return anthropic.messages.stream({ model, max_tokens: 100, messages: [{ role: 'user', content: 'Tell it.' }] }).finalMessage();
    },
  };

  it.each(rows)('$client over $api: broken for good after text, its official package throws', async ({ client, api }) => {
    await expect(ways[client](`${client}-${api}-broken`)).rejects.toThrow(/./);
  });
});
