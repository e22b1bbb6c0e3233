import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { WirePart } from '../wire-part.ts';
import { answer, asked, bare, chunk, encoded, lifted, saidBy, seenIn, usageChunk, USAGE, withUsage, type Row } from './chat.fixture.ts';
import { chatProtocol } from './index.ts';

const whole = (parts: readonly WirePart[]): Row => JSON.parse(chatProtocol.whole(parts, asked())) as Row;

/** The tool calls of a message as a client sees them in a stream. */
const callsOf = ({ tool_calls: calls = [] }: Row) =>
  (calls as Row[]).map(({ id, function: { name, arguments: args } }, index) => ({ index, id, name, args }));

describe('chat completions: whole answers', () => {
  it.each([true, false])('are what streaming would show (frames: %s)', (framed) => {
    fc.assert(
      fc.property(answer, (chunks) => {
        const parts = framed ? lifted(chunks) : bare(lifted(chunks));
        const seen = seenIn(encoded(parts, withUsage));
        const made = whole(parts);
        const { message, finish_reason: finish, index } = made['choices'][0] as Row;
        expect({ object: made['object'], index, id: made['id'], model: made['model'] }).toEqual({
          object: 'chat.completion',
          index: 0,
          id: [...seen.ids][0],
          model: [...seen.models][0],
        });
        expect(message['role']).toBe('assistant');
        expect([message['content'] ?? '', message['reasoning_content'] ?? '', callsOf(message), [finish]]).toEqual([
          seen.text,
          seen.reasoning,
          seen.calls,
          seen.finish,
        ]);
        expect(made['usage'] === undefined ? [] : [made['usage']]).toEqual(seen.usage);
      }),
    );
  });

  it('pieces of a thought that share a number are one', () => {
    const details = (...some: object[]) => chunk({ reasoning_details: some });
    const text = { type: 'reasoning.text', format: 'anthropic-claude-v1', index: 0 };
    const sealed = { type: 'reasoning.encrypted', data: 'x', index: 1 };
    const chunks = [
      details({ ...text, text: 'Let ' }),
      details({ ...text, text: 'me see' }),
      details({ ...text, signature: 'sig' }, sealed),
      details({ type: 'reasoning.summary', summary: 'a' }, { type: 'reasoning.summary', summary: 'b' }),
      chunk({ content: 'ok' }, 'stop'),
    ];
    expect(whole(lifted(chunks))['choices'][0].message.reasoning_details).toEqual([
      { ...text, text: 'Let me see', signature: 'sig' },
      sealed,
      { type: 'reasoning.summary', summary: 'a' },
      { type: 'reasoning.summary', summary: 'b' },
    ]);
  });

  it('lists and objects grow, and no frame is changed by it', () => {
    const logged = (token: string, at: number) => {
      const made = chunk({ content: token, audio: { transcript: token, marks: [at] } });
      return { ...made, choices: [{ ...made['choices'][0], logprobs: { content: [{ token }], refusal: null } }] };
    };
    const chunks = [...['a', 'b', 'c'].map(logged), chunk({}, 'stop')];
    const before = JSON.stringify(chunks);
    const parts = lifted(chunks);
    for (const made of [whole(parts), whole(parts)])
      expect(made['choices'][0]).toMatchObject({
        message: { content: 'abc', audio: { transcript: 'abc', marks: [0, 1, 2] } },
        logprobs: { content: [{ token: 'a' }, { token: 'b' }, { token: 'c' }], refusal: null },
      });
    expect(JSON.stringify(chunks)).toBe(before);
  });

  it('an answer that came whole goes on as it came', () => {
    const text = '{ "id":"x", "choices":[{"index":0,"message":{"role":"assistant","content":"hi","x":[1]},"finish_reason":"stop"}] }';
    const parts = chatProtocol.liftWhole(JSON.parse(text), 1, text);
    expect(chatProtocol.whole(parts, asked())).toBe(text);
    expect(saidBy(parts)).toEqual({ text: 'hi', reasoning: '', calls: [] });
    expect(parts.at(-1)).toMatchObject({
      type: 'finish',
      finishReason: { unified: 'stop', raw: 'stop' },
      wire: { attempt: 1, frames: [], whole: text },
    });
  });

  it('… unless it is the end of an answer that another began', () => {
    const text = '{"choices":[{"message":{"content":"lo"},"finish_reason":"stop"}]}';
    const begun = lifted([chunk({ role: 'assistant', content: 'Hel' })], 1).slice(0, 3);
    expect(whole([...begun, ...chatProtocol.liftWhole(JSON.parse(text), 2, text)])['choices'][0]).toMatchObject({
      message: { content: 'Hello' },
      finish_reason: 'stop',
    });
    expect(
      whole([{ type: 'text-delta', id: 't', delta: 'Hel' }, ...chatProtocol.liftWhole(JSON.parse(text), 2, text)])['choices'][0].message
        .content,
    ).toBe('Hello');
  });

  it('what was withdrawn is no part of it', () => {
    const withdrawn: WirePart = { type: 'raw', rawValue: { holdfast: { type: 'withdrawn', attempt: 1 } } };
    const parts = [
      ...lifted([chunk({ content: 'no' })], 1).slice(0, 3),
      withdrawn,
      ...lifted([chunk({ content: 'yes' }), chunk({}, 'stop')], 2),
    ];
    expect(whole(parts)['choices'][0].message.content).toBe('yes');
  });

  it('calls, texts, sources and usage of a whole answer are read', () => {
    const json = {
      id: 'x',
      model: 'm',
      created: 5,
      choices: [
        {
          index: 0,
          finish_reason: 'tool_calls',
          message: {
            role: 'assistant',
            content: 'hi',
            refusal: 'no',
            reasoning: 'hm',
            annotations: [{ type: 'url_citation', url_citation: { url: 'https://a.example/', title: 'A' } }],
            tool_calls: [
              { id: 'a', type: 'function', function: { name: 'f', arguments: '' } },
              { type: 'function', function: { name: 'g', arguments: '{"x":1}' } },
            ],
          },
        },
      ],
      usage: USAGE,
    };
    const parts = chatProtocol.liftWhole(json, 1, 'text');
    expect(saidBy(parts)).toMatchObject({
      text: 'hino',
      reasoning: 'hm',
      calls: [
        { id: 'a', name: 'f', input: '{}' },
        { name: 'g', input: '{"x":1}' },
      ],
    });
    expect(parts).toContainEqual(expect.objectContaining({ type: 'source', url: 'https://a.example/', title: 'A' }));
    expect(parts.at(-1)).toMatchObject({ usage: { inputTokens: { total: 9, cacheRead: 4 } } });
  });

  it('several answers, their logprobs and what nobody knows are folded by their places', () => {
    const at = (index: number, choice: object): Row => ({ ...chunk({}), choices: [{ index, ...choice }] });
    const log = (token: string) => ({ content: [{ token, logprob: -1 }], refusal: null });
    const made = whole(
      lifted([
        at(0, { delta: { role: 'assistant', content: 'a', x_text: 'p' }, logprobs: log('a') }),
        at(1, { delta: { role: 'assistant', content: 'b' } }),
        at(0, {
          delta: { content: 'c', x_text: 'q', audio: { id: 'au', transcript: 'T' } },
          logprobs: log('c'),
          content_filter_results: { hate: 1 },
        }),
        at(1, { delta: { content: 'd' }, finish_reason: 'stop' }),
        { ...at(0, { delta: { audio: { data: 'AA', transcript: 'U', expires_at: 4 } }, finish_reason: 'stop' }), service_tier: 'flex' },
        usageChunk,
      ]),
    );
    expect(made).toEqual({
      id: 'chatcmpl-1',
      object: 'chat.completion',
      created: 1_790_000_000,
      model: 'm-1',
      system_fingerprint: 'fp_1',
      service_tier: 'flex',
      usage: USAGE,
      choices: [
        {
          index: 0,
          message: {
            role: 'assistant',
            content: 'ac',
            refusal: null,
            x_text: 'pq',
            audio: { id: 'au', transcript: 'TU', data: 'AA', expires_at: 4 },
          },
          logprobs: {
            content: [
              { token: 'a', logprob: -1 },
              { token: 'c', logprob: -1 },
            ],
            refusal: null,
          },
          finish_reason: 'stop',
          content_filter_results: { hate: 1 },
        },
        { index: 1, message: { role: 'assistant', content: 'bd', refusal: null }, logprobs: null, finish_reason: 'stop' },
      ],
    });
  });
});
