import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RefreshFailure, refreshLabel, refreshPause } from './refresh.ts';

describe('a refresh that failed', () => {
  it('is tried again after 60 s, then 2, 4, 8 min, at most 10 min', () => {
    expect([1, 2, 3, 4, 5, 6, 50].map(refreshPause)).toEqual([60_000, 120_000, 240_000, 480_000, 600_000, 600_000, 600_000]);
  });

  it.each<[unknown, string]>([
    [Object.assign(new Error('Bearer sk-secret'), { status: 401 }), 'http_401'],
    [Object.assign(new Error('x'), { statusCode: 503 }), 'http_503'],
    [{ error: 'invalid_grant', error_description: 'token sk-secret was revoked' }, 'auth_invalid_grant'],
    [{ status: 400, error: 'invalid_client' }, 'auth_invalid_client'],
    [{ error: 'sk_secret_of_mine' }, 'failed'],
    [Object.assign(new Error('x'), { code: 'ECONNREFUSED' }), 'network'],
    [new TypeError('fetch failed', { cause: Object.assign(new Error('x'), { code: 'ENOTFOUND' }) }), 'network'],
    [Object.assign(new Error("no such file '/home/me/sk-secret'"), { code: 'ENOENT' }), 'not_found'],
    [Object.assign(new Error('x'), { code: 'EACCES' }), 'not_readable'],
    [new DOMException('x', 'TimeoutError'), 'timeout'],
    [new SyntaxError('Unexpected token s in JSON: "sk-secret"'), 'invalid_response'],
    [new RefreshFailure('exit_1'), 'exit_1'],
    [new RefreshFailure('sk-Secret 1'), 'failed'],
    ['sk-secret', 'failed'],
    [undefined, 'failed'],
    [{ status: 99 }, 'failed'],
  ])('%o is told as %s', (error, label) => {
    expect(refreshLabel(error)).toBe(label);
  });

  it('whatever was thrown, its label is a short word that holds nothing of it', () => {
    const secret = 'sk-SECRET0123456789';
    const thrown = fc.oneof(
      fc.anything(),
      fc
        .record({
          message: fc.string(),
          code: fc.constantFrom(secret, 'X', 7),
          error: fc.constantFrom(secret, { token: secret }),
          name: fc.string(),
        })
        .map((more) => Object.assign(new Error(secret), more)),
    );
    fc.assert(
      fc.property(thrown, (error) => {
        expect(refreshLabel(error)).toMatch(/^[a-z][a-z0-9_]{1,39}$/);
        expect(refreshLabel(error)).not.toContain('secret');
      }),
    );
  });

  it('an error that is its own cause ends', () => {
    const error = new Error('x') as Error & { cause: unknown };
    error.cause = error;
    expect(refreshLabel(error)).toBe('failed');
  });
});
