import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  APICallError,
  EmptyResponseBodyError,
  JSONParseError,
  LoadAPIKeyError,
  NoSuchModelError,
  TypeValidationError,
} from '@ai-sdk/provider';
import { classify, classifyResponse, diagnose, frameCarriesError, type ClassifyContext } from '../classify.ts';
import { FAILURE_KINDS, isModelFailure, ModelFailure, type FailureKind } from '../failure.ts';

const NOW = Date.parse('2026-11-20T10:00:00Z');
const context: ClassifyContext = { protocol: 'openai-chat', model: 'gpt-5', now: NOW };
const call = (more: object): APICallError =>
  new APICallError({
    message: '',
    url: 'https://api.example.com/v1/chat/completions',
    requestBodyValues: {},
    ...more,
  } as ConstructorParameters<typeof APICallError>[0]);
const coded = (code: string, message = '', more: object = {}): Error => Object.assign(new Error(message), { code, ...more });
const named = (name: string, message = ''): Error => Object.assign(new Error(message), { name });
const fetchFailed = (cause: unknown): TypeError => new TypeError('fetch failed', { cause });
const timeout = new ModelFailure('timeout', 'stalled', { limit: 'stall' });

describe('K1: anything in, a failure out', () => {
  it('hostile values', () => {
    const cyclic: Record<string, unknown> = {};
    cyclic['cause'] = cyclic;
    cyclic['error'] = { error: cyclic };
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    const angry = new Proxy({}, { get: () => { throw new Error('no'); }, has: () => { throw new Error('no'); } }); // prettier-ignore
    const getter = Object.defineProperty(new Error('x'), 'statusCode', { get: () => { throw new Error('no'); } }); // prettier-ignore
    const loop = new Error('a');
    loop.cause = new Error('b', { cause: loop });
    for (const value of [
      undefined,
      null,
      0,
      NaN,
      '',
      429n,
      Symbol('x'),
      () => 1,
      {},
      [],
      [[[]]],
      cyclic,
      proxy,
      angry,
      getter,
      loop,
      Object.create(null),
    ]) {
      expect(classify(value, context).kind).toBe('unknown');
    }
  });

  it('for every value: one of the kinds, a message of ours, the value as the cause', () => {
    fc.assert(
      fc.property(fc.anything({ withNullPrototype: true, withBigInt: true, withDate: true, withMap: true }), (value) => {
        const failure = classify(value, context);
        expect(isModelFailure(failure) && FAILURE_KINDS.includes(failure.kind)).toBe(true);
        expect(failure.cause).toBe(value);
        expect(failure.message.length).toBeGreaterThan(0);
      }),
      { numRuns: 500 },
    );
  });

  it('for every response: a failure unless it is a 2xx', () => {
    fc.assert(
      fc.property(fc.integer({ min: 300, max: 599 }), fc.string(), fc.dictionary(fc.string(), fc.string()), (status, body, headers) => {
        expect(classifyResponse({ status, headers, body }, context)?.facts.status).toBe(status);
      }),
    );
  });
});

describe('K2: our own failures', () => {
  class Copy extends Error {
    readonly kind = 'overload';
    readonly facts = {};
  }
  const copy = Object.assign(new Copy(), { [Symbol.for('holdfast.model-failure')]: true });

  it.each([
    ['as it is', timeout, timeout],
    ['of another copy of the package', copy, copy],
    ['as a cause', call({ statusCode: 200, cause: timeout }), timeout],
    ['deep in causes', fetchFailed(new Error('x', { cause: named('AbortError') })), undefined],
    ['as the reason of an abort', Object.assign(named('AbortError'), { cause: timeout }), timeout],
    [
      'in a RetryError',
      Object.assign(named('AI_RetryError'), { errors: [call({ statusCode: 500 }), timeout], lastError: timeout }),
      timeout,
    ],
    ['in an error part', { type: 'error', error: { error: timeout } }, timeout],
    ['in an AggregateError', new AggregateError([new Error('x'), timeout]), timeout],
  ])('%s', (_, error, own) => {
    if (own) expect(classify(error, context)).toBe(own);
    else expect(classify(error, context).kind).toBe('cancelled');
  });

  it('a mark alone is no failure', () => {
    expect(classify({ [Symbol.for('holdfast.model-failure')]: true, kind: 'nonsense', facts: {} }, context).kind).toBe('unknown');
  });
});

