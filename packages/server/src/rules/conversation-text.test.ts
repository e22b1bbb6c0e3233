import type { ClientProtocol, JsonObject } from '@holdfast/core/wire';
import { describe, expect, it } from 'vitest';
import { conversationText } from './conversation-text.ts';

const user = (content: string): JsonObject => ({ role: 'user', content });
const said = (content: string): JsonObject => ({ role: 'assistant', content });

/** The first turn of a conversation, a later one, and the first of another one. */
const TURNS: readonly (readonly [ClientProtocol, first: JsonObject, later: JsonObject, other: JsonObject])[] = [
  [
    'openai-chat',
    { messages: [{ role: 'system', content: 'be kind' }, user('hello')] },
    { messages: [{ role: 'system', content: 'be kind' }, user('hello'), said('hi'), user('and?')] },
    { messages: [{ role: 'system', content: 'be short' }, user('hello')] },
  ],
  [
    'anthropic-messages',
    {
      system: 'be kind',
      messages: [{ role: 'user', content: [{ type: 'text', text: 'hello', cache_control: { type: 'ephemeral' } }] }],
    },
    {
      system: 'be kind',
      messages: [{ role: 'user', content: [{ type: 'text', text: 'hello' }] }, said('hi'), user('and?')],
    },
    { system: 'be kind', messages: [{ role: 'user', content: [{ type: 'text', text: 'goodbye' }] }] },
  ],
  [
    'openai-responses',
    { instructions: 'be kind', input: [user('hello')] },
    { instructions: 'be kind', input: [user('hello'), { type: 'message', ...said('hi') }, user('and?')] },
    { instructions: 'be short', input: [user('hello')] },
  ],
];

describe('P8: what a conversation is known by', () => {
  it.each(TURNS)('%s: the same in a later turn, another for another one', (protocol, first, later, other) => {
    const text = conversationText(protocol, first);
    expect(text).toContain('hello');
    expect(conversationText(protocol, later)).toBe(text);
    expect(conversationText(protocol, other)).not.toBe(text);
  });

  it('a text as the whole input, and nobody who has said anything', () => {
    expect(conversationText('openai-responses', { input: 'hello' })).toContain('hello');
    expect(conversationText('openai-chat', { messages: [said('hi')] })).toBeUndefined();
  });
});
