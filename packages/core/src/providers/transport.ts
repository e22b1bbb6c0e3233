import type { UserRow } from '../rules/classify.ts';
import { ModelFailure } from '../rules/failure.ts';
import type { Attempt } from '../model.ts';
import type { Clock } from '../ports.ts';
import { readBounded, startsLikeEvents } from './body.ts';
import { objectOf } from '../wire/index.ts';
import type { Dialect } from './dialect.ts';
import { Exchange, WholeAnswer } from './exchange.ts';
import { bodyFailure, frameFailure, type Answered } from './inspect.ts';
import { Tap } from './tap.ts';

export type Fetch = typeof globalThis.fetch;

export interface TransportPorts {
  readonly fetch: Fetch;
  readonly clock: Pick<Clock, 'now' | 'after'>;
  /** The config's own rows for what a failure is. */
  readonly rows?: readonly UserRow[];
}

/** A 200 without an event stream is read up to here (E2). */
const WHOLE_LIMIT = 4 * 1024 * 1024;
/** A whole answer that was asked for whole may hold images. */
const GENERATED_LIMIT = 64 * 1024 * 1024;
const ERROR_LIMIT = 256 * 1024;

/** The `fetch` for vendor packages, and the way to open an attempt's exchange on it. One serves any number of providers. */
export interface Transport {
  readonly fetch: Fetch;
  begin(attempt: Attempt, dialect: Dialect): Exchange;
}

/**
 * T-1. A redirect is never followed: it could carry a key elsewhere. It is `malformed`.
 * T-2. Streams are asked for without compression: a compressed stream is held back until a block is full.
 * T-3. A body that is not an event stream is read once, bounded, and classified; a whole completion is kept for E2.
 * T-4. Requests that belong to no attempt pass through, redirects included: a package's own downloads carry no key.
 */
export function transport(ports: TransportPorts): Transport {
  const exchanges = new WeakMap<AbortSignal, Exchange>();
  return {
    begin(attempt, dialect) {
      const exchange = new Exchange(attempt, dialect);
      exchanges.set(exchange.signal, exchange);
      return exchange;
    },
    fetch: (input, init) => {
      const exchange = init?.signal ? exchanges.get(init.signal) : undefined;
      if (!exchange || init?.method !== 'POST') return ports.fetch(input, init);
      return ask(exchange, ports, input, init);
    },
  };
}

async function ask(exchange: Exchange, ports: TransportPorts, input: Parameters<Fetch>[0], init: RequestInit): Promise<Response> {
  const { whole } = exchange;
  if (whole) return new Response(whole.text, { status: whole.status, headers: whole.headers });
  const headers = new Headers(init.headers);
  if (exchange.mode === 'stream') headers.set('accept-encoding', 'identity');
  const response = await ports.fetch(input, { ...init, headers, redirect: 'manual' });
  exchange.attempt.head?.(response.status, Object.fromEntries(response.headers));
  if (response.type === 'opaqueredirect' || (response.status >= 300 && response.status < 400)) {
    response.body?.cancel().catch(() => {});
    throw refuse(exchange, redirected(response));
  }
  const alive = () => exchange.attempt.watch?.life();
  if (!response.ok) {
    const read = await readBounded(response.body, ERROR_LIMIT, alive);
    if (exchange.signal.aborted) throw exchange.signal.reason;
    // The status is known, and says enough where the body broke off.
    return again(response, read.text);
  }
  return exchange.mode === 'stream' ? stream(exchange, ports, response) : generated(exchange, ports, response);
}

const redirected = (response: Response): ModelFailure => {
  const message = `the provider answered with a redirect (${response.status}), which is not followed with a key: check base_url`;
  return new ModelFailure('malformed', message, { status: response.status });
};

function refuse(exchange: Exchange, failure: ModelFailure): ModelFailure {
  exchange.fail(failure);
  return failure;
}

/** The response with the body that was read from it. What was said of the old body's coding and length no longer holds. */
function again(response: Response, text: string): Response {
  const headers = new Headers(response.headers);
  headers.delete('content-encoding');
  headers.delete('content-length');
  const { status, statusText } = response;
  return new Response(text === '' ? null : text, { status, statusText, headers });
}

const answeredBy = (exchange: Exchange, ports: TransportPorts, response: Response): Answered => ({
  response,
  target: exchange.attempt.target,
  now: ports.clock.now(),
  rows: ports.rows ?? [],
});

async function stream(exchange: Exchange, ports: TransportPorts, response: Response): Promise<Response> {
  const { body } = response;
  const answered = answeredBy(exchange, ports, response);
  const tapPorts = { clock: ports.clock, errorOf: (frame: string) => frameFailure(answered, frame) };
  const isStream = /^text\/event-stream\b/i.test(response.headers.get('content-type') ?? '');
  if (body && isStream) return opened(response, new Tap(exchange, body.getReader(), tapPorts).stream());
  const read = await readBounded(body, WHOLE_LIMIT, () => exchange.attempt.watch?.life(), startsLikeEvents);
  // A server that streams without saying so.
  if (read.rest) return opened(response, new Tap(exchange, read.rest, tapPorts).stream(read.head));
  if (read.cut !== undefined && !isWhole(read.text)) throw read.cut;
  const failure = bodyFailure(answered, read);
  if (failure) throw refuse(exchange, failure);
  exchange.whole = { status: response.status, headers: again(response, '').headers, text: read.text };
  throw new WholeAnswer('a whole completion came where a stream was due');
}

/** C2: what breaks after the last brace is no failure. */
const isWhole = (text: string): boolean => objectOf(text) !== undefined;

const opened = (response: Response, body: ReadableStream<Uint8Array>): Response => {
  const headers = new Headers(response.headers);
  headers.delete('content-length');
  headers.set('content-type', 'text/event-stream');
  return new Response(body as ReadableStream<Uint8Array<ArrayBuffer>>, {
    status: response.status,
    statusText: response.statusText,
    headers,
  });
};

async function generated(exchange: Exchange, ports: TransportPorts, response: Response): Promise<Response> {
  const read = await readBounded(response.body, GENERATED_LIMIT, () => exchange.attempt.watch?.life());
  if (read.cut !== undefined && !isWhole(read.text)) throw read.cut;
  const failure = bodyFailure(answeredBy(exchange, ports, response), read);
  if (failure) throw refuse(exchange, failure);
  return again(response, read.text);
}