describe('aborts', () => {
  it.each<[string, unknown, FailureKind]>([
    ['DOMException AbortError', new DOMException('This operation was aborted', 'AbortError'), 'cancelled'],
    ['DOMException TimeoutError', new DOMException('timed out', 'TimeoutError'), 'timeout'],
    ['cancelled in mid-stream', call({ statusCode: 200, cause: new DOMException('x', 'AbortError') }), 'cancelled'],
    ['of the OpenAI client', named('APIUserAbortError', 'Request was aborted.'), 'cancelled'],
    ['a limit of the OpenAI client', named('APIConnectionTimeoutError', 'Request timed out.'), 'timeout'],
    ['of undici', coded('UND_ERR_ABORTED', 'Request aborted'), 'cancelled'],
    ['of axios', coded('ERR_CANCELED', 'canceled'), 'cancelled'],
    ['of opencode', { name: 'MessageAbortedError', data: { message: 'Aborted' } }, 'cancelled'],
    ['something better: a status', Object.assign(named('AbortError'), { cause: call({ statusCode: 429 }) }), 'rate-limit'],
    ['something better: a transport code', Object.assign(named('AbortError'), { cause: coded('ECONNREFUSED') }), 'network'],
  ])('%s', (_, error, kind) => expect(classify(error, context).kind).toBe(kind));
});

