import { CUT, sealed, type JsonObject } from '@holdfast/core/wire';
import { describe, expect, it } from 'vitest';
import { opaqueIn } from './opaque-in.ts';

describe("T1: opaque values in a client's history", () => {
  it("Anthropic: signatures, redacted thoughts, what search found, files; and nothing that is the caller's own", () => {
    const body: JsonObject = {
      model: 'm',
      container: 'container_1234',
      system: [{ type: 'text', text: 'x', signature: 'not in a history' }],
      messages: [
        { role: 'user', content: 'signature' },
        {
          role: 'user',
          content: [
            { type: 'image', source: { type: 'base64', data: 'AAAAAAAAAAAA' } },
            { type: 'document', source: { file_id: 'file_12345' } },
          ],
        },
        {
          role: 'assistant',
          content: [
            { type: 'thinking', thinking: 'hm', signature: 'signature one' },
            { type: 'redacted_thinking', data: 'redacted data' },
            { type: 'thinking', thinking: 'cut', signature: CUT },
            { type: 'thinking', thinking: 'empty', signature: '' },
            { type: 'tool_use', id: 't1', name: 'sign', input: { signature: 'of a letter, by hand', file_id: 'file of the caller' } },
            { type: 'web_search_tool_result', content: [{ type: 'web_search_result', encrypted_content: 'encrypted search' }] },
          ],
        },
        { role: 'assistant', content: [{ type: 'thinking', thinking: 'again', signature: 'signature one' }] },
      ],
    };
    expect([...opaqueIn('anthropic-messages', body)].toSorted()).toEqual(
      ['container_1234', 'encrypted search', 'file_12345', 'redacted data', 'signature one'].toSorted(),
    );
  });

  it('Responses: encrypted reasoning, ids of what is kept', () => {
    const body: JsonObject = {
      input: [
        { type: 'reasoning', id: 'rs_12345678', encrypted_content: 'encrypted reasoning', summary: [] },
        { type: 'message', id: 'msg_12345678', role: 'assistant', content: [{ type: 'output_text', text: 'x' }] },
        { type: 'item_reference', id: 'fc_12345678' },
      ],
    };
    expect(opaqueIn('openai-responses', body)).toEqual(['rs_12345678', 'encrypted reasoning', 'fc_12345678']);
    expect(opaqueIn('openai-responses', { input: 'a plain text' })).toEqual([]);
  });

  it('chat: what vendors put beside a message', () => {
    const body: JsonObject = {
      messages: [
        {
          role: 'assistant',
          reasoning_details: [
            { type: 'reasoning.encrypted', data: 'encrypted details' },
            { type: 'reasoning.text', text: 'x', signature: 'signed details' },
          ],
          tool_calls: [
            {
              id: 'call_1',
              function: { name: 'f', arguments: '{}' },
              extra_content: { google: { thought_signature: 'a thought signature' } },
            },
          ],
        },
      ],
    };
    expect(opaqueIn('openai-chat', body)).toEqual(['encrypted details', 'signed details', 'a thought signature']);
  });

  it('of what we sealed, the values inside', () => {
    const block = { type: 'redacted_thinking', data: sealed({ google: { thoughtSignature: 'gemini made this' }, n: 1 }) };
    expect(opaqueIn('anthropic-messages', { messages: [{ role: 'assistant', content: [block] }] })).toEqual(['gemini made this']);
  });

  it('a body of no shape at all has none', () => {
    for (const messages of [null, 1, 'x', {}, [null, [[]]]] as const)
      expect(opaqueIn('anthropic-messages', { messages } as JsonObject)).toEqual([]);
  });
});
