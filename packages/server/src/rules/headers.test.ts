import { describe, expect, it } from 'vitest';
import { answerHeaders, errorHeaders } from './answer-headers.ts';
import { forwardHeaders } from './forward-headers.ts';

describe('headers of an answer (field note 31)', () => {
  it('are a list of ours, and nothing else', () => {
    expect(answerHeaders({ call: 'c1', model: 'anthropic/claude', stream: true })).toEqual({
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      'request-id': 'c1',
      'x-request-id': 'c1',
      'x-holdfast-call': 'c1',
      'x-holdfast-model': 'anthropic/claude',
      'x-accel-buffering': 'no',
    });
    expect(answerHeaders({})).toEqual({ 'content-type': 'application/json', 'cache-control': 'no-store' });
  });

  it('a name that is not ASCII breaks no head', () => {
    expect(answerHeaders({ model: 'büro/m\r\nx: y\ud800' })['x-holdfast-model']).toBe('b%C3%BCro/m%0D%0Ax: y%EF%BF%BD');
  });

  it('H2: x-should-retry on every error, true only with retry-after; never retry-after-ms', () => {
    const error = { status: 503, class: 'server', message: 'm', call: 'c2' } as const;
    expect(errorHeaders({ ...error, retryAfter: 7, retryAt: Date.UTC(2026, 0, 1, 0, 0, 5) + 1 }, 'r1')).toEqual({
      'content-type': 'application/json',
      'cache-control': 'no-store',
      'request-id': 'r1',
      'x-request-id': 'r1',
      'x-holdfast-call': 'c2',
      'x-should-retry': 'true',
      'retry-after': '7',
      'x-holdfast-retry-at': '2026-01-01T00:00:06Z',
    });
    expect(errorHeaders(error, 'r1')).toMatchObject({ 'x-should-retry': 'false' });
    expect(errorHeaders({ ...error, retryAt: 1 }, 'r1')).not.toHaveProperty('retry-after');
  });
});

describe('headers towards a provider of the same protocol (field notes 30, 31)', () => {
  const CLIENT = {
    'anthropic-version': '2023-06-01',
    'Anthropic-Beta': 'a-2026,b',
    'anthropic-newest': 'x',
    'anthropic-dangerous-direct-browser-access': 'true',
    'openai-beta': 'assistants=v2',
    'openai-organization': 'org',
    authorization: 'Bearer client',
    'x-api-key': 'client',
    cookie: 'a=b',
    'x-forwarded-for': '10.0.0.1',
    'x-claude-code-session-id': 's',
    'x-session-id': 's',
    'x-stainless-retry-count': '1',
    'x-holdfast-caller': 'c',
    host: 'localhost',
    'content-length': '12',
    'user-agent': 'claude-cli',
  };

  it('betas and versions go on as they are, open-ended; who asks does not', () => {
    expect(forwardHeaders('anthropic-messages', CLIENT)).toEqual({
      'anthropic-version': '2023-06-01',
      'anthropic-beta': 'a-2026,b',
      'anthropic-newest': 'x',
    });
    for (const protocol of ['openai-chat', 'openai-responses'] as const)
      expect(forwardHeaders(protocol, CLIENT)).toEqual({ 'openai-beta': 'assistants=v2' });
  });

  it('what the file names goes on too, credentials and the connection never', () => {
    const named = Object.keys(CLIENT);
    const forwarded = Object.keys(forwardHeaders('openai-chat', CLIENT, named));
    expect(forwarded).toContain('x-claude-code-session-id');
    expect(forwarded).toContain('user-agent');
    for (const never of ['authorization', 'x-api-key', 'cookie', 'host', 'content-length']) expect(forwarded).not.toContain(never);
  });

  it('a header that came several times is one', () => {
    expect(forwardHeaders('anthropic-messages', { 'anthropic-beta': ['a', 'b'], 'anthropic-version': undefined })).toEqual({
      'anthropic-beta': 'a,b',
    });
  });
});
