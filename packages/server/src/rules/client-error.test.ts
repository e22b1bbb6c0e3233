import { BudgetExceeded, BudgetRefusal, FAILURE_KINDS, ModelFailure, ProviderRefusal, type FailureKind } from '@holdfast/core/engine';
import type { ClientProtocol } from '@holdfast/core/wire';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { clientErrorOf, type ErrorContext } from './client-error.ts';
import { failedCall, NOW, type FailedCall } from './client-error.fixture.ts';
import { unknownModel } from './own-errors.ts';
import { isQuiet } from './quiet.ts';
import { OVERFLOW_WORDS, STORM_LISTS } from './storm-words.data.ts';

const PROTOCOLS: readonly ClientProtocol[] = ['openai-chat', 'openai-responses', 'anthropic-messages'];
const AT: ErrorContext = { protocol: 'anthropic-messages', now: NOW, retries: 0, chance: 0 };
const told = (call: FailedCall, context: Partial<ErrorContext> = {}) => clientErrorOf(failedCall(call), { ...AT, ...context });

describe('H2: what the status says of us', () => {
  it.each<[string, FailedCall, number, string]>([
    ['all rest by rate limit', { kind: 'resting', rest: ['rate-limit', 'rate-limit'] }, 429, 'rate-limit'],
    ['one by rate limit, one by quota', { kind: 'resting', rest: ['quota', 'rate-limit'] }, 429, 'rate-limit'],
    ['all by quota', { kind: 'resting', rest: ['quota'] }, 429, 'quota'],
    ['rate limit beside a dead key', { kind: 'resting', rest: ['rate-limit', 'auth'] }, 429, 'rate-limit'],
    ['rate limit beside an overload', { kind: 'resting', rest: ['rate-limit', 'overload'] }, 503, 'server'],
    ['all rest for their keys', { kind: 'resting', rest: ['auth', 'model-missing'] }, 502, 'upstream-config'],
    ['nothing is known of why', { kind: 'resting' }, 503, 'server'],
    ['a 429 decided', { kind: 'rate-limit', asked: ['rate-limit'] }, 429, 'rate-limit'],
    ['a 429 decided behind a breakdown', { kind: 'rate-limit', asked: ['server', 'rate-limit'] }, 503, 'server'],
    ['no credit', { kind: 'quota' }, 429, 'quota'],
    ['a budget of ours', { kind: 'quota', facts: { code: 'budget-exceeded' } }, 429, 'quota'],
    ['overload', { kind: 'overload', facts: { status: 529 } }, 503, 'server'],
    ...(['server', 'network', 'timeout', 'empty', 'truncated', 'malformed', 'local', 'cancelled', 'unknown'] as const).map(
      (kind): [string, FailedCall, number, string] => [kind, { kind }, 503, 'server'],
    ),
    ...(['auth', 'access-denied', 'model-missing'] as const).map((kind): [string, FailedCall, number, string] => [
      kind,
      { kind },
      502,
      'upstream-config',
    ]),
  ])('%s', (_what, call, status, kind) => {
    expect(told(call)).toMatchObject({ status, class: kind });
  });

  it('401, 403, 404 and 529 are never said of what is behind the gateway', () => {
    for (const kind of FAILURE_KINDS)
      for (const status of [401, 403, 404, 429, 500, 529])
        for (const protocol of PROTOCOLS) {
          const cause = new ProviderRefusal({ status, headers: {}, body: '{"error":{}}' });
          expect([401, 403, 404, 529]).not.toContain(told({ kind, facts: { status }, cause }, { protocol }).status);
        }
  });
});

describe('H2: when a client comes back', () => {
  it('in 1 to 59 s, never before what rests is awake, and those that failed together not together', () => {
    const after = (ms: number, chance: number) => told({ kind: 'overload', retryAt: NOW + ms }, { chance }).retryAfter;
    expect([after(1, 0), after(1000, 0), after(20_000, 0), after(58_100, 0.99), after(59_000, 0.99)]).toEqual([1, 1, 20, 59, 59]);
    expect(new Set(Array.from({ length: 20 }, (_, n) => after(20_000, n / 20)))).toEqual(new Set([20, 21, 22]));
    expect(new Set(Array.from({ length: 20 }, (_, n) => after(50_000, n / 20))).size).toBe(6);
  });

  it('beyond a minute there is the time, and no more', () => {
    expect(told({ kind: 'resting', rest: ['quota'], retryAt: NOW + 3 * 3_600_000 + 429 })).toEqual({
      status: 429,
      class: 'quota',
      kind: 'resting',
      message: 'the quota of every model that could answer is used up, and does not renew before 2026-11-21T13:30:01Z',
      retryAt: NOW + 3 * 3_600_000 + 429,
      call: 'call-a',
    });
  });

  it('where nothing is known: later with every retry', () => {
    const after = [0, 1, 2, 3, 4, 5, 30].map((retries) => told({ kind: 'network' }, { retries }).retryAfter);
    expect(after).toEqual([2, 4, 8, 16, 32, 59, 59]);
  });

  it('a request that several models broke on is sent again once at most', () => {
    const suspect: FailedCall = { kind: 'server', asked: ['server', 'server'], marks: ['request-suspect'] };
    expect(told(suspect).retryAfter).toBe(15);
    expect(told(suspect, { retries: 1 })).not.toHaveProperty('retryAfter');
  });

  it('a key that was refused, credit and a budget without end are not waited for', () => {
    for (const call of [
      { kind: 'auth', retryAt: NOW + 1000 },
      { kind: 'quota' },
      { kind: 'quota', facts: { code: 'budget-exceeded' } },
    ] as const) {
      const error = told(call);
      expect([error.retryAfter, error.retryAt]).toEqual([undefined, undefined]);
    }
    expect(told({ kind: 'quota', facts: { code: 'budget-exceeded', retryAt: NOW + 30_000 } }).retryAfter).toBe(30);
  });
});

