import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { FailureKind } from './failure.ts';
import { hint, longestHint, type HintSource } from './hints.ts';
import { duration, leadingDuration, pacificMidnight } from './hints/moment.ts';

const NOW = Date.parse('2026-11-20T10:00:00Z');
const at = (time: string): number => Date.parse(time);
const read = (source: Omit<HintSource, 'now'>, now = NOW) => hint({ now, ...source });
const prose = (message: string) => read({ message })?.retryAt;
const S = 1000;
const M = 60 * S;
const H = 60 * M;

describe('I2: headers', () => {
  it.each<[string, Record<string, string>, number | undefined, string?]>([
    ['seconds', { 'retry-after': '20' }, NOW + 20 * S, 'retry-after'],
    ['seconds with a fraction', { 'Retry-After': '1.5' }, NOW + 1500],
    ['a date', { 'retry-after': 'Fri, 20 Nov 2026 10:02:00 GMT' }, NOW + 2 * M],
    [
      'a date by a clock that is 5 min ahead',
      { 'retry-after': 'Fri, 20 Nov 2026 10:07:00 GMT', date: 'Fri, 20 Nov 2026 10:05:00 GMT' },
      NOW + 2 * M,
    ],
    [
      'a date by a clock that is days off is taken as it is',
      { 'retry-after': 'Fri, 20 Nov 2026 10:07:00 GMT', date: 'Wed, 18 Nov 2026 10:05:00 GMT' },
      NOW + 7 * M,
    ],
    ['epoch seconds', { 'retry-after': String(NOW / 1000 + 30) }, NOW + 30 * S],
    ['epoch ms', { 'retry-after': String(NOW + 30 * S) }, NOW + 30 * S],
    ['ms before seconds', { 'retry-after-ms': '1200', 'retry-after': '60' }, NOW + 1200, 'retry-after-ms'],
    ['Azure’s ms', { 'x-ms-retry-after-ms': '900', 'retry-after': '1' }, NOW + 900, 'x-ms-retry-after-ms'],
    [
      'a bad one gives way to the next',
      { 'retry-after-ms': 'soon', 'retry-after': '-5', 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '30' },
      NOW + 30 * S,
      'x-ratelimit-reset',
    ],
    ['zero', { 'retry-after': '0' }, undefined],
    ['negative', { 'retry-after': '-1' }, undefined],
    ['words', { 'retry-after': 'foo' }, undefined],
    ['empty', { 'retry-after': '' }, undefined],
    ['a date gone by', { 'retry-after': 'Fri, 20 Nov 2026 09:00:00 GMT' }, undefined],
    ['32 days', { 'retry-after': String(32 * 86_400) }, undefined],
    [
      'a spent dimension',
      {
        'x-ratelimit-remaining-requests': '0',
        'x-ratelimit-reset-requests': '6m0s',
        'x-ratelimit-remaining-tokens': '9000',
        'x-ratelimit-reset-tokens': '2h',
      },
      NOW + 6 * M,
      'x-ratelimit-reset-requests',
    ],
    [
      'several spent: the latest',
      {
        'x-ratelimit-remaining-requests': '0',
        'x-ratelimit-reset-requests': '6s',
        'x-ratelimit-remaining-tokens': '0',
        'x-ratelimit-reset-tokens': '120ms',
      },
      NOW + 6 * S,
    ],
    ['none spent', { 'x-ratelimit-remaining-requests': '1', 'x-ratelimit-reset-requests': '6m0s' }, undefined],
    [
      'Anthropic’s dates',
      {
        'anthropic-ratelimit-input-tokens-remaining': '0',
        'anthropic-ratelimit-input-tokens-reset': '2026-11-20T10:00:40Z',
        'anthropic-ratelimit-requests-remaining': '40',
        'anthropic-ratelimit-requests-reset': '2026-11-20T11:00:00Z',
      },
      NOW + 40 * S,
      'anthropic-ratelimit-input-tokens-reset',
    ],
    ['the draft standard', { ratelimit: '"default";r=0;t=45' }, NOW + 45 * S, 'ratelimit'],
    ['the draft standard, not spent', { ratelimit: '"default";r=5;t=45' }, undefined],
    ['older names', { 'ratelimit-remaining': '0', 'ratelimit-reset': '12' }, NOW + 12 * S],
    [
      'a rejected window',
      {
        'anthropic-ratelimit-unified-status': 'rejected',
        'anthropic-ratelimit-unified-5h-status': 'rejected',
        'anthropic-ratelimit-unified-5h-reset': String(NOW / 1000 + 7200),
        'anthropic-ratelimit-unified-7d-status': 'allowed',
        'anthropic-ratelimit-unified-7d-reset': String(NOW / 1000 + 400_000),
        'retry-after': '60',
      },
      NOW + 2 * H,
      'anthropic-ratelimit-unified-5h-reset',
    ],
    [
      'a rejected window without its own reset',
      { 'anthropic-ratelimit-unified-status': 'rejected', 'anthropic-ratelimit-unified-reset': String(NOW / 1000 + 60) },
      NOW + M,
      'anthropic-ratelimit-unified-reset',
    ],
    [
      'windows that allow are no hint',
      { 'anthropic-ratelimit-unified-status': 'allowed', 'anthropic-ratelimit-unified-5h-reset': String(NOW / 1000 + 7200) },
      undefined,
    ],
  ])('%s', (_, headers, retryAt, from) => {
    const found = read({ headers });
    expect(found?.retryAt).toBe(retryAt);
    if (from !== undefined) expect(found?.from).toBe(from);
    expect(read({ headers: new Headers(headers) })).toEqual(found);
    expect(read({ headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toUpperCase(), value])) })).toEqual(
      found,
    );
  });
});

