import { describe, expect, it } from 'vitest';
import { classify, classifyResponse, diagnose, type ClassifyContext, type UserRow } from '../classify.ts';
import { FAILURE_KINDS } from '../failure.ts';
import { readUserRows, USER_KINDS } from './user-rows.ts';

const body = (message: string, code?: string): string => JSON.stringify({ error: { message, code } });
const ask = (rows: readonly UserRow[], status: number, text: string, more: Partial<ClassifyContext> = {}) =>
  classifyResponse({ status, headers: {}, body: text }, { protocol: 'openai-chat', provider: 'work', now: 0, userRows: rows, ...more })
    ?.kind;
const row = (fields: Partial<UserRow>): UserRow => ({ kind: 'overload', ...fields });

describe('rows of the user', () => {
  it('come before the built-in ones', () => {
    expect(ask([row({ match: 'context length' })], 400, body('maximum context length is 5'))).toBe('overload');
    expect(ask([row({ status: 401 })], 401, body('x', 'invalid_api_key'))).toBe('overload');
  });

  it('every given field must match; the first row that does decides', () => {
    const full = row({ provider: 'work', protocol: 'openai-chat', status: 400, code: 'E17', match: 'over capacity' });
    const good = body('The pool is OVER capacity', 'e17');
    expect(ask([full], 400, good)).toBe('overload');
    expect(ask([full], 501, good)).toBe('server');
    expect(ask([full], 400, body('over capacity', 'E18'))).toBe('bad-request');
    expect(ask([full], 400, body('fine', 'E17'))).toBe('bad-request');
    expect(ask([full], 400, good, { provider: 'home' })).toBe('bad-request');
    expect(ask([full], 400, good, { protocol: 'google' })).toBe('bad-request');
    expect(ask([row({ status: 400, kind: 'quota' }), row({ status: 400 })], 400, good)).toBe('quota');
  });

  it('a text is a part whatever its case, with its dots and stars as they stand; slashes make an expression', () => {
    expect(ask([row({ match: 'a.b*' })], 400, body('A.B*'))).toBe('overload');
    expect(ask([row({ match: 'a.b*' })], 400, body('axb'))).toBe('bad-request');
    expect(ask([row({ match: '/E\\d+ busy$/' })], 400, body('e17 BUSY'))).toBe('overload');
    expect(ask([row({ match: '/E\\d+ busy$/' })], 400, body('e17 busy now'))).toBe('bad-request');
    expect(ask([row({ match: '/(/' })], 400, body('('))).toBe('bad-request');
  });

  it('a pattern keeps no state between calls', () => {
    const rows = [row({ match: '/busy/g' })];
    expect([1, 2, 3].map(() => ask(rows, 400, body('busy')))).toEqual(['overload', 'overload', 'overload']);
  });

  it('E1: our own aborts and transport errors come first', () => {
    const userRows = [row({ provider: 'work' })];
    const context = { protocol: 'openai-chat', provider: 'work', now: 0, userRows } as const;
    expect(classify(new DOMException('x', 'AbortError'), context).kind).toBe('cancelled');
    expect(classify(Object.assign(new Error(''), { code: 'ECONNREFUSED' }), context).kind).toBe('network');
    expect(diagnose({ error: { message: 'x' } }, context).row).toBe('user/0');
  });
});

describe('readUserRows', () => {
  it('reads what is right', () => {
    const rows = [{ provider: 'work', status: 400, code: 'E17', match: 'over capacity', kind: 'overload' }];
    expect(readUserRows(rows)).toEqual({ rows, problems: [] });
    expect(readUserRows(undefined)).toEqual({ rows: [], problems: [] });
    expect(readUserRows([{ code: 1302, kind: 'rate-limit' }]).rows).toEqual([{ code: '1302', kind: 'rate-limit' }]);
  });

  it.each([
    ['no list', 'x', undefined],
    ['no mapping', [3], undefined],
    ['an unknown key', [{ status: 400, kinds: 1, kind: 'quota' }], 'kinds'],
    ['an unknown kind', [{ status: 400, kind: 'overlaod' }], 'kind'],
    ['a kind only a call knows', [{ status: 400, kind: 'cancelled' }], 'kind'],
    ['a status out of range', [{ status: 42, kind: 'quota' }], 'status'],
    ['an unknown protocol', [{ protocol: 'openai', kind: 'quota' }], 'protocol'],
    ['a bad expression', [{ match: '/(/', kind: 'quota' }], 'match'],
    ['an empty text', [{ match: '', kind: 'quota' }], 'match'],
    ['nothing to match by', [{ kind: 'quota' }], undefined],
  ])('%s is said', (_, value, key) => {
    const { rows, problems } = readUserRows(value);
    expect(rows).toEqual([]);
    expect(problems.map((problem) => problem.key)).toContain(key);
    expect(problems.every(({ message }) => message.length > 0)).toBe(true);
  });

  it('every kind but those of a call can be given', () => {
    expect(FAILURE_KINDS.filter((kind) => !USER_KINDS.includes(kind))).toEqual(['cancelled', 'resting']);
  });
});
