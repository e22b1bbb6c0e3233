import { lookup as systemLookup } from 'node:dns/promises';
import * as http from 'node:http';
import * as https from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import type { Readable } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import { isPrivateAddress } from './private-address.ts';

/** One GET of one page: redirects are the caller's to follow, or not. */
export interface WebRequest {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  /** Bytes of the body, unpacked, after which it is cut. */
  readonly limit: number;
  /** Addresses that are not the public internet's may be dialled. */
  readonly allowPrivate: boolean;
  readonly signal: AbortSignal;
}

export interface WebReply {
  readonly status: number;
  readonly statusText: string;
  readonly type: string;
  readonly location?: string;
  readonly body: Uint8Array;
  readonly cut: boolean;
}

/** Rejects with a plain Error that says what failed, or with the signal's reason. */
export type Web = (request: WebRequest) => Promise<WebReply>;

export interface Address {
  readonly address: string;
  readonly family: number;
}

/**
 * W1. What is dialled is an address that was looked at: a name that leads to another one the next moment changes nothing.
 * W2. The body is bounded after unpacking.
 * W3. The connection is closed with the answer.
 */
export function webOf(lookup: (host: string) => Promise<readonly Address[]> = (host) => systemLookup(host, { all: true })): Web {
  return async (request) => {
    const { url, signal, allowPrivate } = request;
    signal.throwIfAborted();
    try {
      const host = url.hostname.replace(/^\[|\]$/g, '');
      if (isIP(host) > 0 && !allowPrivate && isPrivateAddress(host)) throw refused(host, []);
      const response = await answerTo(request, async (name) => {
        const all = await lookup(name);
        const open = allowPrivate ? all : all.filter(({ address }) => !isPrivateAddress(address));
        if (open.length === 0) throw refused(name, all);
        return open;
      });
      try {
        return await replyOf(response, request);
      } finally {
        response.destroy();
      }
    } catch (error) {
      throw signal.aborted ? signal.reason : said(error);
    }
  };
}

const refused = (host: string, addresses: readonly Address[]): Error => {
  const where = addresses.length === 0 ? `${host} is` : `${host} leads to ${addresses.map(({ address }) => address).join(', ')},`;
  return new Error(
    `${where} no address of the public internet, and such are not dialled (allow_private_ips: true in the toolset lets them be)`,
  );
};

function answerTo(
  { url, headers, signal }: WebRequest,
  resolve: (host: string) => Promise<readonly Address[]>,
): Promise<http.IncomingMessage> {
  const lookup: LookupFunction = (host, { all }, found) => {
    resolve(host).then(
      (open) => (all ? found(null, open as Address[]) : found(null, open[0]!.address, open[0]!.family)),
      (error: NodeJS.ErrnoException) => found(error, []),
    );
  };
  return new Promise((answered, failed) => {
    const { request } = url.protocol === 'https:' ? https : http;
    request(url, { headers: { 'accept-encoding': 'gzip, deflate, br', ...headers }, agent: false, lookup, signal }, answered)
      .on('error', failed)
      .end();
  });
}

const UNPACK: Readonly<Record<string, () => NodeJS.ReadWriteStream & Readable>> = {
  gzip: createGunzip,
  'x-gzip': createGunzip,
  deflate: createInflate,
  br: createBrotliDecompress,
};

async function replyOf(response: http.IncomingMessage, { limit, signal }: WebRequest): Promise<WebReply> {
  const unpack = UNPACK[response.headers['content-encoding']?.trim().toLowerCase() ?? ''];
  const unpacked = unpack?.();
  if (unpacked) response.on('error', (error) => unpacked.destroy(error)).pipe(unpacked);
  const chunks: Buffer[] = [];
  let room = limit;
  let cut = false;
  for await (const chunk of unpacked ?? response) {
    signal.throwIfAborted();
    cut = (chunk as Buffer).length > room;
    chunks.push((chunk as Buffer).subarray(0, room));
    room -= chunks.at(-1)!.length;
    if (cut) break;
  }
  const { statusCode = 0, statusMessage = '', headers } = response;
  const { location } = headers;
  const head = {
    status: statusCode,
    statusText: statusMessage,
    type: headers['content-type'] ?? '',
    ...(location !== undefined && { location }),
  };
  return { ...head, body: Buffer.concat(chunks), cut };
}

const WORDS: Readonly<Record<string, string>> = {
  ENOTFOUND: 'there is no such host',
  EAI_AGAIN: 'the name could not be looked up',
  ECONNREFUSED: 'nobody answers at that address and port',
  ECONNRESET: 'the server broke the connection off',
};

function said(error: unknown): Error {
  const { code, errors } = error as { code?: string; errors?: readonly Error[] };
  if (code !== undefined && WORDS[code] !== undefined) return new Error(WORDS[code], { cause: error });
  return errors?.[0] ?? (error instanceof Error ? error : new Error(String(error)));
}
