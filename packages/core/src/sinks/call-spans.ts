import type { CallEvent, FailureFact, Payload } from '../events.ts';
import type { Labels } from '../rules/labels.ts';
import { restWords } from '../rules/stop-message.ts';
import type { Span, SpanAttributes } from './sink-types.ts';

type Event<T extends CallEvent['type']> = Extract<CallEvent, { readonly type: T }>;
type Mutable<T> = { -readonly [K in keyof T]: T[K] };
type Growing = Mutable<Omit<Span, 'attributes' | 'events'>> & { attributes: Mutable<SpanAttributes>; events: Span['events'][number][] };

export interface SpanOutlet {
  start(span: Span): void;
  end(span: Span): void;
  context(): unknown;
  /** What may be kept of what was asked or answered; undefined: nothing. */
  keep(payload: unknown): unknown;
}

/**
 * The events of one call as spans: one for the call, a child for each attempt.
 * S1. Every span that began ends exactly once; what is open when the call ends stays open until its own end is told.
 */
export class CallSpans {
  readonly #out: SpanOutlet;
  readonly #root: Growing;
  readonly #open = new Map<number, Growing>();

  constructor(start: Event<'call-start'>, labels: Labels, payload: Payload | undefined, out: SpanOutlet) {
    this.#out = out;
    const context = out.context();
    const request = out.keep((payload?.request as { readonly prompt?: unknown } | undefined)?.prompt);
    this.#root = {
      id: start.call,
      traceId: labels.trace ?? start.call,
      name: `call ${start.chain}`,
      start: start.at,
      attributes: { call: start.call, chain: start.chain, streamed: start.mode === 'stream', ...labels },
      events: [],
      ...(request !== undefined && { request }),
      ...(context !== undefined && { context }),
    };
    out.start(copyOf(this.#root));
  }

  take(event: CallEvent, payload: Payload | undefined): void {
    switch (event.type) {
      case 'attempt-start':
        return this.#begin(event);
      case 'attempt-commit': {
        const span = this.#open.get(event.attempt);
        if (!span) return;
        span.attributes.firstMs = event.ms;
        span.events.push({ at: event.at, name: 'first-content' });
        return;
      }
      case 'attempt-end':
        return this.#attemptEnded(event, payload);
      case 'call-end':
        return this.#end(event);
      default: {
        const said = noteOf(event);
        if (said !== undefined) this.#root.events.push({ at: event.at, name: event.type, text: said });
      }
    }
  }

  #begin({ attempt, target, origin, at }: Event<'attempt-start'>): void {
    const { id, traceId, attributes, context } = this.#root;
    const span: Growing = {
      id: `${id}:${attempt}`,
      parentId: id,
      traceId,
      name: `attempt ${target}`,
      start: at,
      attributes: { ...attributes, attempt, target, origin },
      events: [],
      ...(context !== undefined && { context }),
    };
    this.#open.set(attempt, span);
    this.#out.start(copyOf(span));
  }

  #attemptEnded(event: Event<'attempt-end'>, payload: Payload | undefined): void {
    const span = this.#open.get(event.attempt);
    if (!span) return;
    this.#open.delete(event.attempt);
    const response = payload?.text === '' ? undefined : this.#out.keep(payload?.text);
    const { usage, usd, unpriced, laneWaitMs, failure } = event;
    Object.assign(span.attributes, { outcome: failure?.kind ?? 'done' }, told<SpanAttributes>({ usage, usd, unpriced, laneWaitMs }));
    this.#close(span, event.at, failure, response);
  }

  #end({ record, at }: Event<'call-end'>): void {
    const { target, origin, paid, usd, unpriced, outcome, attempts } = record;
    Object.assign(this.#root.attributes, { outcome }, told<SpanAttributes>({ target, origin, usage: paid, usd, unpriced }));
    const last = attempts.findLast(({ failure }) => failure !== undefined)?.failure;
    const failure: FailureFact | undefined =
      outcome === 'done' ? undefined : { ...(last && statusOf(last.facts)), kind: outcome, message: last?.message ?? restWords(outcome) };
    this.#close(this.#root, at, failure, undefined);
  }

  #close(span: Growing, end: number, error: FailureFact | undefined, response: unknown): void {
    span.end = end;
    if (error) span.error = error;
    if (typeof response === 'string') span.response = response;
    this.#out.end(copyOf(span));
  }
}

/** A sink may do with it what it likes. */
const copyOf = (span: Growing): Span => ({ ...span, attributes: { ...span.attributes }, events: [...span.events] });

type Loose<T> = { readonly [K in keyof T]?: T[K] | undefined };

const told = <T extends object>(facts: Loose<T>): Partial<T> =>
  Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== undefined)) as Partial<T>;

const statusOf = ({ status, code }: { readonly status?: number; readonly code?: string }) => told<FailureFact>({ status, code });

function noteOf(event: CallEvent): string | undefined {
  switch (event.type) {
    case 'skip':
      return `${event.target}: ${event.reason}`;
    case 'pause':
      return `${event.target}: ${Math.round(event.ms)} ms`;
    case 'wait':
      return `${event.target}: ${event.why}, ${Math.round(event.ms)} ms`;
    case 'switch':
      return `${event.from} → ${event.to}`;
    case 'withdrawn':
    case 'takeover':
      return event.target;
    case 'hedge':
      return `${event.from}, ${event.to}`;
    case 'lane-wait':
      return `${event.target}: lane ${event.lane}, ${event.position} before it`;
    default:
      return undefined;
  }
}
