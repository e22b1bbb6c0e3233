import type { CallEvent, FailureFact, Payload } from '../events.ts';
import type { FailureKind } from '../rules/failure.ts';
import { labelsOf, type Labels } from '../rules/labels.ts';
import type { CallRecord, TargetOrigin } from '../rules/record.ts';
import type { FailoverEvent, OpenCall, UsageRecord } from './sink-types.ts';
import { CallSpans, type SpanOutlet } from './call-spans.ts';

type Event<T extends CallEvent['type']> = Extract<CallEvent, { readonly type: T }>;

/** Where the facts of a call go; absent where nobody listens. */
export interface Outlets {
  readonly usage?: (usage: UsageRecord) => void;
  readonly span?: SpanOutlet;
  readonly failover?: (event: FailoverEvent) => void;
  readonly opened?: (call: OpenCall) => void;
  readonly closed?: (record: CallRecord, messages: readonly unknown[] | undefined) => void;
  /** What was asked is handed on with failovers and records. */
  readonly persistPrompts: boolean;
}

/** Kinds that no waiting mends. */
const STAYS: ReadonlySet<FailureKind> = new Set([
  'auth',
  'access-denied',
  'model-missing',
  'context-length',
  'too-large',
  'refusal',
  'bad-request',
]);

interface Attempt {
  readonly target: string;
  readonly origin: TargetOrigin;
  firstMs?: number;
}

/**
 * The events of one call as the facts that sinks want.
 * W1. One usage record for each attempt that began.
 * W2. One failover event for each move from a target to another, and one when nobody is left; none for a cancelled call.
 */
export class CallWatch {
  readonly #start: Event<'call-start'>;
  readonly #labels: Labels;
  readonly #out: Outlets;
  readonly #messages: readonly unknown[] | undefined;
  readonly #attempts = new Map<number, Attempt>();
  readonly #spans: CallSpans | undefined;
  /** The last attempt that failed and was not yet said to be left. */
  #lost: Event<'attempt-end'> | undefined;
  #opened = false;
  #ended = false;

  constructor(start: Event<'call-start'>, payload: Payload | undefined, out: Outlets) {
    this.#start = start;
    this.#labels = labelsOf(start);
    this.#out = out;
    this.#messages = out.persistPrompts ? messagesOf(payload?.request) : undefined;
    this.#spans = out.span && new CallSpans(start, this.#labels, payload, out.span);
  }

  /** Nothing of the call can come any more. */
  get over(): boolean {
    return this.#ended && this.#attempts.size === 0;
  }

  take(event: CallEvent, payload: Payload | undefined): void {
    this.#spans?.take(event, payload);
    switch (event.type) {
      case 'attempt-start':
        this.#attempts.set(event.attempt, { target: event.target, origin: event.origin });
        return this.#open(event);
      case 'attempt-commit': {
        const attempt = this.#attempts.get(event.attempt);
        if (attempt) attempt.firstMs = event.ms;
        return;
      }
      case 'attempt-end':
        return this.#attemptEnded(event);
      case 'switch':
        return this.#left(event.failure, event.from, event.to, event.at, event.restsUntil);
      case 'call-end':
        return this.#end(event);
      default:
        return;
    }
  }

  #open({ target }: Event<'attempt-start'>): void {
    if (this.#opened) return;
    this.#opened = true;
    const { call: id, chain, at: began } = this.#start;
    this.#out.opened?.({ id, chain, began, target, ...this.#labels });
  }

  #attemptEnded(event: Event<'attempt-end'>): void {
    const attempt = this.#attempts.get(event.attempt);
    this.#attempts.delete(event.attempt);
    if (event.failure && event.failure.kind !== 'cancelled') this.#lost = event;
    if (attempt) this.#out.usage?.(usageOf(event, attempt, this.#start, this.#labels));
  }

  #end({ record, at }: Event<'call-end'>): void {
    const lost = this.#lost;
    this.#ended = true;
    if (lost?.failure && record.outcome !== 'done' && record.outcome !== 'cancelled') this.#left(lost.failure, lost.target, null, at);
    this.#out.closed?.(record, this.#messages);
  }

  #left(failure: FailureFact, from: string, to: string | null, at: number, restsUntil?: number): void {
    const lost = this.#lost;
    this.#lost = undefined;
    if (!this.#out.failover) return;
    this.#out.failover({
      at,
      call: this.#start.call,
      chain: this.#start.chain,
      ...this.#labels,
      from,
      to,
      attempt: lost?.attempt ?? 0,
      kind: failure.kind,
      ...(failure.status !== undefined && { status: failure.status }),
      message: failure.message,
      ...(failure.detail !== undefined && { detail: failure.detail }),
      retryable: !STAYS.has(failure.kind),
      ...(restsUntil !== undefined && { restsUntil }),
      latencyMs: lost?.ms ?? 0,
      ...(lost?.laneWaitMs !== undefined && { laneWaitMs: lost.laneWaitMs }),
      ...(this.#messages && { messages: this.#messages }),
    });
  }
}

const outcomeOf = (kind: FailureKind | undefined): UsageRecord['outcome'] =>
  kind === undefined ? 'ok' : kind === 'cancelled' ? 'aborted' : 'error';

function usageOf(
  event: Event<'attempt-end'>,
  { target, origin, firstMs }: Attempt,
  start: Event<'call-start'>,
  labels: Labels,
): UsageRecord {
  const { usage = {}, failure } = event;
  return {
    at: event.at,
    call: event.call,
    attempt: event.attempt,
    chain: start.chain,
    target,
    provider: origin.entry,
    model: origin.model,
    ...labels,
    inputTokens: usage.input ?? 0,
    outputTokens: usage.output ?? 0,
    cacheReadTokens: usage.cacheRead ?? 0,
    cacheWriteTokens: usage.cacheWrite ?? 0,
    reasoningTokens: usage.reasoning ?? 0,
    estimated: usage.estimated ?? false,
    ...(event.usd !== undefined && { usd: event.usd }),
    ...(event.unpriced && { unpriced: true }),
    ms: event.ms,
    ...(firstMs !== undefined && { firstMs }),
    ...(event.laneWaitMs !== undefined && { laneWaitMs: event.laneWaitMs }),
    outcome: outcomeOf(failure?.kind),
    ...(failure && { kind: failure.kind }),
    streamed: start.mode === 'stream',
  };
}

/** The messages of a request in the AI SDK's form, as they are now. */
function messagesOf(request: unknown): readonly unknown[] | undefined {
  const prompt = (request as { readonly prompt?: unknown } | undefined)?.prompt;
  return Array.isArray(prompt) ? Object.freeze([...(prompt as readonly unknown[])]) : undefined;
}
