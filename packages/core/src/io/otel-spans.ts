import type { Context, Span as OtelSpan, Tracer } from '@opentelemetry/api';
import { genAiAttributes, genAiMessages, given, type Attributes } from '../rules/gen-ai.ts';
import { LABELS } from '../rules/labels.ts';
import type { Span, TraceSink } from '../sinks/sink-types.ts';

type Api = typeof import('@opentelemetry/api');

/** Spans that are open at most; the oldest is forgotten then, its end was lost. */
const MOST_OPEN = 10_000;

/**
 * Our spans as OpenTelemetry's: the call within the span that was active where it began, each attempt within the call. Tokens stand on
 * attempts only, or they would be counted twice.
 */
export class OtelSpans implements TraceSink {
  readonly #api: Api;
  readonly #tracer: Tracer;
  readonly #within: (session: string | undefined) => Context | undefined;
  readonly #open = new Map<string, OtelSpan>();

  /** `within`: where a call of a conversation belongs, if somebody knows. */
  constructor(api: Api, tracer: Tracer, within: (session: string | undefined) => Context | undefined = () => undefined) {
    this.#api = api;
    this.#tracer = tracer;
    this.#within = within;
  }

  context(): Context {
    return this.#api.context.active();
  }

  start(span: Span): void {
    this.#begin(span);
  }

  end(span: Span): void {
    const own = this.#open.get(span.id) ?? this.#begin(span);
    this.#open.delete(span.id);
    own.setAttributes(attributesOf(span));
    for (const { at, name, text } of span.events) own.addEvent(`holdfast.${name}`, text === undefined ? {} : { 'holdfast.text': text }, at);
    if (span.error) own.setStatus({ code: this.#api.SpanStatusCode.ERROR, message: span.error.message });
    own.end(span.end);
  }

  #begin(span: Span): OtelSpan {
    const { trace, SpanKind, ROOT_CONTEXT } = this.#api;
    const outer = this.#within(span.attributes.session) ?? (span.context as Context | undefined) ?? ROOT_CONTEXT;
    const parent = span.parentId === undefined ? undefined : this.#open.get(span.parentId);
    const { origin, chain } = span.attributes;
    const name = span.parentId === undefined ? `holdfast.call ${chain}` : `chat ${origin?.model ?? ''}`;
    const kind = span.parentId === undefined ? SpanKind.INTERNAL : SpanKind.CLIENT;
    const own = this.#tracer.startSpan(
      name,
      { kind, startTime: span.start, attributes: attributesOf(span) },
      parent ? trace.setSpan(outer, parent) : outer,
    );
    this.#open.set(span.id, own);
    if (this.#open.size > MOST_OPEN) this.#open.delete(this.#open.keys().next().value!);
    return own;
  }
}

function attributesOf({ parentId, attributes, error, request, response }: Span): Attributes {
  const { call, chain, attempt, target, origin, outcome, usd, unpriced, laneWaitMs } = attributes;
  const labels = Object.fromEntries(LABELS.map((name) => [`holdfast.${name}`, attributes[name]]));
  return given({
    ...(parentId !== undefined && origin ? genAiAttributes({ ...attributes, origin }) : { 'gen_ai.conversation.id': attributes.session }),
    ...labels,
    'holdfast.call': call,
    'holdfast.chain': chain,
    'holdfast.attempt': attempt,
    'holdfast.target': target,
    'holdfast.outcome': outcome,
    'holdfast.cost.usd': usd,
    'holdfast.unpriced': unpriced,
    'holdfast.lane_wait_ms': laneWaitMs,
    'error.type': error?.kind,
    'http.response.status_code': error?.status,
    'gen_ai.input.messages': genAiMessages(request) ?? (typeof request === 'string' ? request : undefined),
    'gen_ai.output.messages': response === undefined ? undefined : genAiMessages([{ role: 'assistant', content: response }]),
  });
}
