import type { Fetch } from '@holdfast/core/engine';

export interface FetchOptions {
  /** Ms to a connection (C4 `connect`). */
  readonly connect: number;
  /** A proxy is set in the environment (`HTTPS_PROXY` and its kin). */
  readonly proxied: boolean;
}

/**
 * The HTTP client for providers, loaded at the first request. Its own limits on heads and bodies are off: a model may think for
 * minutes without a byte, and the limits that count are the chain's (C4). Connections are kept and shared by all targets.
 */
export function providerFetch({ connect, proxied }: FetchOptions): { readonly fetch: Fetch; close(): Promise<void> } {
  let loading: Promise<{ fetch: Fetch; close: () => Promise<void> }> | undefined;
  const load = async () => {
    const { Agent, EnvHttpProxyAgent, fetch } = await import('undici');
    const limits = { connect: { timeout: connect }, headersTimeout: 0, bodyTimeout: 0 };
    const dispatcher = proxied ? new EnvHttpProxyAgent(limits) : new Agent(limits);
    const through: Fetch = (input, init) =>
      fetch(input as Parameters<typeof fetch>[0], { ...(init as Parameters<typeof fetch>[1]), dispatcher }) as unknown as Promise<Response>;
    return { fetch: through, close: () => dispatcher.destroy() };
  };
  return {
    fetch: async (input, init) => (await (loading ??= load())).fetch(input, init),
    close: async () => (await loading)?.close(),
  };
}
