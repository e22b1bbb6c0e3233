import { lookup as systemLookup } from 'node:dns';
import { request as httpRequest, type IncomingMessage, type RequestOptions } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import type { Clock } from '@holdfast/core';
import { follow } from '@holdfast/core/engine';
import { isPrivateAddress } from './private-address.ts';

/**
 * One HTTP call of a tool.
 *
 * N1. Unless it is allowed, nothing but public addresses is dialled: looked at after the name was resolved, so that no name leads around it.
 * N2. A redirect is followed for GET and HEAD only, and to another origin without the headers of the file.
 * N3. No more than `most` bytes of a body are kept; the time limit holds for the whole.
 * N4. An error names the host and what is wrong, never a header, a query or a body.
 */
export interface HttpCall {
  readonly method: string;
  readonly url: URL;
  /** Of the file: they may hold secrets. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface HttpLimits {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly timeoutMs: number;
  /** Bytes of the body. */
  readonly most: number;
  readonly allowPrivate: boolean;
}

export interface HttpAnswer {
  readonly status: number;
  readonly type: string;
  readonly body: string;
  /** There was more. */
  readonly cut: boolean;
  /** Where it came from in the end. */
  readonly url: URL;
}

const MOST_REDIRECTS = 10;
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/** Rejects with a plain Error; with the signal's reason when it fires. */
export async function httpCall(call: HttpCall, limits: HttpLimits): Promise<HttpAnswer> {
  using link = follow(limits.signal);
  let late = false;
  const letGo = limits.clock.after(limits.timeoutMs, () => {
    late = true;
    link.abort(new Error('late'));
  });
  try {
    return await followed(call, limits, link.signal);
  } catch (error) {
    limits.signal.throwIfAborted();
    if (late) throw new Error(`${call.url.host} did not answer within ${limits.timeoutMs / 1000} s.`, { cause: error });
    throw plain(error, call.url.host);
  } finally {
    letGo();
  }
}

async function followed(call: HttpCall, limits: HttpLimits, signal: AbortSignal): Promise<HttpAnswer> {
  let { url, headers } = call;
  for (let redirects = 0; ; redirects++) {
    const response = await send({ ...call, url, headers }, limits, signal);
    const to = REDIRECTS.has(response.statusCode ?? 0) && /^(GET|HEAD)$/.test(call.method) ? response.headers.location : undefined;
    if (to === undefined || !URL.canParse(to, url)) return read(response, url, limits.most);
    response.destroy();
    const next = new URL(to, url);
    if (redirects === MOST_REDIRECTS) throw new Told(`${call.url.host} redirects more than ${MOST_REDIRECTS} times.`);
    if (next.origin !== url.origin) headers = {};
    url = next;
  }
}

function send({ method, url, headers, body }: HttpCall, { allowPrivate }: HttpLimits, signal: AbortSignal): Promise<IncomingMessage> {
  if (url.protocol !== 'http:' && url.protocol !== 'https:') throw new Told(`${url.protocol}// is not http or https.`);
  const host = url.hostname.replace(/^\[|\]$/g, '');
  if (!allowPrivate && isIP(host) !== 0 && isPrivateAddress(host)) throw notPublic(url.hostname, host);
  const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) };
  const options: RequestOptions = {
    method,
    headers: { 'user-agent': 'holdfast', ...headers, ...length },
    signal,
    // A connection of its own: nothing stays open when it is over.
    agent: false,
    ...(!allowPrivate && { lookup: publicOnly }),
  };
  return new Promise((resolve, reject) => {
    const request = (url.protocol === 'https:' ? httpsRequest : httpRequest)(url, options, resolve);
    request.on('error', reject).end(body);
  });
}

const publicOnly: LookupFunction = (hostname, options, callback) =>
  systemLookup(hostname, { ...options, all: true }, (error, addresses) => {
    if (error) return callback(error, '', 0);
    const inside = addresses.find(({ address }) => isPrivateAddress(address));
    if (inside) return callback(notPublic(hostname, inside.address), '', 0);
    const [first] = addresses;
    return options.all === true ? callback(null, addresses) : callback(null, first!.address, first!.family);
  });

async function read(response: IncomingMessage, url: URL, most: number): Promise<HttpAnswer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    length += chunk.length;
    if (length > most) break;
  }
  response.destroy();
  const type = response.headers['content-type'] ?? '';
  const bytes = Buffer.concat(chunks).subarray(0, most);
  return { status: response.statusCode ?? 0, type, body: decoded(bytes, type), cut: length > most, url };
}

function decoded(bytes: Buffer, type: string): string {
  const charset = /charset="?([\w-]+)/i.exec(type)?.[1] ?? 'utf-8';
  try {
    // Half a character at the cut is left out.
    return new TextDecoder(charset).decode(bytes, { stream: true });
  } catch {
    return bytes.toString('utf8');
  }
}

/** An error in words of ours: they may be told. */
class Told extends Error {}

const notPublic = (host: string, address: string): Error =>
  new Told(`${host} is not a public address (${address}): a toolset reaches it only with "allow_private_ips: true".`);

const WORDS: Readonly<Record<string, string>> = {
  ENOTFOUND: 'cannot be found',
  EAI_AGAIN: 'cannot be found now (no answer from the name server)',
  ECONNREFUSED: 'refuses the connection',
  ECONNRESET: 'broke the connection off',
  ETIMEDOUT: 'cannot be reached in time',
  ENETUNREACH: 'cannot be reached from here',
  EHOSTUNREACH: 'cannot be reached from here',
};

function plain(error: unknown, host: string): Error {
  if (error instanceof Told) return error;
  const { code, cause } = error as { code?: string; cause?: { code?: string } };
  const word = code ?? cause?.code;
  return new Error(`${host} ${WORDS[word ?? ''] ?? `cannot be called (${word ?? 'unknown error'})`}.`, { cause: error });
}