describe('the vendor packages', () => {
  const json = (value: unknown): string => JSON.stringify(value);
  it.each<[string, unknown, FailureKind, string?]>([
    [
      'a missing key names its variable',
      new LoadAPIKeyError({
        message: "OpenAI API key is missing. Pass it using the 'apiKey' parameter or the OPENAI_API_KEY environment variable.",
      }),
      'auth',
      'no key: OPENAI_API_KEY is not set',
    ],
    [
      'a missing setting',
      named(
        'AI_LoadSettingError',
        "AWS region setting is missing. Pass it using the 'region' parameter or the AWS_REGION environment variable.",
      ),
      'auth',
      'a setting is missing: AWS_REGION is not set',
    ],
    [
      'a missing key as opencode tells it',
      {
        name: 'ProviderAuthError',
        data: { providerID: 'openai', message: 'OpenAI API key is missing. Use the OPENAI_API_KEY environment variable.' },
      },
      'auth',
    ],
    ['no such model', new NoSuchModelError({ modelId: 'x', modelType: 'languageModel' }), 'model-missing'],
    ['no body', new EmptyResponseBodyError(), 'truncated'],
    ['nothing generated', named('AI_NoContentGeneratedError', 'No content generated.'), 'empty'],
    ['odd data', named('AI_InvalidResponseDataError', "Expected 'id' to be a string."), 'malformed'],
    ['a prompt that cannot be sent', named('AI_InvalidPromptError', 'rate limit'), 'bad-request'],
    ['a filter by name', named('ContentFilterError'), 'refusal'],
    ['a frame that is no JSON', new JSONParseError({ text: '{"a":', cause: new SyntaxError('Unexpected end of JSON input') }), 'truncated'],
    ['a frame of another type', new TypeValidationError({ value: { foo: 'rate limit' }, cause: new Error('zod') }), 'truncated'],
    [
      'a frame that is an error after all',
      new TypeValidationError({ value: { error: { code: 429 } }, cause: new Error('zod') }),
      'rate-limit',
    ],
    ['JSON cut in half', new SyntaxError('Unexpected end of JSON input'), 'truncated'],
    ['a frame beyond the bound', named('FrameTooLongError'), 'truncated'],
    [
      'no JSON in a 200: a page',
      call({
        statusCode: 200,
        responseBody: '<html></html>',
        message: 'Invalid JSON response',
        cause: new JSONParseError({ text: '<html>', cause: 0 }),
      }),
      'malformed',
    ],
    [
      'no JSON in a 200: cut',
      call({
        statusCode: 200,
        responseBody: '{"choices":[',
        message: 'Invalid JSON response',
        cause: new JSONParseError({ text: '{', cause: 0 }),
      }),
      'truncated',
    ],
    [
      'JSON of a 200 without an answer',
      call({
        statusCode: 200,
        responseBody: '{"ok":1}',
        message: 'Invalid JSON response',
        cause: new TypeValidationError({ value: { ok: 1 }, cause: 0 }),
      }),
      'malformed',
    ],
    [
      'JSON of a 200 with an error',
      call({ statusCode: 200, responseBody: json({ error: { message: 'x', code: 503 } }), message: 'Invalid JSON response' }),
      'server',
    ],
    [
      'a 200 that broke',
      call({ statusCode: 200, message: 'Failed to process successful response', cause: coded('ECONNRESET') }),
      'truncated',
    ],
    ['a 200 that broke, no cause', call({ statusCode: 200, message: 'Failed to process successful response' }), 'truncated'],
    [
      'another protocol answered',
      call({
        message: 'Received a Chat Completions stream while using the OpenAI Responses API.',
        responseBody: json({ choices: [{}] }),
        statusCode: 200,
      }),
      'malformed',
    ],
    [
      'the body of a 200 thrown as 400',
      call({
        statusCode: 400,
        message: 'x',
        responseBody: { object: 'response', status: 'failed', error: { code: 'server_error', message: 'x' } },
      }),
      'server',
    ],
    [
      'an error body that could not be read',
      call({ statusCode: 503, message: 'Failed to process error response', cause: coded('ECONNRESET') }),
      'server',
    ],
    [
      'a stream error of the package',
      {
        message: 'Overloaded',
        type: 'overloaded_error',
        statusCode: 529,
        isRetryable: true,
        data: { type: 'overloaded_error', message: 'Overloaded' },
      },
      'overload',
    ],
    [
      'RetryError: its last',
      Object.assign(named('AI_RetryError', 'Failed after 3 attempts. Last error: x'), {
        reason: 'maxRetriesExceeded',
        lastError: call({ statusCode: 529 }),
        errors: [call({ statusCode: 529 })],
      }),
      'overload',
    ],
    [
      'an AWS client',
      Object.assign(named('ThrottlingException', 'Too many tokens'), {
        $fault: 'client',
        $metadata: { httpStatusCode: 429, requestId: 'r' },
      }),
      'rate-limit',
    ],
    [
      'the OpenAI client',
      Object.assign(new Error('429 You exceeded your current quota'), {
        status: 429,
        headers: new Headers({ 'x-request-id': 'a' }),
        error: { code: 'insufficient_quota', message: 'x' },
        code: 'insufficient_quota',
        type: 'insufficient_quota',
      }),
      'quota',
    ],
    [
      'the Anthropic client',
      Object.assign(new Error(`529 ${json({ type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } })}`), {
        status: 529,
      }),
      'overload',
    ],
    ['the same as a text', `529 ${json({ type: 'error', error: { type: 'overloaded_error', message: 'Overloaded' } })}`, 'overload'],
    [
      'Google’s client',
      Object.assign(named('ApiError', json({ error: { code: 503, message: 'The model is overloaded.', status: 'UNAVAILABLE' } })), {
        status: 503,
      }),
      'overload',
    ],
    [
      'axios',
      Object.assign(new Error('Request failed with status code 429'), {
        response: { status: 429, headers: { 'retry-after': '7' }, data: { error: { code: 'insufficient_quota' } } },
      }),
      'quota',
    ],
    ['isRetryable is no evidence', call({ statusCode: 401, isRetryable: true }), 'auth'],
    ['a bug is nobody’s fault', new TypeError("Cannot read properties of undefined (reading 'rate limit')"), 'unknown'],
    ['a runtime’s code is not a provider’s', coded('ERR_ASSERTION', 'expected 429 rate limit'), 'unknown'],
  ])('%s', (_, error, kind, message) => {
    const found = diagnose(error, context);
    expect(`${found.failure.kind} by ${found.row}`).toMatch(new RegExp(`^${kind} by`));
    if (message !== undefined) expect(found.failure.message).toBe(message);
  });
});

