import { describe, expect, it } from 'vitest';
import { elicitationOf, elicitReply } from './mcp-elicit.ts';

describe('elicitation', () => {
  it.each([
    [
      { message: 'Who?', requestedSchema: { type: 'object' } },
      { mode: 'form', message: 'Who?', schema: { type: 'object' }, from: 'x' },
    ],
    [
      { mode: 'form', message: 'Sure?' },
      { mode: 'form', message: 'Sure?', from: 'x' },
    ],
    [
      { mode: 'url', message: 'Sign in', url: 'https://a.example/x' },
      { mode: 'url', message: 'Sign in', url: 'https://a.example/x', from: 'x' },
    ],
    [{ mode: 'url', message: 'Sign in', url: 'javascript:alert(1)' }, undefined],
    [{ mode: 'url', message: 'Sign in', url: 'file:///etc/passwd' }, undefined],
    [{ mode: 'url', message: 'Sign in', url: 'nowhere' }, undefined],
    [{ mode: 'url', message: 'Sign in' }, undefined],
  ])('%j is asked as %j', (params, asked) => {
    expect(elicitationOf(params, 'x')).toEqual(asked);
  });

  it('tells back what is flat, and nothing with a refusal or a page', () => {
    const content = { name: 'Ada', age: 36, ok: true, tags: ['a'], deep: { a: 1 }, mixed: ['a', 1], none: null };
    expect(elicitReply('form', { action: 'accept', content })).toEqual({
      action: 'accept',
      content: { name: 'Ada', age: 36, ok: true, tags: ['a'] },
    });
    expect(elicitReply('form', { action: 'accept' })).toEqual({ action: 'accept', content: {} });
    expect(elicitReply('form', { action: 'decline', content })).toEqual({ action: 'decline' });
    expect(elicitReply('url', { action: 'accept', content })).toEqual({ action: 'accept' });
  });
});
