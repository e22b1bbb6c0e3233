import type { LanguageModelV4, LanguageModelV4CallOptions, LanguageModelV4StreamPart } from '@ai-sdk/provider';
import type { ModelFailure } from './rules/failure.ts';
import type { Look, Usage } from './rules/reader.ts';
import type { RequestFacts, Target } from './rules/target.ts';
import type { Source } from './source.ts';

/** What goes into the library and comes out of it: an AI SDK language model. */
export type Model = LanguageModelV4;
export type ModelOptions = LanguageModelV4CallOptions;
export type Part = LanguageModelV4StreamPart;

/** What the limits of an attempt must hear. Called for every part: it must cost next to nothing. */
export interface Watch {
  /** A part is asked for; a consumer that asks for none is slow, and that is no stall (C3). */
  pull(): void;
  saw(look: Look): void;
  /** A part that is held: the next one is asked for at once. */
  kept(look: Look): void;
  /** Called by the transport for every chunk of bytes: feeds the `silence` limit (C4). */
  life(): void;
  /** Ms since the last progress, while somebody waits for more. */
  quiet?(): number;
  /** The attempt is over: timers are let go. */
  end(): void;
}

/** What an attempt tells of its call. */
export interface AttemptOrigin {
  readonly caller?: string;
  readonly run?: string;
  readonly priority?: number;
  /** `whole`: nobody sees anything before the end. */
  readonly mode: 'stream' | 'whole';
}

/** One attempt on one target. Belongs to that attempt alone. */
export interface Attempt {
  readonly call: string;
  /** 1-based, over all targets of the call. */
  readonly attempt: number;
  /** Put in its place by who knows the key it is sent with: what is reported of it is about that key (H7). */
  target: Target;
  readonly facts: RequestFacts;
  /** The caller's cancel, our limits and the takeover all arrive here. */
  readonly signal: AbortSignal;
  /** Ms this attempt may use before its first content (P5). */
  readonly share: number;
  /** Ms that were left of the call's whole time when the attempt began, its wait in a lane included. */
  readonly left?: number | undefined;
  /** Whose call it is, and how it is asked for. */
  readonly from?: AttemptOrigin | undefined;
  /** The known repair after which the request is sent once more. */
  readonly repair?: string | undefined;
  /** Those that this call made for this target before, oldest first: they hold on. */
  readonly repaired?: readonly string[] | undefined;
  /** Whether a repair would change what was sent: one that would not is no reason to ask again. Set by who makes repairs. */
  mends?: ((repair: string) => boolean) | undefined;
  /** Ms it waited in a lane; set by `entered`. */
  laneWaitMs?: number;
  /** It waits in a lane; set by the lane. */
  queued?: boolean;
  /** Told by a lane that it waits there, after so many others. */
  waits?: (lane: string, position: number) => void;
  /** Told by a lane that it was let in after so many ms: its own time begins now. `deaf`: its caller's abort does not reach it any more. */
  entered?(ms: number, deaf: boolean): void;
  /** What its answer used, once that is known. */
  readonly used?: Usage | undefined;
  /** Called once when the attempt is over, however it ends. Whoever sets it calls what was there before. */
  onEnd?: () => void;
  /** Set by the deadline; told of every pull and every part by the chain, of every chunk by the transport (C4). */
  watch?: Watch;
  /** Ends this attempt alone; the reason becomes its failure. */
  abort(reason: ModelFailure): void;
  /** Called once when the attempt is cut, by whomever, before its source is cancelled. Set by who waits for it to open. */
  onStop?: (reason: unknown) => void;
  /** Called by the transport when the response has a head: for who watches the wire. */
  head?: (status: number, headers: Readonly<Record<string, string>>) => void;
}

/** Asks one target. Rejects with whatever the vendor threw; the chain classifies. `Q` is the request, `P` what flows back. */
export type Ask<Q, P> = (request: Q, attempt: Attempt) => Promise<Source<P>>;
export type Wrap<Q, P> = (inner: Ask<Q, P>) => Ask<Q, P>;

/** `stack(ask, a, b)` is a(b(ask)): the request enters at `a`, the parts leave through it. */
export const stack = <Q, P>(ask: Ask<Q, P>, ...wraps: readonly Wrap<Q, P>[]): Ask<Q, P> =>
  wraps.reduceRight((inner, wrap) => wrap(inner), ask);

/** For callers that cannot be cancelled. */
export const NEVER: AbortSignal = new AbortController().signal;
