import type { ModelFailure } from '../failure.ts';
import type { Protocol } from '../target.ts';
import { build, type Diagnosis } from './build.ts';
import { addBody, emptyEvidence, type Evidence } from './evidence.ts';
import { headersOf, isObject, list, parsed, peek } from './peek.ts';
import type { ClassifyContext } from './row.ts';

/** A response as the transport sees it. `body` is undefined while it was not read, or is being streamed. */
export interface RawResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
  readonly contentType?: string;
}

/** What an answer of a protocol holds; `other` may hold anything. */
const ANSWERS: Readonly<Record<Protocol, readonly string[]>> = {
  'openai-chat': ['choices'],
  'openai-responses': ['output', 'status'],
  'anthropic-messages': ['content', 'input_tokens'],
  google: ['candidates', 'promptFeedback', 'usageMetadata', 'totalTokens'],
  other: [],
};

/**
 * Undefined: it looks like a success. A 200 is one only if its body speaks of no error (E2), is no web page, and is an answer where
 * one was due; an event stream is looked at frame by frame, elsewhere.
 */
export function classifyResponse(response: RawResponse, context: ClassifyContext): ModelFailure | undefined {
  return diagnoseResponse(response, context)?.failure;
}

export function diagnoseResponse(response: RawResponse, context: ClassifyContext): Diagnosis | undefined {
  const headers = { ...headersOf(response.headers) };
  const type = (response.contentType ?? headers['content-type'] ?? '').toLowerCase();
  const { status, body } = response;
  if (status >= 200 && status < 300 && isSuccess(body, type, context.protocol)) return undefined;
  const evidence: Evidence = { ...emptyEvidence(), http: status, headers };
  if (body !== undefined) addBody(body, evidence);
  if (type.includes('html') && evidence.body !== 'json') {
    evidence.body = 'html';
    evidence.payload.html = true;
  }
  return build(evidence, context, undefined);
}

function isSuccess(body: string | undefined, type: string, protocol: Protocol): boolean {
  if (type.includes('html')) return false;
  if (type.includes('event-stream') || type.includes('amazon.eventstream')) return true;
  if (body === undefined) return true;
  const value = parsed(body);
  if (value === undefined) return protocol === 'other' && body.trim() !== '' && !/^\s*[<{[]/.test(body);
  const first = Array.isArray(value) ? value[0] : value;
  return !carriesError(first) && (protocol === 'other' || ANSWERS[protocol].some((key) => peek(first, key) !== undefined));
}

/** An error told beside, or in place of, an answer. */
function carriesError(value: unknown): boolean {
  const told = (error: unknown): boolean => isObject(error) || (typeof error === 'string' && error !== '');
  if (told(peek(value, 'error')) || list(peek(value, 'choices')).some((choice) => told(peek(choice, 'error')))) return true;
  const code = peek(peek(value, 'base_resp'), 'status_code');
  if (typeof code === 'number' && code !== 0) return true;
  return peek(value, 'type') === 'error' || peek(value, 'object') === 'error' || peek(value, 'status') === 'failed';
}

/** Whether a frame of a stream is, or holds, an error; `classify` then says which. */
export const frameCarriesError = (frame: unknown): boolean => carriesError(frame) || carriesError(peek(frame, 'response'));
