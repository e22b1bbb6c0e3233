import { classifyResponse, type UserRow } from '../rules/classify.ts';
import { ModelFailure } from '../rules/failure.ts';
import type { Target } from '../rules/target.ts';

/** The head of a response whose body is in question. */
export interface Answered {
  readonly response: Pick<Response, 'status' | 'headers'>;
  readonly target: Target;
  /** Epoch ms. */
  readonly now: number;
  readonly rows: readonly UserRow[];
}

function classified({ response, target, now, rows }: Answered, body: string, contentType: string): ModelFailure | undefined {
  const context = { protocol: target.protocol, provider: target.entry, model: target.model, now, phase: 'after' as const, userRows: rows };
  return classifyResponse({ status: response.status, headers: Object.fromEntries(response.headers), body, contentType }, context);
}

/** The failure a whole body stands for; undefined when it is an answer (E2). A body that was too long to be read is none. */
export function bodyFailure(answered: Answered, body: { readonly text: string; readonly over: boolean }): ModelFailure | undefined {
  const { status, headers } = answered.response;
  if (body.over) return new ModelFailure('malformed', 'the provider sent a body that is too long for an answer', { status });
  const type = headers.get('content-type') ?? '';
  return classified(answered, body.text, /event-stream/i.test(type) ? 'text/plain' : type);
}

/** The failure an error frame of a stream stands for. */
export const frameFailure = (answered: Answered, frame: string): ModelFailure =>
  classified(answered, frame, 'application/json') ??
  new ModelFailure('unknown', 'the provider reported an error in the middle of the answer', { status: answered.response.status });
