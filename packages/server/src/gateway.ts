import { isModelFailure, type Answer, type CallOptions, type CallRecord, type ModelFailure, type Part } from '@holdfast/core/engine';
import { BadRequest, type ClientError, type Encoder, type EncoderStart, type JsonObject, type WireProtocol } from '@holdfast/core/wire';
import { streamAnswer } from './answer-stream.ts';
import { wholeAnswer } from './answer-whole.ts';
import { askedContent } from './asked-content.ts';
import { Blanks } from './blanks.ts';
import type { WireChain } from './chains.ts';
import type { GatewayPorts, Prepared } from './gateway-ports.ts';
import type { Exchange, RequestBody } from './ports.ts';
import { ResponseSink } from './response-sink.ts';
import { callHeaders } from './rules/call-headers.ts';
import { Refusal } from './rules/refusal.ts';
import { WireFacts } from './wire-facts.ts';
import { WireRequest } from './wire-request.ts';
import { cutOff } from './http/write.ts';

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
  const { retries, ...said } = callHeaders(req.headers, body.json, streams, protocol.name);
  const chain = await chainOf(exchange, body, retries, said.run, protocol, ports);
  const prepared = await ports.prepare(protocol, body, holder.name);
  const request = new WireRequest(protocol, prepared.body, ports.forwarded(protocol, req.headers, exchange.query), streams);
  const facts = new WireFacts(request, ports.hash);
  const content = askedContent(holder, request);
  const admission = await ports.admit(holder, facts.tokens);
  let record: CallRecord | undefined;
  const options: CallOptions = {
    ...said,
    id,
    caller,
    mode: streams ? 'stream' : 'whole',
    signal,
    ended: (ended) => (record = ended),
    // A library that asks again has waited already: no target is asked twice for it (field note 28).
    ...(retries >= 1 && { retries: 0 }),
    ...content,
  };
  const errorOf = (failure: ModelFailure): ClientError => ports.errorOf(failure, protocol, { retries, chain, tokens: facts.tokens });
  const start = startOf(id, protocol, body.json, ports.clock.now(), prepared.kept !== undefined);
  const answering = { exchange, protocol, ports, start, errorOf, prepared, more: admission?.headers ?? {} };
  try {
    const coming = asked(() => chain.call(request, facts, options));
    await (streams ? streamed(coming, answering) : whole(coming, answering));
  } catch (error) {
    throw isModelFailure(error) ? new Refusal(errorOf(error), { ...answering.more, 'x-holdfast-call': id }) : error;
  } finally {
    admission?.end((record?.paid.input ?? 0) + (record?.paid.output ?? 0));
  }
}

async function chainOf(
  { holder, id, caller }: Exchange,
  { json }: RequestBody,
  retries: number,
  run: string | undefined,
  protocol: WireProtocol,
  ports: GatewayPorts,
): Promise<WireChain> {
  try {
    return await ports.chainFor(String(json['model']), holder, { id, caller, run });
  } catch (error) {
    // No target can be asked here, for want of a key say: the matter of whoever runs the gateway.
    throw isModelFailure(error) ? new Refusal(ports.errorOf(error, protocol, { retries })) : error;
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
