import { describe, expect, it } from 'vitest';
import { diagnose, diagnoseResponse, type Diagnosis } from '../classify.ts';
import type { Case, More } from './fixtures/case.ts';
import { CHINESE_CASES } from './fixtures/chinese.data.ts';
import { FIRST } from './fixtures/first.data.ts';
import { GENERAL_CASES } from './fixtures/general.data.ts';
import { VENDORS } from './fixtures/vendors.data.ts';
import type { ClassifyContext } from './row.ts';
import { BROKEN } from './rows/broken.data.ts';
import { FRAMES } from './rows/frames.data.ts';
import { BUILT_IN } from './rows/index.ts';
import { PACKAGES } from './rows/packages.data.ts';
import { STATUSES } from './rows/statuses.data.ts';
import { WORDS } from './rows/words.data.ts';

const NOW = Date.parse('2026-11-20T10:00:00Z');
const CASES: readonly Case[] = [...FIRST, ...VENDORS, ...CHINESE_CASES, ...GENERAL_CASES];

const contextOf = ({ protocol, provider, model, userRows }: More): ClassifyContext => ({
  protocol: protocol ?? 'openai-chat',
  now: NOW,
  ...(provider !== undefined && { provider }),
  ...(model !== undefined && { model }),
  ...(userRows && { userRows }),
});
const textOf = (body: unknown, more: More): string =>
  more.plain ? String(body) : JSON.stringify(typeof body === 'string' ? { error: { message: body } } : body);

/** As the vendor packages throw it. What they concluded is false on purpose: it must not count. */
const thrown = (status: number, text: string, more: More): object =>
  Object.assign(new Error(''), {
    name: 'AI_APICallError',
    url: more.url ?? 'https://api.example.com/v1/x',
    statusCode: status,
    responseHeaders: more.headers ?? {},
    responseBody: text,
    isRetryable: status < 500,
    requestBodyValues: { messages: 'rate limit, overloaded, prompt is too long' },
  });

const response = (status: number, text: string, more: More): Diagnosis | undefined =>
  diagnoseResponse({ status, headers: more.headers ?? {}, body: text }, contextOf(more));

function check([row, kind, status, , more = {}]: Case, found: Diagnosis | undefined): void {
  expect({ row: found?.row, kind: found?.failure.kind }).toEqual({ row, kind });
  if (more.facts) expect(found?.failure.facts).toMatchObject(more.facts);
  if (status >= 300) expect(found?.failure.facts.status).toBe(status);
}

describe('E1: every entry of the tables, by an answer that it decides', () => {
  it.each(CASES.map((one) => ({ one, title: `${one[0]} ${one[2]} ${JSON.stringify(one[3]).slice(0, 80)}` })))('$title', ({ one }) => {
    const [, , status, body, more = {}] = one;
    const text = textOf(body, more);
    if (status === 0) {
      check(one, diagnose(more.plain ? text : (JSON.parse(text) as unknown), contextOf(more)));
      // E2: the same as a JSON string, wrapped once more.
      if (!more.plain) check(one, diagnose({ error: { message: text } }, contextOf(more)));
      return;
    }
    check(one, diagnose(thrown(status, text, more), contextOf(more)));
    if (more.url === undefined) check(one, response(status, text, more));
  });

  it('no entry is without a case', () => {
    const named = new Set(PACKAGES.concat(FRAMES).map(({ id }) => id)); // Their cases are errors: classify.test.ts.
    named.add('broken/other-protocol').add('broken/after-head');
    const covered = new Set([...CASES.map(([row]) => row), ...named]);
    const ids = [...BUILT_IN, ...BROKEN, ...STATUSES, ...WORDS].map(({ id }) => id);
    expect(ids.filter((id) => !covered.has(id))).toEqual([]);
  });

  it('ids are unique', () => {
    const ids = [...BUILT_IN, ...BROKEN, ...FRAMES, ...STATUSES, ...WORDS].map(({ id }) => id);
    expect(ids.filter((id, i) => ids.indexOf(id) !== i)).toEqual([]);
  });

  it('patterns hold no state and codes are in lower case', () => {
    const rows = [...BUILT_IN, ...BROKEN, ...FRAMES, ...STATUSES, ...WORDS];
    expect(rows.filter(({ match, unless }) => match?.global || match?.sticky || unless?.global)).toEqual([]);
    expect(rows.flatMap(({ code }) => code ?? []).filter((code) => code !== code.toLowerCase())).toEqual([]);
  });
});
