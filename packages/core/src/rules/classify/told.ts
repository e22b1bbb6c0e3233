/** What a provider told, gathered from wherever it stood. */
export interface Payload {
  /** A status inside the body (E2). */
  status?: number;
  /** As sent. */
  code?: string;
  type?: string;
  requestId?: string;
  /** Every code, type, reason and name, in lower case. */
  readonly codes: string[];
  readonly messages: string[];
  /** Objects that were looked into, outermost first: hints are read from these. */
  readonly nodes: object[];
  /** What an upstream's headers were, told in a body. */
  readonly headers: Record<string, string>;
  /** Errors met on the way; they are another reader's business. */
  readonly errors: object[];
  html: boolean;
  /** An object that speaks of an error was seen. */
  failed: boolean;
}

export const emptyPayload = (): Payload => ({ codes: [], messages: [], nodes: [], headers: {}, errors: [], html: false, failed: false });
