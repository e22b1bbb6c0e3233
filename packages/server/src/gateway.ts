import type { IncomingHttpHeaders } from 'node:http';
import type { Clock } from '@holdfast/core';
import { isModelFailure, type Answer, type CallOptions, type CallRecord, type ModelFailure, type Part } from '@holdfast/core/engine';
import { BadRequest, type ClientError, type Encoder, type EncoderStart, type JsonObject, type WireProtocol } from '@holdfast/core/wire';
import { streamAnswer } from './answer-stream.ts';
import { wholeAnswer } from './answer-whole.ts';
import { Blanks } from './blanks.ts';
import type { WireChain } from './chains.ts';
import type { Exchange, Holder, RequestBody } from './ports.ts';
import type { Admission } from './rate-limits.ts';
import { ResponseSink } from './response-sink.ts';
import { callHeaders } from './rules/call-headers.ts';
import { Refusal } from './rules/refusal.ts';
import { WireFacts } from './wire-facts.ts';
import { WireRequest, type Forwarded } from './wire-request.ts';
import { cutOff } from './write.ts';

/** A client's request as it is asked, and what is to become of its answer. */
export interface Prepared {
  readonly body: RequestBody;
  /** Told the whole answer when it is over: it can be asked for again (note 19). */
  readonly kept?: (answer: JsonObject) => void;
}

export interface GatewayPorts {
  readonly clock: Clock;
  readonly hash: (text: string) => string;
  /** The chain that the client's `model` means for this holder; rejects with a `Refusal`. */
  readonly chainFor: (model: string, holder: Holder) => Promise<WireChain>;
  /** What goes on to a provider of the client's protocol. */
  readonly forwarded: (protocol: WireProtocol, headers: IncomingHttpHeaders, query: URLSearchParams) => Forwarded;
  /** Lets a call begin; undefined: its holder has no limits. Rejects with a `Refusal`. */
  readonly admit: (holder: Holder, tokens: number) => Promise<Admission> | undefined;
  readonly errorOf: (failure: ModelFailure, protocol: WireProtocol, of: ErrorFacts) => ClientError;
  readonly answerHeaders: (of: AnswerHead) => Readonly<Record<string, string>>;
  /** Stored answers are put into a request that refers to them. */
  readonly prepare: (protocol: WireProtocol, body: RequestBody, caller: string) => Promise<Prepared> | Prepared;
  readonly settings: () => GatewaySettings;
}

export interface ErrorFacts {
  /** How often the client has sent this request again. */
  readonly retries: number;
  readonly chain: WireChain;
  readonly tokens: number;
}

export interface AnswerHead {
  readonly call: string;
  readonly ref: string | undefined;
  readonly stream: boolean;
}

/** Durations in ms. */
export interface GatewaySettings {
  readonly headAfter: number;
  readonly keepAlive: number;
  /** Blanks are sent before a whole answer, so that proxies see life. */
  readonly jsonKeepAlive: boolean;
}

/** Clients whose idle timer counts only events. */
const COUNTS_EVENTS = /codex/i;

const PREFIX: Readonly<Record<WireProtocol['name'], string>> = {
  'openai-chat': 'chatcmpl-',
  'openai-responses': 'resp_',
  'anthropic-messages': 'msg_',
};

/** One request for an answer, from the body that is read to the last byte of the answer. Throws what its client is to be told before the head is sent. */
export async function answerCall(exchange: Exchange, protocol: WireProtocol, ports: GatewayPorts): Promise<void> {
  const { req, id, holder, caller, signal } = exchange;
  const body = await exchange.body();
  protocol.check(body.json);
  const streams = body.json['stream'] === true;
  const said = callHeaders(req.headers, body.json, streams, protocol.name);
  const chain = await ports.chainFor(String(body.json['model']), holder);
  const prepared = await ports.prepare(protocol, body, holder.name);
  const request = new WireRequest(protocol, prepared.body, ports.forwarded(protocol, req.headers, exchange.query), streams);
  const facts = new WireFacts(request, ports.hash, undefined);
  const admission = await ports.admit(holder, facts.tokens);
  let record: CallRecord | undefined;
  const { repeated, ...labels } = said;
  const options: CallOptions = {
    ...labels,
    id,
    caller,
    mode: streams ? 'stream' : 'whole',
    signal,
    ended: (ended) => (record = ended),
    ...(repeated && { retries: 0 }),
    ...(holder.record === 'content' && { request: body.json }),
  };
  const retries = Number(req.headers['x-stainless-retry-count'] ?? 0) || 0;
  const errorOf = (failure: ModelFailure): ClientError => ports.errorOf(failure, protocol, { retries, chain, tokens: facts.tokens });
  const start = startOf(id, protocol, body.json, ports.clock.now(), prepared.kept !== undefined);
  const answering = { exchange, protocol, ports, start, errorOf, prepared, more: admission?.headers ?? {} };
  try {
    const coming = asked(() => chain.call(request, facts, options));
    await (streams ? streamed(coming, answering) : whole(coming, answering));
  } catch (error) {
    throw isModelFailure(error) ? new Refusal(errorOf(error), answering.more) : error;
  } finally {
    admission?.end((record?.paid.input ?? 0) + (record?.paid.output ?? 0));
  }
}

