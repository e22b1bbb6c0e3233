import { CommandError, EXIT, type Context } from './context.ts';

export interface ServeOptions {
  readonly host: string;
  readonly port: number;
  readonly workers: number;
  readonly grace?: string;
  /** Agent files whose runs are served. */
  readonly agent?: readonly string[];
}

/** Listens, or says in one line why it cannot. Answers the URL. */
export async function listening({ host, port }: ServeOptions, listen: (host: string, port: number) => Promise<number>): Promise<string> {
  try {
    const real = await listen(host, port);
    return `http://${host.includes(':') && !host.startsWith('[') ? `[${host}]` : host}:${real}`;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new CommandError(EXIT.usage, LISTEN[code ?? '']?.(host, port) ?? `cannot listen at ${host}:${port}: ${message}`, {
      cause: error,
    });
  }
}

const LISTEN: Readonly<Record<string, (host: string, port: number) => string>> = {
  EADDRINUSE: (host, port) => `port ${port} at ${host} is in use: end what uses it, or choose another with --port (0 picks one)`,
  EACCES: (_, port) => `port ${port} is not allowed to this user: choose one above 1023 with --port`,
  EADDRNOTAVAIL: (host) => `${host} is no address of this machine: name one with --host`,
  ENOTFOUND: (host) => `${host} is not known: name an address of this machine with --host`,
};

/** On stdout, when it can answer. */
export function tell({ terminal, json }: Context, url: string, workers: number): void {
  terminal.out(json ? `${JSON.stringify({ type: 'listening', url, workers })}\n` : `holdfast listening on ${url}\n`);
}

/** Resolves at the first signal that asks to leave. */
export const told = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
