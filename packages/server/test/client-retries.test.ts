import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import Anthropic from '@anthropic-ai/sdk';
import { createAnthropic } from '@ai-sdk/anthropic';
import { createOpenAI } from '@ai-sdk/openai';
import { generateText } from 'ai';
import OpenAI from 'openai';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { ClientError } from '@holdfast/core/wire';
import { errorHeaders } from '../src/rules/answer-headers.ts';
import { clientErrorOf } from '../src/rules/client-error.ts';
import { failedCall, NOW, type FailedCall } from '../src/rules/client-error.fixture.ts';

/** Ms of the SDKs' own limit for a request: the one timer of theirs that is no pause before a retry. */
const LIMIT = 600_000;

/** Answers every request with this error. */
async function refusing(error: ClientError) {
  let asked = 0;
  const server: Server = createServer((req, res) => {
    asked++;
    req.resume();
    res.writeHead(error.status, errorHeaders(error, 'c1'));
    res.end(JSON.stringify({ type: 'error', error: { type: 'api_error', code: 'server_error', message: error.message } }));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    base: `http://127.0.0.1:${port}`,
    asked: () => asked,
    close: () => new Promise((resolve) => (server.close(resolve), server.closeAllConnections())),
  };
}

const CLIENTS: Readonly<Record<string, (base: string) => Promise<unknown>>> = {
  openai: (base) =>
    new OpenAI({ baseURL: `${base}/v1`, apiKey: 'k' }).chat.completions.create({ model: 'm', messages: [{ role: 'user', content: 'x' }] }),
  'openai, responses': (base) => new OpenAI({ baseURL: `${base}/v1`, apiKey: 'k' }).responses.create({ model: 'm', input: 'x' }),
  '@anthropic-ai/sdk': (base) =>
    new Anthropic({ baseURL: base, apiKey: 'k' }).messages.create({
      model: 'm',
      max_tokens: 9,
      messages: [{ role: 'user', content: 'x' }],
    }),
};

const AI_SDK: Readonly<Record<string, (base: string) => Promise<unknown>>> = {
  'AI SDK, openai': (base) => generateText({ model: createOpenAI({ baseURL: `${base}/v1`, apiKey: 'k' })('m'), prompt: 'x' }),
  'AI SDK, anthropic': (base) => generateText({ model: createAnthropic({ baseURL: `${base}/v1`, apiKey: 'k' })('m'), prompt: 'x' }),
};

const errorOf = (call: FailedCall): ClientError =>
  clientErrorOf(failedCall(call), { protocol: 'openai-chat', now: NOW, retries: 0, chance: 0 });

/** Ms of the pauses that were made; they pass at once. */
let pauses: number[];

beforeEach(() => {
  pauses = [];
  const real = globalThis.setTimeout;
  const hastened = (run: (...args: unknown[]) => void, ms = 0, ...args: unknown[]) => {
    const caller = new Error('here').stack?.split('\n')[2] ?? '';
    const pause = ms > 0 && ms !== LIMIT && !caller.includes('node:internal');
    if (pause) pauses.push(ms);
    return real(run, pause ? 0 : ms, ...args);
  };
  vi.stubGlobal('setTimeout', Object.assign(hastened, real));
});
afterEach(() => void vi.unstubAllGlobals());

async function meets(ask: (base: string) => Promise<unknown>, error: ClientError) {
  const server = await refusing(error);
  try {
    await expect(ask(server.base)).rejects.toThrow();
    return { asked: server.asked(), pauses };
  } finally {
    await server.close();
  }
}

describe.each(Object.entries(CLIENTS))('H2: the %s package', (_name, ask) => {
  it('comes back when it is told to, after as long as it is told', async () => {
    const error = errorOf({ kind: 'overload', retryAt: NOW + 20_000 });
    expect(await meets(ask, error)).toEqual({ asked: 3, pauses: [20_000, 20_000] });
  });

  it.each<[string, FailedCall]>([
    ['all rest for hours', { kind: 'resting', rest: ['rate-limit'], retryAt: NOW + 3 * 3_600_000 }],
    ['quota', { kind: 'quota' }],
    ["a key of the gateway's", { kind: 'auth', retryAt: NOW + 1000 }],
    ['a broken request', { kind: 'bad-request' }],
    ['an overflow', { kind: 'context-length' }],
  ])('neither comes back nor sleeps: %s', async (_what, call) => {
    expect(await meets(ask, errorOf(call))).toEqual({ asked: 1, pauses: [] });
  });
});

describe.each(Object.entries(AI_SDK))('H2: the %s', (_name, ask) => {
  it('comes back when it is told to, after as long as it is told', async () => {
    const error = errorOf({ kind: 'overload', retryAt: NOW + 20_000 });
    expect(await meets(ask, error)).toEqual({ asked: 3, pauses: [20_000, 20_000] });
  });

  it('comes back by the status alone where it heeds nothing else, soon and seldom', async () => {
    const error = errorOf({ kind: 'resting', rest: ['rate-limit'], retryAt: NOW + 3 * 3_600_000 });
    const { asked, pauses: made } = await meets(ask, error);
    expect(asked).toBeLessThanOrEqual(3);
    expect(Math.max(...made)).toBeLessThanOrEqual(5_000);
  });

  it.each<[string, FailedCall]>([
    ['a broken request', { kind: 'bad-request' }],
    ['an overflow', { kind: 'context-length' }],
    ['a refusal', { kind: 'refusal' }],
  ])('does not come back: %s', async (_what, call) => {
    expect(await meets(ask, errorOf(call))).toEqual({ asked: 1, pauses: [] });
  });
});
