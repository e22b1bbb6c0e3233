import { describe, expect, it } from 'vitest';
import { CommandError } from './context.ts';
import { exitOf } from './exit-code.ts';

const NONE = new AbortController().signal;
const failed = (kind: string, retryAt?: number) => ({
  why: 'failed' as const,
  answer: '',
  failure: { kind, message: '', ...(retryAt !== undefined && { retryAt }) },
});

describe('exitOf', () => {
  it.each([
    ['resting', undefined, 75],
    ['rate-limit', undefined, 75],
    ['overload', undefined, 75],
    ['network', undefined, 75],
    ['local', undefined, 75],
    ['server', undefined, 75],
    ['timeout', undefined, 75],
    ['quota', 1, 75],
    ['quota', undefined, 1],
    ['auth', undefined, 1],
    ['bad-request', undefined, 1],
    ['context-length', undefined, 1],
  ])('%s, its end told: %s → %i', (kind, retryAt, exit) => {
    expect(exitOf(failed(kind, retryAt), NONE)).toBe(exit);
  });

  it.each([
    [['auth', 'model-missing', 'access-denied'], 1],
    [['auth', 'quota'], 75],
    [['overload'], 75],
    [[], 75],
  ])('all rest because of %j → %i', (kinds, exit) => {
    const failure = { kind: 'resting', message: '', blamed: kinds.map((kind) => ({ target: 'a/x', kind })) };
    expect(exitOf({ why: 'failed', answer: '', failure }, NONE)).toBe(exit);
  });

  it('a stop exits as its signal does', () => {
    expect(exitOf({ why: 'stopped', answer: '' }, AbortSignal.abort(new CommandError(143, '')))).toBe(143);
    expect(exitOf({ why: 'stopped', answer: '' }, NONE)).toBe(130);
    expect(exitOf({ why: 'done', answer: '' }, NONE)).toBe(0);
    expect(exitOf({ why: 'out-of-turns', answer: '' }, NONE)).toBe(1);
  });
});
