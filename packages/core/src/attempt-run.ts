import { NEVER, type Attempt, type AttemptOrigin, type Watch } from './model.ts';
import type { Clock } from './ports.ts';
import { ModelFailure, isModelFailure } from './rules/failure.ts';
import type { Commit, Reading, Usage } from './rules/reader.ts';
import type { RequestFacts, Target } from './rules/target.ts';
import type { Joined } from './rules/usage.ts';
import type { Source } from './source.ts';

const RANK: Readonly<Record<Commit, number>> = { nothing: 0, soft: 1, hard: 2 };

/** What one attempt needs to know when it begins. */
export interface AttemptStart {
  readonly call: string;
  readonly attempt: number;
  readonly target: Target;
  readonly facts: RequestFacts;
  readonly share: number;
  readonly left?: number;
  readonly from?: AttemptOrigin;
  readonly lease?: string | undefined;
  /** The known repair after which its request is sent. */
  readonly repair?: string | undefined;
  readonly repaired?: readonly string[];
}

/**
 * One attempt while it lives: its signal, its source, what was shown of it.
 *
 * A1. Its signal fires on the caller's cancel and on `abort`; either reaches the source at once.
 * A2. `end` lets go of every listener and timer and may be called at any time, any number of times.
 */
export class AttemptRun<P> implements Attempt {
  readonly call: string;
  readonly attempt: number;
  /** With the fingerprint of the key it is sent with, where that may change meanwhile (H7). */
  target: Target;
  readonly facts: RequestFacts;
  share: number;
  readonly left: number | undefined;
  readonly from: AttemptOrigin | undefined;
  /** The probe lease it runs under; over at the first content (H6). */
  lease: string | undefined;
  /** It began as a probe. */
  readonly probe: boolean;
  readonly repair: string | undefined;
  readonly repaired: readonly string[] | undefined;
  began: number;
  readonly reading: Reading<P>;
  readonly signal: AbortSignal;
  /** The whole answer as its consumer sees it, where this attempt goes on with one that others began (C5). */
  answer: Reading<P> | undefined;
  joined: Joined | undefined;
  shown: Commit = 'nothing';
  /** Its end was told to everybody. */
  told = false;
  firstMs: number | undefined;
  /** Told when the caller leaves, after the source was cancelled. */
  onLeft: () => void = () => {};
  laneWaitMs?: number;
  queued = false;
  waits?: (lane: string, position: number) => void;
  /** Told once, when the attempt is over. */
  onEnd?: () => void;
  watch?: Watch;
  mends?: ((repair: string) => boolean) | undefined;
  onStop?: (reason: unknown) => void;
  source: Source<P> | undefined;
  readonly #controller = new AbortController();
  readonly #caller: AbortSignal;
  #start: number;
  readonly #clock: Clock;
  #ended = false;

  constructor(start: AttemptStart, reading: Reading<P>, caller: AbortSignal, clock: Clock) {
    this.call = start.call;
    this.attempt = start.attempt;
    this.target = start.target;
    this.facts = start.facts;
    this.share = start.share;
    this.left = start.left;
    this.from = start.from;
    this.lease = start.lease;
    this.probe = start.lease !== undefined;
    this.repair = start.repair;
    this.repaired = start.repaired;
    this.reading = reading;
    this.signal = this.#controller.signal;
    this.#caller = caller;
    this.#clock = clock;
    this.began = clock.now();
    this.#start = clock.mono();
    if (caller.aborted) this.#cut();
    // A caller that can never leave needs no ear: it is the commonest one.
    else if (caller !== NEVER) caller.addEventListener('abort', this.#cut);
  }

  readonly #cut = (): void => {
    this.#stop(this.#caller.reason);
    this.onLeft();
  };

  #stop(reason: unknown): void {
    if (this.#controller.signal.aborted) return;
    this.#controller.abort(reason);
    this.watch?.end();
    this.onStop?.(reason);
    this.source?.cancel(reason);
  }

  abort(reason: ModelFailure): void {
    this.#stop(reason);
  }

  get used(): Usage | undefined {
    return this.reading.finish?.usage;
  }

  entered(ms: number, deaf: boolean): void {
    this.laneWaitMs = ms;
    this.queued = false;
    this.began = this.#clock.now();
    this.#start = this.#clock.mono();
    this.share = Math.min(this.share, Math.max(0, (this.left ?? Infinity) - ms));
    if (deaf) this.#caller.removeEventListener('abort', this.#cut);
  }

  /** What was handed on of it; it only rises. */
  saw(commit: Commit): void {
    if (RANK[commit] > RANK[this.shown]) this.shown = commit;
  }

  /** Whole ms. */
  ms(): number {
    return Math.round(this.#clock.mono() - this.#start);
  }

  /** A limit of ours that fired explains whatever error the source made of it (E1). */
  whyFailed(): unknown {
    return this.signal.aborted ? this.whyEnded() : this.reading.error;
  }

  /** What ended this attempt when the source itself cannot say: a limit of ours, else a stream that just stopped. */
  whyEnded(): ModelFailure {
    const reason: unknown = this.signal.reason;
    if (this.signal.aborted && isModelFailure(reason)) return reason;
    return new ModelFailure('truncated', 'the stream ended without a finish reason');
  }

  /** The answer is complete: what still comes is read to its end, within the limits. */
  drain(): void {
    const end = (): void => this.end();
    this.onStop = end;
    this.watch?.pull();
    this.source!.next().then(end, end);
  }

  end(reason?: unknown): void {
    if (this.#ended) return;
    this.#ended = true;
    if (this.#caller !== NEVER) this.#caller.removeEventListener('abort', this.#cut);
    this.watch?.end();
    this.onEnd?.();
    if (reason !== undefined) this.#stop(reason);
  }
}
