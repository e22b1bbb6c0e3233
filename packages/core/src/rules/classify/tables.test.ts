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

/** Ordinary refusals of what a request says. Every other kind would cool or skip somebody for it. */
const ORDINARY: readonly string[] = [
  "Invalid value: 'developer'. Supported values are: 'system', 'assistant', 'user', 'function', 'tool'.",
  'messages.0.content: Field required',
  'tools.0.custom.input_schema: JSON schema is invalid. It must match JSON Schema draft 2020-12',
  "Invalid schema for function 'search': schema must be a JSON Schema of 'type: \"object\"', got 'type: \"None\"'.",
  "'messages' must contain the word 'json' in some form, to use 'response_format' of type 'json_object'.",
  'temperature: Input should be less than or equal to 1',
  'max_tokens: Field required',
  'We could not parse the JSON body of your request.',
  'Invalid JSON payload received. Unexpected token at line 502.',
  'Could not process image',
  "Invalid 'tools[0].function.name': string does not match pattern. Expected a string that matches the pattern '^[a-zA-Z0-9_-]+$'.",
  'The string has a min length of 1 and requires a property called name',
  'stop: array has a maximum length of 4; requires a prompt',
  'Invalid token in logit_bias',
  'tool_choice: Input tag "maybe" found using "type" does not match any of the expected tags',
  'For this model, the tool `foo` was not found in tools',
  'The model produced invalid content. The function `foo` is not available.',
  'Error loading image from URL',
  'seed: 429 is not a valid seed, 503 would be',
  'Request body must have a session header and 1429 tokens',
  'Unable to download content because the URL domain is not allowed by robots.txt',
];

describe('ordinary refusals stay bad requests', () => {
  it.each(ORDINARY)('%s', (message) => {
    const text = textOf(message, {});
    expect(response(400, text, { model: 'gpt-5' })?.failure.kind).toBe('bad-request');
    expect(diagnose(thrown(422, text, {}), contextOf({})).failure.kind).toBe('bad-request');
  });
});

/** Ordinary answers to too many requests: none of them is a matter of money or of size. */
const RATES: readonly string[] = [
  'Rate limit reached for requests',
  'Too many requests, please slow down',
  'Number of request tokens has exceeded your per-minute rate limit',
  'This request would exceed your organization’s rate limit of 80,000 input tokens per minute. For details, refer to the docs. You can see the response headers for current usage. Please reduce the prompt length or the maximum tokens requested, or try again later.',
  'Rate limit reached for gpt-4o in organization org-abc123 on tokens per min (TPM): Limit 30000, Used 29000, Requested 2000. Please try again in 2s. Visit your account page to learn more.',
  'Rate limit reached for model `x` on tokens per minute (TPM): Limit 6000, Used 5990, Requested 1000. Please try again in 9.9s. Need more tokens? Upgrade to Dev Tier today at https://x.example/settings/billing',
  'You have exceeded the token limit per minute',
  'Requests rate limit exceeded',
  'Max concurrent requests reached',
];

describe('ordinary rate limits stay rate limits', () => {
  it.each(RATES)('%s', (message) => {
    expect(response(429, textOf(message, {}), {})?.failure.kind).toBe('rate-limit');
    expect(response(429, textOf({ error: { message, code: 'rate_limit_exceeded', type: 'tokens' } }, {}), {})?.failure.kind).toBe(
      'rate-limit',
    );
  });
});

/** Texts that a careless pattern backtracks over for ever; it would run into the test's limit. */
const GREEDY = [
  '<!-- -->',
  '<!--',
  ' <',
  'model ',
  'model a b ',
  'tool_call_id ',
  'limit 1 requested ',
  '1,',
  'key-1',
  'a@a.',
  'no route ',
  'status ',
  '{"a":',
  '[',
  'retry in 5 minutes and ',
  'reset at 2026-01-01 ',
  'aB3',
  '请',
  "'a' ",
];

describe('no text takes for ever', () => {
  it.each(GREEDY)('%s', (part) => {
    const text = part.repeat(9000 / part.length);
    for (const body of [text, { error: { message: text, type: text, error: { message: `x${text}` } } }, [{ detail: text }]]) {
      expect(diagnose(body, contextOf({ model: text })).failure.facts.detail?.length ?? 0).toBeLessThanOrEqual(500);
      expect(
        response(500, typeof body === 'string' ? body : JSON.stringify(body), { headers: { 'retry-after': text, date: text } }),
      ).toBeDefined();
    }
  });
});