describe("a budget of the caller's", () => {
  const over = (budget: string, left: number) => {
    const fact = { budget, unit: 'usd', per: 'day', limit: 20, left, needs: 0.5, renewsAt: NOW + 36_000_000 } as const;
    return clientErrorOf(new BudgetExceeded(new BudgetRefusal(fact, NOW), failedCall({ kind: 'quota' }).record), AT).message;
  };

  it('is named, with what is left of it; unless that would start a storm', () => {
    expect(over('ci', 0.12)).toBe(
      'budget "ci": 0.12 USD of 20 USD a day left, this call may take up to 0.5 USD; it renews at 2026-11-21T20:30:00Z, in 10 h',
    );
    const plain = 'the budget of this key does not allow this call, and does not renew before 2026-11-21T20:30:00Z';
    expect([over('team-500', 0.12), over('ci', 0.429)]).toEqual([plain, plain]);
  });
});

const KINDS = fc.constantFrom<FailureKind>(...FAILURE_KINDS);
const HASTY = [
  'Rate limit reached, try again in 20s',
  'Error 503',
  'overloaded_error',
  'Requested 12500 tokens',
  'a plain word',
  'resource exhausted',
];
const ANY: fc.Arbitrary<FailedCall> = fc.record(
  {
    kind: KINDS,
    facts: fc.record(
      {
        detail: fc.constantFrom(...HASTY),
        status: fc.constantFrom(400, 403, 413, 429, 503),
        code: fc.constantFrom('budget-exceeded', 'server_error'),
      },
      { requiredKeys: [] },
    ),
    retryAt: fc.integer({ min: NOW - 10_000, max: NOW + 40 * 86_400_000 }),
    marks: fc.constantFrom<string[]>([], ['request-suspect']),
    id: fc.constantFrom('call-a', '10000000-1503-4000-8000-00000000429a', '500'),
    asked: fc.array(KINDS, { minLength: 1, maxLength: 3 }),
    rest: fc.array(KINDS, { maxLength: 3 }),
    skips: fc.array(fc.constantFrom('takes no images', 'rate limit 500'), { maxLength: 2 }),
  },
  { requiredKeys: ['kind'] },
);

