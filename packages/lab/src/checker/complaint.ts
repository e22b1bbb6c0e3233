/** What a vendor says of a request that it does not take. */
export interface Complaint {
  readonly status: number;
  readonly message: string;
  readonly code?: string;
}

/** What is asked of requests besides what the protocol always wants. */
export interface Checked {
  /** True: a conversation may end with the assistant's turn. */
  readonly prefill?: boolean;
  /** `budget`: a turn that asked for tools must begin with its thinking block while thinking is on. */
  readonly thinking?: 'budget' | 'adaptive';
  /** `strict`: the order of Mistral's templates. */
  readonly roles?: 'strict';
  /** `nine`: nine letters or digits, as Mistral wants its tool-call ids. */
  readonly ids?: 'nine';
  /** Gemini 3: the first call of a step is signed. */
  readonly signedCalls?: boolean;
  readonly images?: false;
  /** Whether an opaque value (signature, encrypted reasoning) was made here; without it every one is believed. */
  readonly mine?: (opaque: string) => boolean;
  /** Top-level fields of the body that this model does not know or support. */
  readonly refuses?: readonly string[];
  /** Most stop sequences. */
  readonly stops?: number;
  /** Most tokens of an answer. */
  readonly maxOutput?: number;
}

export const bad = (message: string, code?: string): Complaint => ({ status: 400, message, ...(code !== undefined && { code }) });
