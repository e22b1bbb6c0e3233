import { performance } from 'node:perf_hooks';
import { providerFetch } from './provider-fetch.ts';

/** What a look at an endpoint found. No key is sent, and nothing is asked of a model. */
export type Reached =
  | {
      readonly status: number;
      readonly ms: number;
      /** Ms by which our clock is ahead of the server's; to a second at best. */ readonly ahead?: number;
    }
  | { readonly error: string; readonly code?: string; readonly ms: number };

/** Ms for the whole of it. */
const WITHIN = 8_000;
const CONNECT = 5_000;

/** Looks at endpoints side by side. Any answer over HTTP will do: what it says without a key is its own affair. */
export async function reachAll(urls: readonly string[], proxied: boolean, signal: AbortSignal): Promise<ReadonlyMap<string, Reached>> {
  const client = providerFetch({ connect: CONNECT, proxied });
  try {
    const found = await Promise.all([...new Set(urls)].map(async (url) => [url, await reach(client.fetch, url, signal)] as const));
    return new Map(found);
  } finally {
    await client.close();
  }
}

async function reach(fetch: ReturnType<typeof providerFetch>['fetch'], url: string, signal: AbortSignal): Promise<Reached> {
  const began = performance.now();
  const own = new AbortController();
  const stop = (): void => own.abort(signal.reason);
  signal.addEventListener('abort', stop);
  const timer = setTimeout(() => own.abort(new Error(`no answer within ${WITHIN / 1000} s`)), WITHIN);
  const ms = (): number => Math.round(performance.now() - began);
  try {
    const response = await fetch(`${url}/models`, { method: 'GET', redirect: 'manual', signal: own.signal });
    void response.body?.cancel().catch(() => {});
    const date = Date.parse(response.headers.get('date') ?? '');
    return { status: response.status, ms: ms(), ...(Number.isFinite(date) && { ahead: Date.now() - date }) };
  } catch (error) {
    signal.throwIfAborted();
    return { ...wordsOf(error), ms: ms() };
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', stop);
  }
}

/** `fetch` says only that it failed; why stands in the cause, or in the first of several. */
function wordsOf(error: unknown): { readonly error: string; readonly code?: string } {
  const { cause } = error as { readonly cause?: unknown };
  const first: unknown = (cause as { readonly errors?: readonly unknown[] } | undefined)?.errors?.[0] ?? cause ?? error;
  const { message = String(first), code } = first as { readonly message?: string; readonly code?: string };
  return { error: message === '' ? (code ?? 'no connection') : message, ...(code !== undefined && { code }) };
}
