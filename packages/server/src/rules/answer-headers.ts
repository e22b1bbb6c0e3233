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

/** Header values are ASCII: what is not is written in percent signs. */
const plain = (value: string): string => value.replace(/[^\x20-\x7e]+/g, (odd) => encodeURIComponent(odd.toWellFormed()));

function common({ call, model }: AnswerHead): Record<string, string> {
  return {
    'cache-control': 'no-store',
    ...(call !== undefined && { 'request-id': plain(call), 'x-request-id': plain(call), 'x-holdfast-call': plain(call) }),
    ...(model !== undefined && { 'x-holdfast-model': plain(model) }),
  };
}

export const answerHeaders = (head: AnswerHead): Headers => ({
  'content-type': head.stream ? 'text/event-stream; charset=utf-8' : 'application/json',
  ...common(head),
  // A proxy that waits for a full block would hold the answer back.
  ...(head.stream && { 'x-accel-buffering': 'no' }),
});

/** H2: `x-should-retry` on every error, `true` only together with `retry-after`; never `retry-after-ms`. */
export const errorHeaders = (error: ClientError, head: Pick<AnswerHead, 'call' | 'model'> = {}): Headers => ({
  'content-type': 'application/json',
  ...common({ call: head.call ?? error.call, model: head.model }),
  'x-should-retry': `${error.retryAfter !== undefined}`,
  ...(error.retryAfter !== undefined && { 'retry-after': `${error.retryAfter}` }),
  ...(error.retryAt !== undefined && { 'x-holdfast-retry-at': timeText(error.retryAt) }),
});
