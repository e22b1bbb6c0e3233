import type { ClientError } from '@holdfast/core/wire';
import { timeText } from './quiet.ts';

/** What a client is told beside an answer: this list and nothing of the provider's (field note 31). */
export interface AnswerHead {
  /** The id of the call's record. */
  readonly call?: string | undefined;
  /** `PROVIDER/MODEL` of the target that answers. */
  readonly model?: string | undefined;
  readonly stream?: boolean;
}

export type Headers = Readonly<Record<string, string>>;

const ODD = /[^\x20-\x7e]/;

/** Header values are ASCII: what is not is written in percent signs. */
const plain = (value: string): string =>
  ODD.test(value) ? value.replace(/[^\x20-\x7e]+/g, (odd) => encodeURIComponent(odd.toWellFormed())) : value;

function common({ call, model }: AnswerHead): Record<string, string> {
  const headers: Record<string, string> = { 'cache-control': 'no-store' };
  if (call !== undefined) headers['request-id'] = headers['x-request-id'] = headers['x-holdfast-call'] = plain(call);
  if (model !== undefined) headers['x-holdfast-model'] = plain(model);
  return headers;
}

export const answerHeaders = (head: AnswerHead): Headers => ({
  'content-type': head.stream ? 'text/event-stream; charset=utf-8' : 'application/json',
  ...common(head),
  // A proxy that waits for a full block would hold the answer back.
  ...(head.stream && { 'x-accel-buffering': 'no' }),
});

/** H2: `x-should-retry` on every error, `true` only together with `retry-after`; never `retry-after-ms`. `id`: the request's. */
export const errorHeaders = (error: ClientError, id: string): Headers => ({
  'content-type': 'application/json',
  'cache-control': 'no-store',
  'request-id': id,
  'x-request-id': id,
  ...(error.call !== undefined && { 'x-holdfast-call': error.call }),
  'x-should-retry': `${error.retryAfter !== undefined}`,
  ...(error.retryAfter !== undefined && { 'retry-after': `${error.retryAfter}` }),
  ...(error.retryAt !== undefined && { 'x-holdfast-retry-at': timeText(error.retryAt) }),
});
