import { readWhole } from '../passthrough/read-whole.ts';
import { OVER, type UpstreamAnswer } from '../passthrough/upstream-answer.ts';
import { Agent, EnvHttpProxyAgent, type Dispatcher } from 'undici';

export interface UpstreamRequest {
  /** `https://api.example.com` */
  readonly origin: string;
  /** Path and query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

export interface Upstream {
  /** Resolves with the head. */
  ask(request: UpstreamRequest, signal: AbortSignal): Promise<UpstreamAnswer>;
  close(): Promise<void>;
}

/** Bytes of a small answer. */
const SMALL = 64 * 1024;

export interface UpstreamOptions {
  /** Ms to a connection (C4 `connect`). */
  readonly connect: number;
  /** A proxy is set in the environment. */
  readonly proxied: boolean;
}

/**
 * The HTTP client for providers of a client's own protocol. Its limits on heads and bodies are off: those that count are the chain's. Redirects are
 * not followed: one could carry a key elsewhere.
 */
export function upstream({ connect, proxied }: UpstreamOptions): Upstream {
  const limits = { connect: { timeout: connect }, headersTimeout: 0, bodyTimeout: 0 };
  const dispatcher = proxied ? new EnvHttpProxyAgent(limits) : new Agent(limits);
  return {
    ask: (request, signal) =>
      new Promise((resolve, reject) => {
        if (signal.aborted) return reject(signal.reason);
        dispatcher.dispatch({ ...request, method: 'POST' }, new Asking(signal, resolve, reject));
      }),
    close: () => dispatcher.destroy(),
  };
}

/** A small answer, whole. */
export async function askUpstream(
  client: Upstream,
  url: string,
  headers: Readonly<Record<string, string>>,
  body: string,
  signal: AbortSignal,
): Promise<{ readonly status: number; readonly body: string }> {
  const { origin, pathname, search } = new URL(url);
  const answer = await client.ask({ origin, path: pathname + search, headers, body: Buffer.from(body) }, signal);
  const { text } = await readWhole(answer, SMALL, NOTHING);
  return { status: answer.status, body: text };
}

const NOTHING = (): void => {};

/** One request on the wire. */
class Asking implements Dispatcher.DispatchHandler, UpstreamAnswer {
  status = 0;
  headers: Readonly<Record<string, string>> = {};
  readonly #signal: AbortSignal;
  readonly #resolve: (answer: UpstreamAnswer) => void;
  readonly #reject: (error: unknown) => void;
  #controller: Dispatcher.DispatchController | undefined;
  #take: ((chunk: Buffer | typeof OVER) => void) | undefined;
  #fail: (error: unknown) => void = NOTHING;
  /** What came while nobody waited. */
  #chunks: Buffer[] = [];
  /** They are handed on before anything else happens. */
  #due = false;
  #over = false;
  #error: { readonly cause: unknown } | undefined;

  constructor(signal: AbortSignal, resolve: (answer: UpstreamAnswer) => void, reject: (error: unknown) => void) {
    this.#signal = signal;
    this.#resolve = resolve;
    this.#reject = reject;
    signal.addEventListener('abort', this.#left, { once: true });
  }

  readonly #left = (): void => this.abort(this.#signal.reason);

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#error) controller.abort(asError(this.#error.cause));
  }

  onResponseStart(_: Dispatcher.DispatchController, status: number, headers: Record<string, string | string[] | undefined>): void {
    if (status < 200) return;
    this.status = status;
    const flat: Record<string, string> = {};
    for (const name in headers) {
      const value = headers[name];
      if (value !== undefined) flat[name] = typeof value === 'string' ? value : value.join(', ');
    }
    this.headers = flat;
    this.#resolve(this);
  }

  /** The pieces of one read of the socket are handed on as one chunk: a server may make a piece of every frame. */
  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#chunks.push(chunk);
    if (this.#take === undefined) controller.pause();
    else this.#soon();
  }

  #soon(): void {
    if (this.#due) return;
    this.#due = true;
    queueMicrotask(this.#give);
  }

  /** To who waits: what has come, or how it ended. */
  readonly #give = (): void => {
    this.#due = false;
    const take = this.#take;
    if (take === undefined) return;
    const over = this.#over || this.#error !== undefined;
    if (this.#chunks.length === 0 && !over) return;
    this.#take = undefined;
    this.read(take, this.#fail);
  };

  onResponseEnd(): void {
    this.#end();
    this.#soon();
  }

  onResponseError(_: Dispatcher.DispatchController, error: Error): void {
    this.#error ??= { cause: error };
    this.#end();
    this.#give();
    this.#reject(this.#error.cause);
  }

  #end(): void {
    this.#over = true;
    this.#signal.removeEventListener('abort', this.#left);
  }

  read(take: (chunk: Buffer | typeof OVER) => void, fail: (error: unknown) => void): void {
    if (this.#chunks.length > 0) {
      const chunks = this.#chunks;
      this.#chunks = [];
      return take(chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks));
    }
    if (this.#error) return fail(this.#error.cause);
    if (this.#over) return take(OVER);
    this.#take = take;
    this.#fail = fail;
    if (this.#controller?.paused) this.#controller.resume();
  }

  abort(reason: unknown): void {
    if (this.#over) return;
    this.#error ??= { cause: reason };
    this.#controller?.abort(asError(reason));
  }
}

const asError = (reason: unknown): Error => (reason instanceof Error ? reason : new Error('let go', { cause: reason }));
