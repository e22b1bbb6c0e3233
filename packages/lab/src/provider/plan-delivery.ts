import type { Fault, Reason } from '../outage.ts';
import type { Facts } from '../script.ts';
import type { Protocol, Trouble } from './protocol.ts';

/**
 * What goes over one response, decided before a byte is sent.
 *
 * D1. A fault changes what is sent from its point on and nothing before it: the frames are those of the whole answer.
 * D2. Faults after content come after at least one visible frame, unless `afterFrames` says otherwise.
 */
export interface Delivery {
  /** Without one no byte is answered. */
  readonly head?: { readonly status: number; readonly headers: Readonly<Record<string, string>> };
  /** Each is written, and reaches the wire, by itself. */
  readonly writes: readonly string[];
  /** Written again and again after them, until the client has had enough; gets the number of frames sent before it. */
  readonly ever?: (seq: number) => string;
  /** `cut`: closed without the end that HTTP asks for, after everything was sent. `reset`: torn down at once (RST). */
  readonly then: 'end' | 'cut' | 'reset' | 'hang';
}

export interface Ask {
  readonly protocol: Protocol;
  readonly facts: Pick<Facts, 'model' | 'tools' | 'stream'>;
  /** Epoch ms. */
  readonly now: number;
}

export const JSON_HEAD = { 'content-type': 'application/json' };
const HTML =
  '<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n<center><h1>502 Bad Gateway</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n';

/** Faults that need no answer to be spoilt: nobody got as far as the model. */
export function planWithoutAnswer(fault: Fault, ask: Ask): Delivery | undefined {
  const head = { status: 200, headers: { 'content-type': ask.facts.stream ? ask.protocol.contentType : 'application/json' } };
  switch (fault.do) {
    case 'refused':
    case 'reset':
      return { writes: [], then: 'reset' };
    case 'no-headers':
      return { writes: [], then: 'hang' };
    case 'silence':
      return { head, writes: [], then: 'hang' };
    case 'pings':
      return { head, writes: [], ever: ask.facts.stream ? ask.protocol.ping : () => ' ', then: 'hang' };
    case 'status':
      return refusal(fault, ask);
    case 'json-error':
      return body(200, { ...JSON_HEAD, ...fault.headers }, fault.body ?? errorJson(fault, ask));
    case 'html':
      return body(fault.status ?? 502, { 'content-type': 'text/html', ...fault.headers }, fault.body ?? HTML);
    case 'error-first':
      if (!ask.facts.stream) return body(200, JSON_HEAD, fault.body ?? errorJson(fault, ask));
      return { head, writes: [errorFrame(fault, ask, 0)], then: 'end' };
    default:
      return undefined;
  }
}

/** The vendor's own way to say no. */
export function refusal(fault: Omit<Fault, 'do'>, ask: Ask, more?: Partial<Trouble>): Delivery {
  const { status, headers, body: made } = ask.protocol.error({ ...trouble(fault, ask), ...more });
  return body(status, { ...JSON_HEAD, ...headers, ...fault.headers }, fault.body ?? JSON.stringify(made));
}

export function body(status: number, headers: Readonly<Record<string, string>>, text: string): Delivery {
  const length = String(new TextEncoder().encode(text).length);
  return { head: { status, headers: { ...headers, 'content-length': length } }, writes: text === '' ? [] : [text], then: 'end' };
}

export const firstHalf = (text: string) => text.slice(0, Math.ceil(text.length / 2));

const trouble = ({ status, reason, retryAfter }: Omit<Fault, 'do'>, { facts, now }: Ask): Trouble => ({
  reason: reason ?? (status === undefined ? 'overload' : reasonOf(status)),
  ...(status !== undefined && { status }),
  ...(retryAfter !== undefined && { retryAfter }),
  model: facts.model,
  now,
});

export const errorFrame = (fault: Fault, ask: Ask, seq: number) => fault.body ?? ask.protocol.errorFrame(seq, trouble(fault, ask));
export const errorJson = (fault: Fault, ask: Ask) => JSON.stringify(ask.protocol.error(trouble(fault, ask)).body);

const BY_STATUS: Readonly<Record<number, Reason>> = {
  401: 'auth',
  402: 'credit',
  403: 'access-denied',
  404: 'model-missing',
  413: 'too-large',
  429: 'rate-limit',
  503: 'overload',
  529: 'overload',
};

/** What a bare status most often means. */
export const reasonOf = (status: number): Reason =>
  BY_STATUS[status] ?? (status >= 500 || [408, 409, 425, 499].includes(status) ? 'server' : 'bad-request');
