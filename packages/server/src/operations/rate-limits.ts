import type { RateSpec } from '@holdfast/agent/engine';
import type { MaybePromise, NewId } from '@holdfast/core/engine';
import type { ClientError } from '@holdfast/core/wire';

/** One call that asks to be let in. */
export interface RateAsk {
  readonly id: string;
  readonly holder: string;
  readonly rate: RateSpec;
  /** What it may use, estimated. */
  readonly tokens: number;
}

export type RateTaken =
  | { readonly ok: true; readonly requests?: RateLeft; readonly tokens?: RateLeft }
  | { readonly ok: false; readonly limit: keyof RateSpec; readonly most: number; /** Until there is room. */ readonly ms: number };

export interface RateLeft {
  readonly limit: number;
  readonly left: number;
  /** Until it is counted anew. */
  readonly ms: number;
}

/** Where it is counted: in this process, or in the one that all workers share. */
export interface RateBook {
  take(ask: RateAsk): MaybePromise<RateTaken>;
  /** The call is over; what it used of tokens, where that is known. */
  end(id: string, tokens?: number): void;
}

/** A call that was let in. */
export interface Admission {
  /** Of the holder's own limits, as OpenAI's clients know them. */
  readonly headers: Readonly<Record<string, string>>;
  /** The call is over. Told twice, it is over once. */
  end(tokens?: number): void;
}

export interface RatePorts {
  readonly book: RateBook;
  readonly newId: NewId;
  /** What is thrown where a limit is reached. */
  readonly refuse: (error: ClientError, headers: Readonly<Record<string, string>>) => Error;
  readonly say: (line: string) => void;
}

export interface RateLimits {
  /** Undefined: this holder has no limits. Rejects with what `refuse` makes where one is reached. */
  admit(holder: string, rate: RateSpec | undefined, tokens: number): Promise<Admission> | undefined;
}

const UNLIMITED: Admission = { headers: {}, end: () => {} };

/**
 * What keys may ask for at most.
 * L1. A key is told of its own limits only.
 * L2. A book that does not answer stops no call.
 */
export function rateLimits({ book, newId, refuse, say }: RatePorts): RateLimits {
  let lost = false;
  const take = async (ask: RateAsk): Promise<RateTaken | undefined> => {
    try {
      const taken = await book.take(ask);
      lost = false;
      return taken;
    } catch (error) {
      if (!lost) say(`rate limits cannot be counted (${error instanceof Error ? error.message : String(error)}): calls go on without them`);
      lost = true;
      return undefined;
    }
  };
  const admitted = async (ask: RateAsk): Promise<Admission> => {
    const taken = await take(ask);
    if (taken === undefined) return UNLIMITED;
    if (!taken.ok) throw refuse(...refusalOf(taken));
    let over = false;
    return {
      headers: { ...headersOf('requests', taken.requests), ...headersOf('tokens', taken.tokens) },
      end: (tokens) => {
        if (!over) book.end(ask.id, tokens);
        over = true;
      },
    };
  };
  return {
    admit: (holder, rate, tokens) =>
      rate === undefined || Object.keys(rate).length === 0
        ? undefined
        : admitted({ id: newId(), holder, rate, tokens: Math.max(0, Math.ceil(tokens)) }),
  };
}

const SAYS: Readonly<Record<keyof RateSpec, (most: number) => string>> = {
  rpm: (most) => `This key may make ${most} requests a minute.`,
  tpm: (most) => `This key may use ${most} tokens a minute.`,
  concurrent: (most) => `This key may have ${most} calls open at a time.`,
};

/** `retry-after` is 1 to 59 s (H2): a window is a minute. */
function refusalOf({ limit, most, ms }: Extract<RateTaken, { ok: false }>): readonly [ClientError, Readonly<Record<string, string>>] {
  const retryAfter = Math.min(59, Math.max(1, Math.ceil(ms / 1000)));
  const error = { status: 429, class: 'rate-limit', kind: 'rate-limit', message: SAYS[limit](most), retryAfter } as const;
  const name = limit === 'tpm' ? 'tokens' : 'requests';
  return [error, limit === 'concurrent' ? {} : headersOf(name, { limit: most, left: 0, ms })];
}

const headersOf = (name: string, of: RateLeft | undefined): Readonly<Record<string, string>> =>
  of === undefined
    ? {}
    : {
        [`x-ratelimit-limit-${name}`]: String(of.limit),
        [`x-ratelimit-remaining-${name}`]: String(of.left),
        [`x-ratelimit-reset-${name}`]: `${Math.ceil(of.ms / 1000)}s`,
      };