describe('I2: bodies', () => {
  const google = (...details: object[]): object => ({ error: { code: 429, status: 'RESOURCE_EXHAUSTED', message: 'x', details } });
  const day = {
    '@type': 'type.googleapis.com/google.rpc.QuotaFailure',
    violations: [{ quotaId: 'GenerateRequestsPerDayPerProjectPerModel-FreeTier' }],
  };
  const info = (retryDelay: unknown): object => ({ '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay });

  it.each<[string, unknown, number | undefined, string?]>([
    ['RetryInfo', google(info('31s')), NOW + 31 * S, 'body'],
    ['RetryInfo with a fraction', google(info('0.201506475s')), Math.ceil(NOW + 201.506475)],
    ['RetryInfo as an object', google(info({ seconds: 31 })), NOW + 31 * S],
    ['quotaResetDelay', google({ reason: 'RATE_LIMIT_EXCEEDED', metadata: { quotaResetDelay: '201.5ms' } }), NOW + 202],
    ['a day’s quota: midnight Pacific, whatever RetryInfo says', google(day, info('18s')), at('2026-11-21T08:00:00Z'), 'quota-day'],
    ['resets_at', { error: { type: 'usage_limit_reached', message: 'x', resets_at: NOW / 1000 + 90 } }, NOW + 90 * S],
    ['resets_in_seconds', { error: { message: 'x', resets_in_seconds: 90 } }, NOW + 90 * S],
    ['retry_after', { error: { message: 'x', retry_after: 3 } }, NOW + 3 * S],
    ['retry_after_ms', { error: { message: 'x', retry_after_ms: 3000 } }, NOW + 3 * S],
    ['resets_at as a date', { error: { message: 'x', resets_at: '2026-11-20T10:01:00Z' } }, NOW + M],
    ['a body that is text', JSON.stringify({ error: { message: 'x', resets_in_seconds: 7 } }), NOW + 7 * S],
    [
      'an upstream’s headers',
      { error: { message: 'x', metadata: { headers: { 'X-RateLimit-Remaining': '0', 'X-RateLimit-Reset': String(NOW + 5 * M) } } } },
      NOW + 5 * M,
    ],
    ['what was echoed is no hint', { error: { message: 'x', request: { retry_after: 30 } }, messages: [{ retry_after: 30 }] }, undefined],
    ['null', { error: { message: 'x', resets_at: null } }, undefined],
  ])('%s', (_, body, retryAt, from) => {
    const found = read({ body });
    expect(found?.retryAt).toBe(retryAt);
    if (from !== undefined) expect(found?.from).toBe(from);
  });

  it('headers before the body, the body before a spent dimension, prose last', () => {
    const body = { error: { message: 'try again in 9s', resets_in_seconds: 8 } };
    const spent = { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': '7' };
    expect(read({ body, headers: { ...spent, 'retry-after': '6' } })?.from).toBe('retry-after');
    expect(read({ body, headers: spent })?.from).toBe('body');
    expect(read({ body: { error: { message: 'try again in 9s' } }, headers: spent })?.from).toBe('x-ratelimit-reset');
    expect(read({ body: { error: { message: 'try again in 9s' } } })?.from).toBe('prose');
  });
});

describe('I2: prose', () => {
  it.each([
    ['Please try again in 20s.', NOW + 20 * S],
    ['Please try again in 7m12s. Need more tokens?', NOW + 7 * M + 12 * S],
    ['Please try again in 120ms.', NOW + 120],
    ['Please retry after 26 seconds.', NOW + 26 * S],
    ['Please retry in 31.6s.', NOW + 31_600],
    ['cooling down [retrying in 7m 56s attempt #1]', NOW + 7 * M + 56 * S],
    ['quota exceeded [retrying in ~2 weeks attempt #1]', NOW + 14 * 24 * H],
    ['cooling down [retrying in ~5 days attempt #1]', NOW + 5 * 24 * H],
    ['(reset after 19h5m)', NOW + 19 * H + 5 * M],
    ['Your quota will reset after 2h24m55s.', NOW + 2 * H + 24 * M + 55 * S],
    ['Try again in about an hour.', NOW + H],
    ['Please wait 30 seconds before retrying.', NOW + 30 * S],
    ['Limit resets in 2 hours and 5 minutes', NOW + 2 * H + 5 * M],
    ['retry-after: 30', NOW + 30 * S],
    ['Retry after 30', NOW + 30 * S],
    ['Try again in 5 seconds. Passed model=x', NOW + 5 * S],
    ['You will regain access on 2026-12-01 at 00:00 UTC.', at('2026-12-01T00:00:00Z')],
    ['Access will be restored on December 1, 2026 at 12am UTC', at('2026-12-01T00:00:00Z')],
    ['Try again after Dec 1, 2026 3:30 PM PST', at('2026-12-01T23:30:00Z')],
    ['It will reset at 2026-11-20 21:00:00 +0800 CST', at('2026-11-20T13:00:00Z')],
    ['resets at 2026-11-20T10:30:00Z', at('2026-11-20T10:30:00Z')],
    ['Claude AI usage limit reached|1795176000', 1795176000_000],
    ['您的限额将在 2026-11-20 20:30:00 重置', at('2026-11-20T12:30:00Z')],
    ['请 20 秒后重试', NOW + 20 * S],
    ['请在5分钟后再试', NOW + 5 * M],
    ['You may make 5 requests every 60 seconds.', undefined],
    ['Answers take 30 seconds.', undefined],
    ['Please try again later.', undefined],
    ['Retry after verifying your account', undefined],
    ['try again in 3 steps', undefined],
    ['You will regain access on 2026-10-01 at 00:00 UTC.', undefined],
    ['retrying in 6 months', undefined],
    ['released on 2026-12-01', undefined],
  ])('%s', (message, expected) => expect(prose(message)).toBe(expected));
});

describe('I1: bounds', () => {
  it.each<[FailureKind | undefined, number]>([
    ['quota', 31 * 24 * H],
    ['rate-limit', 31 * 24 * H],
    [undefined, 31 * 24 * H],
    ['overload', 24 * H],
    ['server', 24 * H],
  ])('%s: at most %d ms, and not a ms more', (kind, bound) => {
    const told = (ms: number) => hint({ headers: { 'retry-after-ms': String(ms) }, now: NOW, ...(kind && { kind }) })?.retryAt;
    expect(longestHint(kind)).toBe(bound);
    expect(told(bound)).toBe(NOW + bound);
    expect(told(bound + 1)).toBeUndefined();
  });

  it('never in the past, never over its bound, never thrown, for any garbage', () => {
    const name = fc.constantFrom(
      'retry-after',
      'retry-after-ms',
      'date',
      'x-ratelimit-remaining',
      'x-ratelimit-reset',
      'ratelimit',
      'anthropic-ratelimit-unified-status',
      'anthropic-ratelimit-unified-5h-reset',
    );
    const value = fc.oneof(
      fc.string(),
      fc.integer().map(String),
      fc.double().map(String),
      fc.constantFrom('rejected', '0', '6m0s', '-1s', '1e99', 'Fri, 20 Nov 2026 10:02:00 GMT', '2026-99-99T99:99:99Z'),
    );
    const key = fc.constantFrom(
      'retryDelay',
      'resets_at',
      'resets_in_seconds',
      'retry_after',
      'message',
      'metadata',
      'error',
      'details',
      'quotaId',
    );
    const body = fc.object({ key, values: [value, fc.double(), fc.constant(null)], maxDepth: 4 });
    const words = fc.array(
      fc.oneof(
        fc.constantFrom('try again in ', 'reset at ', 'until ', '20s', '~2 weeks', '2026-12-01', ' ', 'an hour', '请', '秒'),
        fc.string(),
      ),
      { maxLength: 8 },
    );
    const kind = fc.constantFrom<FailureKind>('quota', 'server');
    fc.assert(
      fc.property(fc.dictionary(name, value), body, words, fc.integer({ min: 0, max: 4e12 }), kind, (headers, parsed, text, now, of) => {
        const found = hint({ headers, body: parsed, message: text.join(''), now, kind: of });
        if (!found) return;
        expect(found.retryAt).toBeGreaterThan(now);
        expect(found.retryAt).toBeLessThanOrEqual(now + longestHint(of) + 1);
      }),
      { numRuns: 1000 },
    );
  });

  it('anything at all in the place of headers and body', () => {
    fc.assert(
      fc.property(fc.anything(), fc.anything(), (headers, body) => {
        const found = hint({ headers, body, now: NOW });
        expect(found === undefined || found.retryAt > NOW).toBe(true);
      }),
    );
  });
});

describe('moments', () => {
  it.each([
    ['6m0s', 6 * M],
    ['1s', S],
    ['12ms', 12],
    ['1h2m3.5s', H + 2 * M + 3500],
    ['1.5 hours', 1.5 * H],
    ['20', undefined],
    ['s', undefined],
    ['5 parsecs', undefined],
    ['in 5s', undefined],
  ])('duration %s', (text, ms) => expect(duration(text)).toBe(ms));

  it('a duration ends where its words end', () => {
    expect(leadingDuration('2 minutes, 5 seconds later')).toBe(2 * M + 5 * S);
    expect(leadingDuration('5 minutes 30 apples')).toBe(5 * M);
    expect(leadingDuration('tomorrow')).toBeUndefined();
  });

  it.each([
    ['winter', '2026-11-20T10:00:00Z', '2026-11-21T08:00:00Z'],
    ['summer', '2026-07-01T10:00:00Z', '2026-07-02T07:00:00Z'],
    ['a minute before midnight', '2026-07-01T06:59:00Z', '2026-07-01T07:00:00Z'],
    ['at midnight: the next', '2026-07-01T07:00:00Z', '2026-07-02T07:00:00Z'],
    ['the day the clocks go forward', '2026-03-08T09:00:00Z', '2026-03-09T07:00:00Z'],
    ['the evening before', '2026-03-08T07:30:00Z', '2026-03-08T08:00:00Z'],
    ['the day they go back', '2026-11-01T08:00:00Z', '2026-11-02T08:00:00Z'],
    ['the end of a year', '2026-12-31T20:00:00Z', '2027-01-01T08:00:00Z'],
  ])('midnight in California: %s', (_, now, midnight) => expect(pacificMidnight(at(now))).toBe(at(midnight)));

  it('midnight in California is ahead, and less than 25 hours', () => {
    fc.assert(
      fc.property(fc.integer({ min: at('2020-01-01'), max: at('2040-01-01') }), (now) => {
        const wait = pacificMidnight(now) - now;
        expect(wait > 0 && wait <= 25 * H).toBe(true);
      }),
    );
  });
});