describe('statuses wherever they stand (E2)', () => {
  it.each<[string, unknown, FailureKind]>([
    ['outer before inner', { statusCode: 400, error: { statusCode: 429 } }, 'bad-request'],
    ['data.statusCode', { data: { statusCode: 529 } }, 'overload'],
    ['error.statusCode', { error: { statusCode: 502 } }, 'server'],
    ['cause.statusCode', { cause: { statusCode: 504 } }, 'server'],
    ['digits in a text field', { statusCode: '429' }, 'rate-limit'],
    ['no status in front', { status: 'error', error: { statusCode: 429 } }, 'rate-limit'],
    ['nested twice', { error: { error: { code: '429', message: 'x' } } }, 'rate-limit'],
    ['JSON in a message', { error: { message: JSON.stringify({ error: { code: 503, message: 'x' } }) } }, 'server'],
    ['JSON of JSON', JSON.stringify(JSON.stringify({ error: { code: 402 } })), 'quota'],
    [
      'opencode’s APIError',
      {
        name: 'APIError',
        data: {
          message: 'neutral',
          statusCode: 429,
          isRetryable: true,
          responseHeaders: {},
          responseBody: JSON.stringify({ error: { code: 'insufficient_quota' } }),
        },
      },
      'quota',
    ],
    ['opencode’s overflow', { name: 'ContextOverflowError', data: { message: 'x' } }, 'context-length'],
    ['data.error.type', { data: { error: { type: 'usage_limit_reached', message: 'x' } } }, 'quota'],
    [
      'an error in a chunk',
      { choices: [{ index: 0, delta: { content: 'rate limit' }, finish_reason: 'error', error: { code: 502, message: 'x' } }] },
      'server',
    ],
    ['an array around it', [{ error: { code: 429, status: 'RESOURCE_EXHAUSTED', message: 'x' } }], 'rate-limit'],
  ])('%s', (_, error, kind) => expect(classify(error, context).kind).toBe(kind));

  it.each<[string, number | undefined]>([
    ['failed with status code 429', 429],
    ['HTTP 503', 503],
    ['HTTP/1.1 502 Bad Gateway', 502],
    ['POST "https://x/v1": 429 Too Many Requests', 429],
    ['529 overloaded', 529],
    ['error code: 524', 524],
    ['503', 503],
    ['429: slow down', 429],
    ['status=500, body=x', 500],
    ['id 1429', undefined],
    ['4290', undefined],
    ['500 tokens left', undefined],
    ['dial tcp 1.2.3.4:443: connect: broken', undefined],
    ['that took 500 ms', undefined],
    ['line 502 of the file', undefined],
    ['1429 tokens', undefined],
    ['got 404 items', undefined],
  ])('a number in prose is a status only in a status context: %s', (text, status) => {
    const { kind, facts } = classify(text, context);
    if (status === undefined) expect(facts.status).toBeUndefined();
    else expect(kind).toBe(classify({ statusCode: status }, context).kind);
  });
});

describe('E1: words only where the provider speaks', () => {
  const echo = 'rate limit overloaded insufficient_quota prompt is too long 429';
  it.each<[string, unknown, FailureKind]>([
    ['an echoed request', { detail: [{ msg: 'field required', type: 'missing', input: { messages: echo } }] }, 'bad-request'],
    ['fields nobody knows', { error: { message: 'x', request: { messages: [echo] }, input: echo, param: echo } }, 'bad-request'],
    ['beyond the first 2,000 characters', { error: { message: `${'x'.repeat(2000)} ${echo}` } }, 'bad-request'],
    [
      'JSON of the request inside a sentence',
      { error: { message: `Invalid value: {"error":{"type":"overloaded_error","code":529}}` } },
      'bad-request',
    ],
  ])('%s', (_, body, kind) => expect(classify(call({ statusCode: 400, responseBody: JSON.stringify(body) }), context).kind).toBe(kind));

  it('a model that writes about limits has not failed', () => {
    const body = JSON.stringify({ choices: [{ message: { role: 'assistant', content: echo }, finish_reason: 'stop' }], error: null });
    expect(classifyResponse({ status: 200, headers: {}, body }, context)).toBeUndefined();
  });
});

