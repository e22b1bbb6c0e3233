import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { scrub } from './scrub.ts';

describe('scrub', () => {
  it.each([
    ['sk-proj-AbCd1234efgh5678', 'a sk-proj-AbCd1234efgh5678 b', 'a [key] b'],
    ['a masked key', 'provided: sk-ab12***************wxyz.', 'provided: [key].'],
    ['bearer', 'Authorization: Bearer abc.def-ghi_jkl', 'Authorization: Bearer [secret]'],
    ['api key field', '{"api_key": "whatever-it-is"}', '{"api_key": "[secret]"}'],
    ['a header of a company’s own', 'headers x-team-token: abc-def-123, x-id: 7', 'headers x-team-token: [secret], x-id: 7'],
    ['a cookie', '{"set-cookie": "sid=abc; Path=/"}', '{"set-cookie": "[secret]"}'],
    ['a key in a query', 'GET /v1?key=AIzaSyA-1234567890abcdefghijk&x=1', 'GET /v1?key=[secret]&x=1'],
    ['Google', 'AIzaSyA-1234567890abcdefghijk', '[key]'],
    ['AWS', 'AKIAIOSFODNN7EXAMPLE', '[key]'],
    ['GitHub', 'ghp_abcdefghijklmnopqrst1234', '[token]'],
    ['a JWT', 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abcdefgh', '[token]'],
    ['user and password in a URL', 'https://me:secret@host/x', 'https://[secret]@host/x'],
    ['organisation', 'in organization org-AbC123def on', 'in organization [org id] on'],
    ['project', 'Project `proj_abc12345`', 'Project `[proj id]`'],
    ['request', 'Request req_011CQabcDEF', 'Request [req id]'],
    ['uuid', 'team 16f2151a-40f4-4a80-8ad0-cae00c27e8dd has', 'team [id] has'],
    ['e-mail', 'ask bob.b+x@mail.example.com.', 'ask [e-mail].'],
    ['a long run', `x ${'aB3'.repeat(20)} y`, 'x [secret] y'],
    ['lines and control characters', 'a\n\tb\u0000c', 'a b c'],
    // without a digit or a sign
    ['a bare access key', 'AKIAABCDEFGHIJKL is not allowed', '[key] is not allowed'],
    ['a bare web token', 'no eyJhbGciOiJI.abcdefgh here', 'no [token] here'],
    ['a bare bearer', 'not for bearer abcdefghij', 'not for bearer [secret]'],
  ])('%s', (_, text, clean) => expect(scrub(text)).toBe(clean));

  it.each([
    'Rate limit reached for gpt-4o on tokens per min (TPM): Limit 30000, Used 20000, Requested 15000.',
    'claude-sonnet-4-5-20250929 is not available; use max_completion_tokens instead of max_tokens',
    'The requested key-value store is not supported, see /docs/organization-settings',
  ])('leaves words alone: %s', (text) => expect(scrub(text)).toBe(text));

  it('never longer than asked, never half a character, never throws', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 3000 }), fc.integer({ min: 2, max: 600 }), (text, max) => {
        const clean = scrub(text, max);
        expect(clean.length).toBeLessThanOrEqual(max);
        expect(/[\ud800-\udbff]…$/.test(clean)).toBe(false);
      }),
    );
  });

  it('a secret is gone wherever it stands, also at the cut', () => {
    const secret = 'sk-ant-api03-Zx9Yw8Vu7Ts6Rq5Po4Nm3Lk2Ji1Hg0';
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 700 }), (before) => {
        const clean = scrub(`${'a '.repeat(before / 2)}${secret} end`);
        expect(clean).not.toContain('Zx9Y');
        expect(clean).not.toContain('api03');
      }),
    );
  });
});
