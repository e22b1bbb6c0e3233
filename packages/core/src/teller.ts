import type { AttemptRun } from './attempt-run.ts';
import type { CallOptions } from './chain-spec.ts';
import type { CallEvent, FailureFact, Payload } from './events.ts';
import type { Clock, Emit } from './ports.ts';
import type { Attempt } from './model.ts';
import type { ModelFailure } from './rules/failure.ts';
import { labelsOf } from './rules/labels.ts';
import type { AttemptRecord } from './rules/record.ts';

type Told<E = CallEvent> = E extends CallEvent ? Omit<E, 'call' | 'at'> : never;

/** The last attempt that failed, until it is said what follows. */
export interface Lost {
  readonly place: number;
  readonly ref: string;
  readonly failure: ModelFailure;
  readonly restsUntil?: number;
}

/** Stamps what happens in one call and hands it to whoever watches; costs nothing when nobody does. */
export class Teller {
  readonly #emit: Emit | undefined;
  readonly #clock: Clock;
  readonly #call: string;

  constructor(emit: Emit | undefined, clock: Clock, call: string) {
    this.#emit = emit;
    this.#clock = clock;
    this.#call = call;
  }

  began(chain: string, targets: readonly string[], options: CallOptions): void {
    if (!this.#emit) return;
    this.tell({ type: 'call-start', chain, targets, mode: options.mode, ...labelsOf(options) }, { request: options.request });
  }

  /** Says so when `run` must wait in a lane. */
  attend<P>(run: AttemptRun<P>): void {
    if (!this.#emit) return;
    const { attempt, target } = run;
    run.waits = (lane, position) => this.tell({ type: 'lane-wait', attempt, target: target.ref, lane, position });
  }

  /** `record`: of this very attempt, as the ledger closed it. */
  ended<P>(run: AttemptRun<P>, record: AttemptRecord, failure?: ModelFailure): void {
    if (!this.#emit) return;
    const { attempt, target, ms, shown, usage, usd, unpriced, laneWaitMs } = record;
    const told = {
      ...(failure && { failure: factOf(failure) }),
      ...(usage && { usage }),
      ...(usd !== undefined && { usd }),
      ...(unpriced && { unpriced }),
      ...(laneWaitMs !== undefined && { laneWaitMs }),
    };
    this.tell({ type: 'attempt-end', attempt, target, ms, shown, ...told }, textOf(run.reading));
  }

  /** Another target is asked after a failure. */
  switched({ ref, failure, restsUntil }: Lost, to: string): void {
    this.tell({
      type: 'switch',
      from: ref,
      to,
      failure: factOf(failure),
      ...(restsUntil !== undefined && { restsUntil: Math.ceil(restsUntil) }),
    });
  }

  /** The same target is asked again. */
  paused({ ref, failure }: Lost, ms: number, tries: number, of: number): void {
    this.tell({ type: 'pause', target: ref, ms: Math.ceil(ms), tries, of, failure: factOf(failure) });
  }

  /** Nobody can be asked before `ms` are over: with what was just met, if anything was. */
  waits(target: string, ms: number, why: string, lost: Lost | undefined): void {
    this.tell({ type: 'wait', ms: Math.ceil(ms), target, why, ...(lost && { from: lost.ref, failure: factOf(lost.failure) }) });
  }

  takenOver({ attempt, target }: Pick<Attempt, 'attempt' | 'target'>, failure: ModelFailure, shown: number): void {
    this.tell({ type: 'takeover', attempt, target: target.ref, failure: factOf(failure), shown });
  }

  withdrawn({ attempt, target }: Pick<Attempt, 'attempt' | 'target'>, failure: ModelFailure): void {
    this.tell({ type: 'withdrawn', attempt, target: target.ref, failure: factOf(failure) });
  }

  tell(event: Told, payload?: Payload): void {
    this.#emit?.({ call: this.#call, at: this.#clock.now(), ...event } as CallEvent, payload);
  }
}

/** The text is joined when somebody asks for it. */
const textOf = (reading: { readonly text: string }): Payload => ({
  get text() {
    return reading.text;
  },
});

/** A failure as those who watch see it. */
const factOf = (failure: ModelFailure): FailureFact => ({
  kind: failure.kind,
  ...(failure.facts.status !== undefined && { status: failure.facts.status }),
  ...(failure.facts.code !== undefined && { code: failure.facts.code }),
  message: failure.message,
  ...(failure.facts.detail !== undefined && { detail: failure.facts.detail }),
});