describe('classifyResponse: what looks like a success', () => {
  const json = 'application/json';
  it.each<[string, ClassifyContext['protocol'], string, string | undefined, FailureKind | undefined]>([
    ['a completion', 'openai-chat', json, '{"choices":[{"message":{"content":"hi"}}]}', undefined],
    ['a response', 'openai-responses', json, '{"object":"response","status":"completed","output":[],"error":null}', undefined],
    [
      'a failed response',
      'openai-responses',
      json,
      '{"object":"response","status":"failed","output":[],"error":{"code":"server_error","message":"x"}}',
      'server',
    ],
    ['a message', 'anthropic-messages', json, '{"type":"message","role":"assistant","content":[]}', undefined],
    ['candidates', 'google', json, '{"candidates":[]}', undefined],
    ['a blocked prompt is an answer', 'google', json, '{"promptFeedback":{"blockReason":"SAFETY"}}', undefined],
    ['anything of another protocol', 'other', json, '{"x":1}', undefined],
    ['an event stream', 'openai-chat', 'text/event-stream; charset=utf-8', undefined, undefined],
    ['not read yet', 'openai-chat', json, undefined, undefined],
    ['a page that was not read', 'openai-chat', 'text/html', undefined, 'malformed'],
    ['an answer of another protocol', 'anthropic-messages', json, '{"choices":[]}', 'malformed'],
    [
      'an error beside an answer',
      'openai-chat',
      json,
      '{"choices":[{"delta":{"content":"a"}}],"error":{"code":502,"message":"x"}}',
      'server',
    ],
    ['an error in a text', 'openai-chat', json, '{"error":"insufficient credits"}', 'quota'],
    [
      'Anthropic’s error',
      'anthropic-messages',
      json,
      '{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}',
      'overload',
    ],
  ])('%s', (_, protocol, contentType, body, kind) => {
    expect(classifyResponse({ status: 200, headers: {}, body, contentType }, { ...context, protocol })?.kind).toBe(kind);
  });

  it('frames that carry errors are told from frames that do not', () => {
    expect(frameCarriesError({ type: 'response.failed', response: { status: 'failed', error: { code: 'x' } } })).toBe(true);
    expect(frameCarriesError({ type: 'error', error: { type: 'overloaded_error' } })).toBe(true);
    expect(frameCarriesError({ choices: [{ delta: { content: 'error' } }], error: null })).toBe(false);
    expect(frameCarriesError({ type: 'response.completed', response: { status: 'completed', error: null } })).toBe(false);
  });
});

describe('facts', () => {
  it('kept: ids, codes, the provider’s own words, scrubbed; not in the message', () => {
    const body = {
      error: {
        message: 'Incorrect API key provided: sk-proj-abcdefgh1234. Ask bob@example.com of org-1a2b3c4d5e.',
        type: 'invalid_request_error',
        code: 'invalid_api_key',
      },
    };
    const failure = classifyResponse({ status: 401, headers: { 'X-Request-Id': 'req_1' }, body: JSON.stringify(body) }, context)!;
    expect(failure.message).toBe('the key was refused');
    expect(failure.facts).toEqual({
      status: 401,
      code: 'invalid_api_key',
      type: 'invalid_request_error',
      requestId: 'req_1',
      detail: 'Incorrect API key provided: [key]. Ask [e-mail] of [org id].',
    });
  });

  it('a reset is a fact unless it cannot be known whether the request was sent (H5)', () => {
    expect(classify(fetchFailed(coded('ECONNREFUSED')), context).facts.sent).toBeUndefined();
    expect(classify(fetchFailed(coded('UND_ERR_SOCKET', 'other side closed')), context).facts.sent).toBe(true);
    expect(classify(new TypeError('fetch failed'), context).facts.sent).toBe(true);
  });

  it('after the head a break of the connection is a cut', () => {
    expect(classify(coded('ECONNRESET'), { ...context, phase: 'after' }).kind).toBe('truncated');
    expect(classify(coded('ECONNRESET'), { ...context, phase: 'before' }).kind).toBe('network');
    expect(classify(coded('ENETUNREACH'), { ...context, phase: 'after' }).kind).toBe('local');
  });
});
