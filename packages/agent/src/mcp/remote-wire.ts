import type { Transport } from '@modelcontextprotocol/client';
import { follow, orAbort } from '@holdfast/core/engine';
import { remoteTrouble } from '../rules/mcp-failure.ts';
import { LONGEST_MESSAGE } from '../rules/mcp-overlong.ts';
import { boundedFetch } from './bounded-fetch.ts';
import type { McpPorts, McpRemote } from './settings.ts';
import { answerFor, NO_ANSWER, type Sdk, type Wire } from './wire.ts';

/** Tries to open a stream of notices again, and the waits between them in ms. */
const RECONNECTION = { maxRetries: 2, initialReconnectionDelay: 1000, maxReconnectionDelay: 30_000, reconnectionDelayGrowFactor: 1.5 };
/** Ms a server has to hear that its session is over. */
const FAREWELL = 1000;

/** What servers answer that know nothing of a session any more; by the protocol 404. */
const SESSION_OVER = new Set([400, 401, 404]);

interface RemoteOptions {
  readonly fetch: NonNullable<McpPorts['fetch']>;
  readonly requestInit: RequestInit;
}

/** A server over HTTP, of the kind of today or of the old kind. */
export class RemoteWire implements Wire {
  readonly transport: Transport;
  onGap?: () => void;
  /** Without secrets: for words. */
  readonly #shown: string;
  readonly #ports: McpPorts;
  readonly #farewell: () => Promise<void>;
  #tooLong = false;
  #broken: unknown;

  constructor({ url, headers }: McpRemote, kind: 'streamable' | 'sse', ports: McpPorts, sdk: Sdk) {
    this.#shown = ports.scrub(url);
    this.#ports = ports;
    const fetch = boundedFetch(ports.fetch ?? globalThis.fetch, LONGEST_MESSAGE, () => (this.#tooLong = true));
    const options = { fetch, requestInit: { headers: { ...headers } } };
    const transport = kind === 'sse' ? this.#old(sdk, new URL(url), options) : this.#streamable(sdk, new URL(url), options);
    this.transport = transport;
    this.#farewell = async () => void ('terminateSession' in transport && (await transport.terminateSession()));
  }

  #streamable(sdk: Sdk, url: URL, options: RemoteOptions) {
    const transport = new sdk.StreamableHTTPClientTransport(url, {
      ...options,
      reconnectionOptions: RECONNECTION,
      reconnectionScheduler: (reconnect, delay) => {
        this.onGap?.();
        return this.#ports.clock.after(delay, reconnect);
      },
    });
    const send = transport.send.bind(transport);
    transport.send = (message, given) => {
      if (Array.isArray(message) || !('method' in message && 'id' in message)) return send(message, given);
      const { id } = message;
      // Without this a request whose stream breaks off is waited for for ever.
      const onRequestStreamEnd = () => transport.onmessage?.(answerFor(id, 'no answer', NO_ANSWER));
      return send(message, { ...given, onRequestStreamEnd });
    };
    return transport;
  }

  #old(sdk: Sdk, url: URL, options: RemoteOptions) {
    const transport = new sdk.SSEClientTransport(url, options);
    transport.onerror = (error) => {
      if (!(error instanceof sdk.SseError)) return;
      // Left alone it would connect again by itself, to a session that was never begun.
      this.#broken = error;
      void transport.close();
    };
    return transport;
  }

  startWords(error: unknown, limitMs: number | undefined): string {
    return this.#words(error, limitMs);
  }

  endWords(error: unknown): string {
    const tooLong = this.#tooLong;
    this.#tooLong = false;
    if (tooLong) return 'sent an answer of more than 10 MB, which was thrown away; ask for less at a time';
    const why = error ?? this.#broken;
    return why === undefined ? 'closed the connection' : this.#words(why, undefined);
  }

  isEnd(error: unknown): boolean {
    const status = statusOf(error);
    return SESSION_OVER.has(status ?? 0) || errnoOf(error) !== undefined;
  }

  async close(politely: boolean): Promise<void> {
    if (politely) {
      const limit = follow(new AbortController().signal);
      const letGo = this.#ports.clock.after(FAREWELL, () => limit.abort(new Error('no time')));
      await orAbort(this.#farewell(), limit.signal).catch(() => {});
      letGo();
    }
    await this.transport.close();
  }

  #words(error: unknown, limitMs: number | undefined): string {
    const message = this.#ports.scrub(error instanceof Error ? error.message : String(error));
    return remoteTrouble({ url: this.#shown, status: statusOf(error), errno: errnoOf(error), message }, limitMs);
  }
}

/** The transports tell a status in three ways. */
export function statusOf(error: unknown): number | undefined {
  const { status, code, message } = (error ?? {}) as { status?: unknown; code?: unknown; message?: unknown };
  for (const one of [status, code]) if (typeof one === 'number' && one >= 300 && one < 600) return one;
  const told = /\(HTTP (\d{3})\)/.exec(String(message))?.[1];
  return told === undefined ? undefined : Number(told);
}

/** The system's word for why a connection failed. */
function errnoOf(error: unknown): string | undefined {
  for (let one = error as { code?: unknown; cause?: unknown } | undefined; one; one = one.cause as typeof one) {
    if (typeof one.code === 'string' && /^(E[A-Z]{3,}|UND_ERR_[A-Z_]+)$/.test(one.code)) return one.code;
    if (typeof one !== 'object') return undefined;
  }
  return /fetch failed/.test(String((error as Error | undefined)?.message)) ? 'network error' : undefined;
}
