import { isCallFailure, isModelFailure, isProviderRefusal, type FailureKind, type ModelFailure } from '@holdfast/core/engine';
import { objectOf, type ClientError, type ClientProtocol } from '@holdfast/core/wire';
import { quietest } from './quiet.ts';

type Mendable = Extract<FailureKind, 'bad-request' | 'context-length' | 'too-large' | 'refusal'>;

const MENDABLE: ReadonlySet<FailureKind> = new Set<Mendable>(['bad-request', 'context-length', 'too-large', 'refusal']);

/** The caller's to mend: sent again as it is, it meets the same answer. */
export const isMendable = ({ kind }: ModelFailure): boolean => MENDABLE.has(kind);

/** Statuses that speak of something else to the client than what its request lacks, or by which it sends it again. */
const NOT_THEIRS: ReadonlySet<number> = new Set([401, 402, 403, 404, 407, 408, 409, 425, 429, 499]);

export interface MendContext {
  readonly protocol: ClientProtocol;
  readonly window?: number;
  readonly tokens?: number;
}

/** H3: what a provider of the client's protocol said goes on byte for byte; what another one said is put into the client's words. */
export function mendable(failure: ModelFailure, context: MendContext): ClientError {
  // A call's cause is the failure that decided it.
  const decisive = isCallFailure(failure) && isModelFailure(failure.cause) ? failure.cause : failure;
  const kind = failure.kind as Mendable;
  const own = inOwnWords(kind, decisive, failure, context);
  const told = answerOf(decisive, failure, context.protocol);
  if (told === undefined) return own;
  return {
    ...own,
    status: NOT_THEIRS.has(told.status) || told.status < 400 || told.status >= 500 ? own.status : told.status,
    body: told.body,
  };
}

interface Told {
  readonly status: number;
  readonly body: string;
}

/** The body that a provider of the client's protocol sent in place of an answer; undefined where it was none that can be handed on. */
function answerOf(decisive: ModelFailure, failure: ModelFailure, protocol: ClientProtocol): Told | undefined {
  const { cause } = decisive;
  const told = isProviderRefusal(cause) ? cause : originOf(decisive, failure) === protocol ? packageError(cause) : undefined;
  // By this status clients send the request again, whatever the body says.
  return told === undefined || told.status === 429 || told.status >= 500 || objectOf(told.body) === undefined ? undefined : told;
}

/** What a vendor's package throws, known by its fields: there may be several copies of it. */
function packageError(cause: unknown): Told | undefined {
  if (typeof cause !== 'object' || cause === null || !('statusCode' in cause) || !('responseBody' in cause)) return undefined;
  const { statusCode: status, responseBody: body } = cause;
  return typeof status === 'number' && typeof body === 'string' ? { status, body } : undefined;
}

const originOf = (decisive: ModelFailure, failure: ModelFailure): string | undefined =>
  isCallFailure(failure)
    ? failure.record.attempts.findLast((attempt) => attempt.failure?.facts === decisive.facts)?.origin.protocol
    : undefined;

function inOwnWords(kind: Mendable, decisive: ModelFailure, failure: ModelFailure, context: MendContext): ClientError {
  switch (kind) {
    case 'context-length':
      return { status: 400, class: 'context-length', kind, message: overflowText(decisive, context) };
    case 'too-large':
      return {
        status: 413,
        class: 'too-large',
        kind,
        message: quoting(decisive, 'the request is larger than the model that was asked takes'),
      };
    case 'refusal':
      return { status: 400, class: 'refusal', kind, message: 'the model declined to answer this request' };
    case 'bad-request':
      return { status: 400, class: 'invalid-request', kind, message: badRequestText(decisive, failure) };
  }
}

/** With the provider's words behind it, where these start no storm: they are about this very request. */
const quoting = ({ facts: { detail } }: ModelFailure, sentence: string): string =>
  detail === undefined ? sentence : quietest(`${sentence}: ${detail}`, sentence);

function badRequestText(decisive: ModelFailure, failure: ModelFailure): string {
  if (decisive.facts.detail !== undefined) return quoting(decisive, 'the model that was asked cannot take this request');
  const sentence = 'no model of this name can take this request';
  const reasons = isCallFailure(failure) ? [...new Set(failure.record.skips.map(({ reason }) => reason))] : [];
  return reasons.length === 0 ? sentence : quietest(`${sentence}: ${reasons.join('; ')}`, sentence);
}

/** In the words by which clients know that they must send less (P7: the number is the largest window of the chain). */
function overflowText({ facts }: ModelFailure, { protocol, window, tokens }: MendContext): string {
  const most = window ?? facts.tokens?.limit;
  const requested = facts.tokens?.requested ?? tokens;
  const known = most !== undefined && requested !== undefined && requested > most;
  if (protocol === 'anthropic-messages') return known ? `prompt is too long: ${requested} tokens > ${most} maximum` : 'prompt is too long';
  if (most === undefined) return 'Your input exceeds the context window of this model.';
  const sizes = known ? ` However, your messages resulted in ${requested} tokens.` : '';
  return `This model's maximum context length is ${most} tokens.${sizes} Please reduce the length of the messages.`;
}
