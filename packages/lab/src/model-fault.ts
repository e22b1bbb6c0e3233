import type { LanguageModelV4StreamPart as Part } from '@ai-sdk/provider';
import { ModelFailure, type FailureFacts, type FailureKind } from '@holdfast/core';
import type { Fault } from './outage.ts';
import { openaiError } from './provider/errors-openai.ts';
import { reasonOf } from './provider/plan-delivery.ts';

/** What goes wrong with an answer in process. Without `afterParts` the call itself fails; with it the stream, after so many parts. */
export type ModelFault =
  | {
      /** A failure of a kind, or an error as a provider's package would throw it. */
      readonly fail: FailureKind | Error;
      readonly facts?: FailureFacts;
      readonly afterParts?: number;
      /** In a stream: as an error part (default), or by rejecting the read. */
      readonly as?: 'part' | 'throw';
    }
  /** `hang`: nothing more comes until the caller gives up. `no-finish`: the stream ends as if it were whole. */
  | { readonly stop: 'hang' | 'no-finish'; readonly afterParts?: number };

/** The answer with its fault worked in: what is streamed, and how that ends. */
export interface Performance {
  /** The call rejects with it, or (`hang`) never answers. */
  readonly call?: { readonly error: Error } | 'hang';
  readonly parts: readonly Part[];
  readonly end: 'close' | 'hang' | { readonly error: Error };
  /** Sent for ever after the parts, one in so many ms. */
  readonly pingMs?: number;
}

const errorOf = (fail: FailureKind | Error, facts?: FailureFacts): Error =>
  typeof fail === 'string' ? new ModelFailure(fail, `the script says: ${fail}`, facts) : fail;

export function perform(parts: readonly Part[], fault: ModelFault | undefined): Performance {
  if (!fault) return { parts, end: 'close' };
  const { afterParts } = fault;
  if ('fail' in fault) {
    const error = errorOf(fault.fail, fault.facts);
    if (afterParts === undefined) return { call: { error }, parts: [], end: 'close' };
    const kept = parts.slice(0, afterParts);
    return fault.as === 'throw' ? { parts: kept, end: { error } } : { parts: [...kept, { type: 'error', error }], end: 'close' };
  }
  if (afterParts === undefined && fault.stop === 'hang') return { call: 'hang', parts: [], end: 'close' };
  return { parts: parts.slice(0, afterParts ?? parts.length - 1), end: fault.stop === 'hang' ? 'hang' : 'close' };
}

/**
 * An outage's fault as the parts and errors that providers' packages make of it (spec/providers.md, B): the same evidence reaches
 * classification as over HTTP.
 */
export function performOutage(parts: readonly Part[], fault: Fault, model: string, now: number): Performance {
  const at = fault.afterFrames ?? middle(parts);
  const head = parts.slice(0, at);
  const broken: Performance = {
    parts: head,
    end: { error: apiCallError(200, {}, '', socketError('UND_ERR_SOCKET', 'other side closed')) },
  };
  switch (fault.do) {
    case 'status':
      return failing(statusError(fault, model, now));
    case 'refused':
      return failing(apiCallError(undefined, {}, '', socketError('ECONNREFUSED', 'connect ECONNREFUSED 127.0.0.1:1')));
    case 'reset':
      return failing(apiCallError(undefined, {}, '', socketError('ECONNRESET', 'read ECONNRESET')));
    case 'html':
      return failing(
        apiCallError(fault.status ?? 502, { 'content-type': 'text/html' }, fault.body ?? '<html><h1>502 Bad Gateway</h1></html>'),
      );
    case 'no-headers':
      return { call: 'hang', parts: [], end: 'close' };
    case 'silence':
      return { parts: [], end: 'hang' };
    case 'pings':
      return { parts: [], end: 'hang', pingMs: 10_000 };
    case 'error-first':
    case 'json-error':
      return errorPart(parts.slice(0, 1), fault, model, now);
    case 'role-then-error':
      return errorPart(parts.slice(0, 2), fault, model, now);
    case 'error-event':
      return errorPart(head, fault, model, now);
    case 'empty':
      return {
        parts: parts.filter(({ type }) => type === 'stream-start' || type === 'response-metadata' || type === 'finish'),
        end: 'close',
      };
    case 'stall':
      return { parts: head, end: 'hang' };
    case 'clean-end':
      return { parts: [...head, unfinished(parts, 'interrupted')], end: 'close' };
    case 'bad-frame':
      return { parts: [...head, { type: 'error', error: new SyntaxError('JSON parsing failed') }, ...parts.slice(at + 1)], end: 'close' };
    case 'cut-after-finish':
      return { ...broken, parts: parts.slice(0, -1) };
    case 'reasoning-break':
      return {
        ...broken,
        parts: [...parts.slice(0, 2), { type: 'reasoning-start', id: 'r' }, { type: 'reasoning-delta', id: 'r', delta: 'Let me' }],
      };
    case 'half-call':
      return { ...broken, parts: [...parts.slice(0, -1), ...HALF_CALL] };
    case 'call-then-break':
      return { ...broken, parts: withCall(parts) };
    case 'cut':
      return broken;
  }
}