/** A request that cannot be read shows itself when it is first looked at closely. */
async function asked(call: () => Promise<Answer<Part>>): Promise<Answer<Part>> {
  try {
    return await call();
  } catch (error) {
    const { cause } = error as { readonly cause?: unknown };
    throw cause instanceof BadRequest ? cause : error;
  }
}

const startOf = (call: string, { name }: WireProtocol, body: JsonObject, now: number, stored: boolean): EncoderStart => ({
  id: `${PREFIX[name]}${call.replaceAll('-', '')}`,
  model: String(body['model']),
  created: Math.floor(now / 1000),
  body,
  stored,
});

interface Answering {
  readonly exchange: Exchange;
  readonly protocol: WireProtocol;
  readonly ports: GatewayPorts;
  readonly start: EncoderStart;
  readonly errorOf: (failure: ModelFailure) => ClientError;
  readonly prepared: Prepared;
  /** Of the head: what the key's limits leave. */
  readonly more: Readonly<Record<string, string>>;
}

async function streamed(
  coming: Promise<Answer<Part>>,
  { exchange, protocol, ports, start, errorOf, prepared, more }: Answering,
): Promise<void> {
  const { req, res, id, signal } = exchange;
  const head = (ref: string | undefined) => ({ ...ports.answerHeaders({ call: id, ref, stream: true }), ...more });
  const { headAfter, keepAlive } = ports.settings();
  const encoder = keeping(protocol.encoder(start), prepared.kept);
  const events = COUNTS_EVENTS.test(req.headers['user-agent'] ?? '');
  const sink = new ResponseSink(res, head, signal);
  await streamAnswer(coming, encoder, sink, { clock: ports.clock, headAfter, keepAlive, events, errorOf });
}

/** The answer is kept before its last frame goes out: the client's next step may follow at once. */
function keeping(encoder: Encoder, kept: Prepared['kept']): Encoder {
  if (!kept) return encoder;
  return {
    part(part) {
      const text = encoder.part(part);
      const answer = part.type === 'finish' ? encoder.whole?.() : undefined;
      if (answer) kept(answer);
      return text;
    },
    keepAlive: (events) => encoder.keepAlive(events),
    failure: (error) => encoder.failure(error),
  };
}

async function whole(
  coming: Promise<Answer<Part>>,
  { exchange, protocol, ports, start, errorOf, prepared, more }: Answering,
): Promise<void> {
  const { res, id } = exchange;
  const head = (ref: string | undefined) => ({ ...ports.answerHeaders({ call: id, ref, stream: false }), ...more });
  const blanks = ports.settings().jsonKeepAlive ? new Blanks(res, ports, () => head(undefined)) : undefined;
  try {
    const { text, ref } = await wholeAnswer(await coming, protocol, start);
    prepared.kept?.(JSON.parse(text) as JsonObject);
    if (!res.headersSent) res.writeHead(200, { ...head(ref), 'content-length': String(Buffer.byteLength(text)) });
    res.end(text);
  } catch (error) {
    if (!res.headersSent || !isModelFailure(error)) throw error;
    // The status is out: what is left to say stands in the body, and the message is not ended as a whole one.
    res.write(protocol.error(errorOf(error)));
    cutOff(res);
  } finally {
    blanks?.end();
  }
}
