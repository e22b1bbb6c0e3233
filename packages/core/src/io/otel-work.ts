import type { Context, Span as OtelSpan, Tracer } from '@opentelemetry/api';
import type { WorkSink, WorkSpan } from '../sinks/work-span.ts';

type Api = typeof import('@opentelemetry/api');

/** Spans that are open, and conversations whose last span is known; the oldest is forgotten first. */
const MOST = 10_000;

/** An agent's work as OpenTelemetry's spans: a run within nothing, whatever was active when it was told. */
export class OtelWork implements WorkSink {
  readonly #api: Api;
  readonly #tracer: Tracer;
  readonly #open = new Map<string, OtelSpan>();
  readonly #within = new Map<string, Context>();

  constructor(api: Api, tracer: Tracer) {
    this.#api = api;
    this.#tracer = tracer;
  }

  start(span: WorkSpan): void {
    const { trace, ROOT_CONTEXT, SpanKind } = this.#api;
    const parent = span.parentId === undefined ? undefined : this.#open.get(span.parentId);
    const context = parent ? trace.setSpan(ROOT_CONTEXT, parent) : ROOT_CONTEXT;
    const own = this.#tracer.startSpan(span.name, { kind: SpanKind.INTERNAL, startTime: span.start, attributes: span.attributes }, context);
    bounded(this.#open, span.id, own);
    // A call is told later than it began: its turn may be over by then.
    if (span.holds !== undefined) bounded(this.#within, span.holds, trace.setSpan(ROOT_CONTEXT, own));
  }

  end(span: WorkSpan): void {
    if (!this.#open.has(span.id)) this.start(span);
    const own = this.#open.get(span.id)!;
    this.#open.delete(span.id);
    own.setAttributes({ ...span.attributes, ...(span.error && { 'error.type': span.error.kind }) });
    for (const { at, name, text } of span.events) own.addEvent(`holdfast.${name}`, text === undefined ? {} : { 'holdfast.text': text }, at);
    if (span.error) own.setStatus({ code: this.#api.SpanStatusCode.ERROR, message: span.error.message });
    own.end(span.end);
  }

  /** What is never ended is never exported. */
  drop(id: string): void {
    this.#open.delete(id);
  }

  /** Where a call of this conversation belongs. */
  within(session: string | undefined): Context | undefined {
    return session === undefined ? undefined : this.#within.get(session);
  }
}

function bounded<T>(map: Map<string, T>, key: string, value: T): void {
  map.delete(key);
  map.set(key, value);
  if (map.size > MOST) map.delete(map.keys().next().value!);
}