const failing = (error: Error): Performance => ({ call: { error }, parts: [], end: 'close' });

const HALF_CALL: readonly Part[] = [
  { type: 'tool-input-start', id: 'half', toolName: 'lookup' },
  { type: 'tool-input-delta', id: 'half', delta: '{"que' },
];

/** Up to the first completed call; an answer without one gets one. */
function withCall(parts: readonly Part[]): readonly Part[] {
  const at = parts.findIndex(({ type }) => type === 'tool-call');
  if (at >= 0) return parts.slice(0, at + 1);
  return [...parts.slice(0, -1), { type: 'tool-call', toolCallId: 'whole', toolName: 'lookup', input: '{"query":"the lab"}' }];
}

function middle(parts: readonly Part[]): number {
  const visible = parts.flatMap(({ type }, i) => (type === 'text-delta' ? [i] : []));
  return (visible[Math.ceil(visible.length / 2) - 1] ?? 0) + 1;
}

function unfinished(parts: readonly Part[], unified: 'interrupted' | 'error'): Part {
  const last = parts.at(-1);
  const usage = last?.type === 'finish' ? last.usage : undefined;
  const none = { total: undefined, noCache: undefined, cacheRead: undefined, cacheWrite: undefined };
  return {
    type: 'finish',
    finishReason: { unified, raw: undefined },
    usage: usage ?? { inputTokens: none, outputTokens: { total: undefined, text: undefined, reasoning: undefined } },
  };
}

const errorPart = (head: readonly Part[], fault: Fault, model: string, now: number): Performance => ({
  parts: [...head, { type: 'error', error: statusError({ ...fault, status: fault.status ?? 503 }, model, now) }, unfinished([], 'error')],
  end: 'close',
});

function statusError({ status, reason, retryAfter, headers, body }: Fault, model: string, now: number): Error {
  const why = reason ?? (status === undefined ? 'overload' : reasonOf(status));
  const answer = openaiError({
    reason: why,
    ...(status !== undefined && { status }),
    ...(retryAfter !== undefined && { retryAfter }),
    model,
    now,
  });
  return apiCallError(answer.status, { ...answer.headers, ...headers }, body ?? JSON.stringify(answer.body));
}

const socketError = (code: string, message: string): Error =>
  Object.assign(new TypeError('fetch failed', { cause: Object.assign(new Error(message), { code }) }), { code });

const MARKS = [Symbol.for('vercel.ai.error'), Symbol.for('vercel.ai.error.AI_APICallError')];

/** What the AI SDK's packages throw, marked as they mark it, without depending on them. */
function apiCallError(status: number | undefined, headers: Readonly<Record<string, string>>, body: string, cause?: Error): Error {
  const message =
    status === undefined ? `Cannot connect to API: ${cause?.message}` : body.slice(0, 80) || 'Failed to process successful response';
  const again = status === undefined || status === 200 || status === 408 || status === 409 || status === 429 || status >= 500;
  return Object.assign(new Error(message, { cause }), {
    name: 'AI_APICallError',
    url: 'http://127.0.0.1/lab',
    requestBodyValues: {},
    ...(status !== undefined && { statusCode: status, responseHeaders: headers, responseBody: body }),
    isRetryable: again,
    ...Object.fromEntries(MARKS.map((mark) => [mark, true])),
  });
}