describe('H3: the words', () => {
  it('name no attempt, and where a retry is useless start no storm', () => {
    fc.assert(
      fc.property(
        ANY,
        fc.nat(3),
        fc.double({ min: 0, max: 0.999, noNaN: true }),
        fc.constantFrom(...PROTOCOLS),
        (call, retries, chance, protocol) => {
          const error = told(call, { retries, chance, protocol });
          expect(JSON.stringify(error)).not.toMatch(/secret words|no model could answer: e\//);
          expect(error.message.trim().length).toBeGreaterThan(0);
          if (error.retryAfter !== undefined) {
            expect(error.retryAfter).toBeGreaterThanOrEqual(1);
            expect(error.retryAfter).toBeLessThanOrEqual(59);
            if (error.retryAt !== undefined) expect(NOW + error.retryAfter * 1000).toBeGreaterThanOrEqual(error.retryAt);
            return;
          }
          for (const text of [error.message, error.kind ?? '', error.call ?? '', error.param ?? ''])
            if (error.class !== 'context-length') expect(text).toSatisfy(isQuiet);
        },
      ),
      { numRuns: 2000 },
    );
  });

  it('the lists bite: words, digits of a status anywhere, without regard to case', () => {
    for (const { words, statuses } of STORM_LISTS)
      for (const word of [...words, ...statuses.map(String)]) expect(isQuiet(`A ${word.toUpperCase()}.`)).toBe(false);
    expect(['all is well', '2026-11-21T10:30:00Z'].every(isQuiet)).toBe(true);
  });
});

describe('clients that heed nothing but status and words', () => {
  const goesAgain = ({ status, message, kind = '', code = '' }: ReturnType<typeof told>) =>
    STORM_LISTS.filter(
      ({ http, words, statuses, codes }) =>
        http(status) ||
        codes.includes(code) ||
        [...words, ...statuses.map(String)].some((word) => `${message} ${kind}`.toLowerCase().includes(word)),
    ).map(({ client }) => client);

  it.each(['bad-request', 'too-large', 'refusal', 'context-length'] as const)('%s is sent again by none of them', (kind) => {
    expect(goesAgain(told({ kind }))).toEqual([]);
  });

  it('an unknown model is sent again by none of them', () => {
    expect(goesAgain(unknownModel('gpt-429'))).toEqual([]);
  });

  it('all of them come back where a retry has a fair chance', () => {
    expect(goesAgain(told({ kind: 'overload' })).length).toBe(STORM_LISTS.length);
  });
});

describe("H3: what is the caller's to mend", () => {
  const BODY =
    '{ "type": "error",\n "error": {"type":"invalid_request_error","message":"messages.3: `thinking` blocks cannot be modified, 500"}}';
  const refusal = (status: number, body = BODY) => new ProviderRefusal({ status, headers: { 'set-cookie': 'a=b' }, body });

  it.each(['bad-request', 'context-length', 'too-large', 'refusal'] as const)(
    '%s: status and body of a provider of its protocol go on byte for byte',
    (kind) => {
      expect(told({ kind, cause: refusal(413) })).toMatchObject({ status: 413, body: BODY });
      expect(told({ kind, cause: { name: 'AI_APICallError', statusCode: 400, responseBody: BODY } })).toMatchObject({
        status: 400,
        body: BODY,
      });
    },
  );

  it('never with a status that means something else to the client', () => {
    for (const status of [200, 401, 403, 404])
      expect(told({ kind: 'bad-request', cause: refusal(status) })).toMatchObject({ status: 400, body: BODY });
    for (const status of [429, 500, 503]) {
      const error = told({ kind: 'too-large', cause: refusal(status) });
      expect([error.status, error.body]).toEqual([413, undefined]);
    }
  });

  it('a page, half a body or that of another protocol is not handed on', () => {
    for (const body of ['<html>', '{"error":', '[]', ''])
      expect(told({ kind: 'bad-request', cause: refusal(400, body) }).body).toBeUndefined();
    const other = {
      kind: 'bad-request',
      protocol: 'openai-chat',
      cause: { statusCode: 400, responseBody: BODY },
      facts: { detail: 'no tool "x"' },
    } as const;
    expect(told(other)).toMatchObject({
      status: 400,
      class: 'invalid-request',
      message: 'the model that was asked cannot take this request: no tool "x"',
    });
    expect(told(other).body).toBeUndefined();
  });

  it("words of the provider's that would start a storm are left out", () => {
    expect(told({ kind: 'bad-request', facts: { detail: 'max 12500 items' } }).message).toBe(
      'the model that was asked cannot take this request',
    );
  });

  it('who was passed over says why nobody can take the request', () => {
    expect(told({ kind: 'bad-request', asked: [], skips: ['takes no images', 'takes no images'] }).message).toBe(
      'no model of this name can take this request: takes no images',
    );
  });

  it('P7: an overflow of another protocol is told in words the client knows, with the largest window of the chain', () => {
    const call: FailedCall = { kind: 'context-length', protocol: 'google', facts: { tokens: { requested: 150_000, limit: 100_000 } } };
    const words = PROTOCOLS.map((protocol) => told(call, { protocol, window: 128_000 }).message);
    expect(words).toEqual([
      "This model's maximum context length is 128000 tokens. However, your messages resulted in 150000 tokens. Please reduce the length of the messages.",
      "This model's maximum context length is 128000 tokens. However, your messages resulted in 150000 tokens. Please reduce the length of the messages.",
      'prompt is too long: 150000 tokens > 128000 maximum',
    ]);
    const unknown = PROTOCOLS.map((protocol) => told({ kind: 'context-length', asked: [] }, { protocol }).message);
    for (const message of [...words, ...unknown]) expect(OVERFLOW_WORDS.some((word) => message.includes(word))).toBe(true);
    expect(told({ kind: 'context-length', asked: [] }, { window: 1000, tokens: 900 }).message).toBe('prompt is too long');
  });

  it('a failure that is no whole call is told likewise', () => {
    const failure = new ModelFailure('bad-request', 'x', {}, { cause: refusal(400) });
    expect(clientErrorOf(failure, AT)).toMatchObject({ status: 400, body: BODY });
    expect(clientErrorOf(new ModelFailure('overload', 'the lane is full'), AT)).toMatchObject({ status: 503, retryAfter: 2 });
  });
});

it('an answer that broke, and one that a closing gateway cut off, are told as such', () => {
  expect(told({ kind: 'truncated' }).message).toContain('the answer broke off');
  expect(told({ kind: 'cancelled' }).message).toContain('this gateway is closing');
});
