import Anthropic from '@anthropic-ai/sdk';
import { createAnthropic } from '@ai-sdk/anthropic';
import type { LanguageModelV4StreamPart } from '@ai-sdk/provider';
import { messagesProtocol, type JsonObject, type WirePart } from '@holdfast/core/wire';
import { describe, expect, it } from 'vitest';
import { ANSWERS, bytes } from '../../core/test/messages-shapes.ts';
import { bare, brokenAt, lifted, START, written } from '../../core/test/messages-takeover.ts';

/** What the official clients make of the text that is sent to them. */
const answering = (body: string) => (): Promise<Response> =>
  Promise.resolve(new Response(body, { headers: { 'content-type': 'text/event-stream' } }));

const ASKED = { model: 'smart', max_tokens: 100, messages: [{ role: 'user' as const, content: 'Hi' }] };
const PING = messagesProtocol.encoder(START).keepAlive(false);

const client = (body: string) => new Anthropic({ apiKey: 'k', baseURL: 'http://127.0.0.1:1', maxRetries: 0, fetch: answering(body) });
const plain = (value: unknown): JsonObject => JSON.parse(JSON.stringify(value)) as JsonObject;
const final = async (body: string): Promise<JsonObject> => plain(await client(body).messages.stream(ASKED).finalMessage());
const finalBeta = async (body: string): Promise<JsonObject> => plain(await client(body).beta.messages.stream(ASKED).finalMessage());
const whole = (parts: readonly WirePart[]): JsonObject => JSON.parse(messagesProtocol.whole(parts, START)) as JsonObject;

/** The SDK passes over deltas that it does not know. */
const KNOWN = Object.keys(ANSWERS).filter((name) => name !== 'what nobody knows');
const READABLE = KNOWN.filter((name) => name !== 'the limit in a call');

const without = (given: JsonObject, ...names: readonly string[]): JsonObject =>
  Object.fromEntries(Object.entries(given).filter(([name]) => !names.includes(name)));
const blocksOf = (message: JsonObject): readonly JsonObject[] => message['content'] as readonly JsonObject[];

/** The SDK adds fields of its own. */
const compared = (message: JsonObject): JsonObject => ({
  ...without(message, 'parsed_output'),
  content: blocksOf(message).map((block) => without(block, 'parsed_output')),
});

describe('the official SDK', () => {
  it.each(READABLE)('%s: a whole answer is what the SDK makes of the stream', async (name) => {
    const parts = lifted(ANSWERS[name]!);
    expect(compared(await final(bytes(ANSWERS[name]!)))).toEqual(compared(whole(parts)));
    expect(compared(await finalBeta(written(bare(parts))))).toEqual(compared(whole(bare(parts))));
  });

  it.each(READABLE)('%s: cut at every part, taken over, with pings everywhere', async (name) => {
    const parts = lifted(ANSWERS[name]!);
    const second = lifted(ANSWERS['interleaved thinking']!, 2);
    for (let at = 0; at < parts.length; at++) {
      const joined = [...brokenAt(parts, at), ...second];
      const body = PING + written(joined).replaceAll('\n\n', `\n\n${PING}`);
      expect(compared(await final(body))).toEqual(compared(whole(joined)));
    }
  });

  it('note 33: a withdrawal is passed over', async () => {
    const withdrawn: WirePart = { type: 'raw', rawValue: { holdfast: { type: 'withdrawn', attempt: 1, failure: { kind: 'truncated' } } } };
    const parts = [...brokenAt(lifted(ANSWERS['plain']!), 4), withdrawn, ...lifted(ANSWERS['tools']!, 2)];
    for (const message of [await final(written(parts)), await finalBeta(written(parts))])
      expect(blocksOf(message)).toMatchObject([
        { type: 'text', text: 'Hello wor' },
        { type: 'text', text: 'Looking' },
        { type: 'tool_use', input: { at: 'x' } },
      ]);
  });

  it('C8: an error in the stream is an error of its own type', async () => {
    const encoder = messagesProtocol.encoder(START);
    const shown = brokenAt(lifted(ANSWERS['plain']!), 4)
      .map((part) => encoder.part(part))
      .join('');
    const body = PING + shown + encoder.failure({ status: 503, class: 'server', message: 'No model could finish', call: 'call_1' });
    await expect(final(body)).rejects.toMatchObject({
      type: 'api_error',
      message: expect.stringContaining('No model could finish') as string,
    });
    await expect(
      final(
        PING + encoder.keepAlive(true) + messagesProtocol.encoder(START).failure({ status: 429, class: 'rate-limit', message: 'All rest' }),
      ),
    ).rejects.toMatchObject({ type: 'rate_limit_error' });
  });
});

describe("the AI SDK's provider", () => {
  const read = async (body: string): Promise<LanguageModelV4StreamPart[]> => {
    const { stream } = await createAnthropic({ apiKey: 'k', fetch: answering(body) })('claude-sonnet-4-5').doStream({
      prompt: [{ role: 'user', content: [{ type: 'text', text: 'Hi' }] }],
    });
    const parts: LanguageModelV4StreamPart[] = [];
    for await (const part of stream) parts.push(part);
    return parts;
  };

  it.each(READABLE)('%s, written anew, is read without an error', async (name) => {
    const parts = bare(lifted(ANSWERS[name]!));
    const got = await read(PING + written(parts));
    expect(got.filter(({ type }) => type === 'error')).toEqual([]);
    const texts = (all: readonly LanguageModelV4StreamPart[]) =>
      all.flatMap((part) => (part.type === 'text-delta' ? [part.delta] : [])).join('');
    expect(texts(got)).toBe(texts(parts));
    expect(got.at(-1)).toMatchObject({
      type: 'finish',
      finishReason: { unified: (parts.at(-1) as { finishReason: { unified: string } }).finishReason.unified },
    });
  });
});
