import type { Transport } from '@modelcontextprotocol/client';

export type Sdk = typeof import('@modelcontextprotocol/client');

/** The way to one server. Words are the end of a sentence that begins with the server's name, and hold no secrets. */
export interface Wire {
  readonly transport: Transport;
  /** Why it could not be reached. `limitMs`: it was given so long. */
  startWords(error: unknown, limitMs: number | undefined): string;
  /** What became of it after it had been up. */
  endWords(error: unknown): string;
  /** Whether a request that failed so says that the server is gone. */
  isEnd(error: unknown): boolean;
  /** Told when notices of the server may have been missed. */
  onGap?: () => void;
  /** Ends it and everything that belongs to it, whatever state it is in. `politely`: it may finish what it does. */
  close(politely: boolean): Promise<void>;
}

/** In `data` of an answer we make ourselves for a request whose connection ended before its answer came. */
export const NO_ANSWER = 'holdfast:no-answer';

/** JSON-RPC's range for errors of an implementation. */
const OWN_ERROR = -32_000;

/** An answer in the server's place. */
export const answerFor = (id: string | number, message: string, data?: string) => ({
  jsonrpc: '2.0' as const,
  id,
  error: { code: OWN_ERROR, message, ...(data !== undefined && { data }) },
});
