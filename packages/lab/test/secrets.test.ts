import { inspect } from 'node:util';
import { isModelFailure, type CallFailure } from '@holdfast/core';
import type { Fault } from '@holdfast/lab';
import { describe, expect, it } from 'vitest';
import { ask, failureOf, httpScene, type Api, type HttpScene } from './http-scene.ts';

/** Secrets as vendors and companies shape them: each is sent as the key, and one more in a header. */
const KEYS: Readonly<Record<string, string>> = {
  openai: 'sk-proj-Pl4nted9KeyOfTheTestXYZ0123456789abcdefGHIJ',
  anthropic: 'sk-ant-api03-Pl4nted9KeyOfTheTest-XYZ0123456789_abcdef',
  groq: 'gsk_Pl4nted9KeyOfTheTestXYZ0123456789abcdef',
  google: 'AIzaSyPl4nted9KeyOfTheTestXYZ0123456789ab',
  token: 'eyJhbGciOiJIUzI1NiJ9.eyJwbGFudGVkIjoiOUtleU9mVGhlVGVzdCJ9.Pl4ntedSignature0123',
  hex: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
};
const HEADER = 'Pl4ntedHeaderValue-7d1c0e';

type Echo = (secret: string) => Fault;

/** Servers that repeat what they were sent, in every field a message can stand in. */
const ECHOES: Readonly<Record<string, Echo>> = {
  'a refused key': (secret) => ({
    do: 'status',
    status: 401,
    body: JSON.stringify({ error: { message: `Incorrect API key provided: ${secret}.`, code: 'invalid_api_key' } }),
  }),
  'a message with headers': (secret) => ({
    do: 'status',
    status: 400,
    body: JSON.stringify({
      error: {
        type: 'invalid_request_error',
        message: `bad request with headers authorization: Bearer ${secret}, x-team-token: ${HEADER}`,
      },
    }),
  }),
  'a code and a type': (secret) => ({
    do: 'status',
    status: 500,
    body: JSON.stringify({ error: { message: 'no', code: secret, type: secret } }),
  }),
  'a web page': (secret) => ({
    do: 'html',
    status: 502,
    body: `<html><h1>Bad gateway</h1><pre>Authorization: Bearer ${secret}\nx-team-token: ${HEADER}</pre></html>`,
  }),
  'a 200 with an error': (secret) => ({
    do: 'json-error',
    body: JSON.stringify({ error: { message: `upstream said no to key=${secret}`, code: 500 } }),
  }),
  'plain text': (secret) => ({
    do: 'status',
    status: 403,
    headers: { 'content-type': 'text/plain' },
    body: `forbidden for token ${secret} and api_key: "${HEADER}"`,
  }),
};

const APIS: readonly Api[] = ['openai-compatible', 'openai', 'anthropic', 'openai-responses', 'google'];

/** Everything of ours that tells of the call, as text. What a vendor package threw stays behind it as the cause, unread. */
async function everything(on: HttpScene, error: CallFailure): Promise<string> {
  const told = [JSON.stringify(on.events), JSON.stringify(await on.health.list())];
  for (let one: unknown = error; isModelFailure(one); one = one.cause)
    told.push(String(one), JSON.stringify(one), JSON.stringify(one.facts), one.message);
  told.push(JSON.stringify(error.record), error.salvaged);
  return told.join('\n');
}

describe.each(APIS)('a server that repeats what it was sent, %s', (api) => {
  it.each(Object.keys(ECHOES))('%s: no key and no header value in errors, facts, records, events and beliefs', async (echo) => {
    for (const [shape, secret] of Object.entries(KEYS)) {
      const place = { api, sends: secret, headers: { 'x-team-token': HEADER }, fault: ECHOES[echo]!(secret) };
      await using on = await httpScene({ east: place }, { retries: 0 });
      const error = await failureOf(ask(on, 'generate'));
      const [request] = on.providers['east']!.requests;
      // It was sent, and sent back.
      expect(JSON.stringify(request!.headers)).toContain(secret);
      expect(request!.headers['x-team-token']).toBe(HEADER);
      const told = await everything(on, error);
      expect({ shape, found: told.includes(secret), header: told.includes(HEADER) }).toEqual({ shape, found: false, header: false });
      expect(told).not.toContain(secret.slice(0, 24));
      expect(told).not.toContain(secret.slice(-16));
    }
  });
});

describe('an error in the middle of an answer', () => {
  it.each(['openai-compatible', 'anthropic'] as const)('%s: the withdrawal says the kind, not the provider’s words', async (api) => {
    const secret = KEYS['openai']!;
    const message = `internal: key ${secret} was rejected by the upstream`;
    const frame = api === 'anthropic' ? { type: 'error', error: { type: 'api_error', message } } : { error: { message, code: 500 } };
    const body = `${api === 'anthropic' ? 'event: error\n' : ''}data: ${JSON.stringify(frame)}\n\n`;
    await using on = await httpScene({
      east: { api, sends: secret, script: { text: 'one two three four' }, fault: { do: 'error-event', body } },
      west: { api: 'openai', script: { text: 'whole' } },
    });
    const parts: unknown[] = [];
    const { stream } = await on.model.doStream({ prompt: [{ role: 'user', content: [{ type: 'text', text: 'hi' }] }] });
    for await (const part of stream) parts.push(part);
    expect(JSON.stringify(parts)).toContain('withdrawn');
    expect(JSON.stringify([parts, on.events])).not.toContain(secret.slice(0, 24));
  });
});

describe('prompts', () => {
  it.each(APIS)('%s: who prints a failed call, or makes JSON of it, sees no prompt, also where a server repeats it', async (api) => {
    const words = 'the secret words of this prompt, which are long enough to be told from chance';
    const fault: Fault = { do: 'status', status: 500, body: JSON.stringify({ error: { message: 'no', input: words } }) };
    await using on = await httpScene({ east: { api, fault } }, { retries: 0 });
    const failure = await failureOf(ask(on, 'generate', { prompt: [{ role: 'user', content: [{ type: 'text', text: words }] }] }));
    expect(failure).toMatchObject({ kind: 'server' });
    expect(JSON.stringify(failure) + inspect(failure, { depth: 20 })).not.toContain('secret words');
    await on.over();
  });
});
