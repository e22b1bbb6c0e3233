import type { AttemptRun } from './attempt-run.ts';
import type { CallFailure } from './call-failure.ts';
import type { CallOptions, ChainPorts, KnownChain } from './chain-spec.ts';
import { Heads, type Head } from './heads.ts';
import type { Came } from './race.ts';
import { PartQueue } from './part-queue.ts';
import { Pursuit } from './pursuit.ts';
import { ModelFailure } from './rules/failure.ts';
import { mendOf, type OnPartial } from './rules/mend.ts';
import type { CallRecord } from './rules/record.ts';
import type { RequestFacts } from './rules/target.ts';
import { STOPPED, Takeover } from './takeover.ts';
import type { Worked } from './witness.ts';

/**
 * The attempts behind one answer: asks target after target, hands on what came, and mends what breaks.
 *
 * K1. Before the commit nothing is handed on; a failure then is invisible to the consumer (C1).
 * K4. What was shown goes on elsewhere, is withdrawn by an explicit part, or the call fails with it (C5).
 */
export class Answering<Q, P> {
  /** What may be handed on, and what is held. */
  out = new PartQueue<P>();
  readonly pursuit: Pursuit<Q, P>;
  /** The attempt in force. */
  run: AttemptRun<P> | undefined;
  over = false;
  readonly #spec: KnownChain<Q, P>;
  readonly #ports: ChainPorts;
  readonly #request: Q;
  readonly #facts: RequestFacts;
  readonly #options: CallOptions;
  readonly #heads: Heads<Q, P>;
  #takeover: Takeover<Q, P> | undefined;

  constructor(spec: KnownChain<Q, P>, ports: ChainPorts, worked: Worked, request: Q, facts: RequestFacts, options: CallOptions) {
    this.#spec = spec;
    this.#ports = ports;
    this.#request = request;
    this.#facts = facts;
    this.#options = options;
    this.pursuit = new Pursuit(spec, ports, worked, facts, options);
    const held = this.#onPartial === 'continue' && spec.settings.structured !== 'live' && (spec.continuer?.structured(request) ?? false);
    this.#heads = new Heads({
      spec,
      clock: ports.clock,
      pursuit: this.pursuit,
      request,
      facts,
      mode: options.mode,
      signal: options.signal,
      held,
    });
  }

  get #onPartial(): OnPartial {
    return this.#options.onPartial ?? this.#spec.settings.onPartial;
  }

  /** What is handed on belongs to an answer that others began. */
  get takenOver(): boolean {
    return this.#takeover !== undefined;
  }

  /** Asks until somebody has shown something worth handing on. `onLeft`: told when the caller leaves meanwhile. */
  async open(onLeft: () => void): Promise<void> {
    this.#heads.onLeft = onLeft;
    for (;;) {
      let came: Came<P, Head<P>>;
      try {
        const begun = this.pursuit.attempt();
        const run = (this.run = begun instanceof Promise ? await begun : begun);
        if (run === undefined) return;
        this.out.forget();
        came = await this.#heads.of({ run, out: this.out }, this.#takeover);
      } catch (error) {
        return this.rejected(error);
      }
      if (this.over) return;
      this.run = came.entrant.run;
      this.out = came.entrant.out;
      // The common case: its first content is at hand.
      if ('head' in came && came.head === undefined) return;
      try {
        return await this.#took(came);
      } catch (error) {
        this.run = undefined;
        if (this.over) return;
        await this.pursuit.failed(came.entrant.run, error).catch(this.rejected);
      }
    }
  }

  readonly rejected = (error: unknown): never => {
    this.over = true;
    throw error;
  };

  async #took(came: Came<P, Head<P>>): Promise<void> {
    const { run } = came.entrant;
    if ('error' in came) throw came.error;
    if (came.head === STOPPED) return this.#stopped(run);
    const broken = came.head !== undefined && (await this.finish(run, came.head));
    if (broken) throw broken;
  }

  /** C2: a finish reason ends the answer; E4 and the reason itself say whether it is one. What follows it is left to end by itself, within the limits. */
  finish(run: AttemptRun<P>, part: P): ModelFailure | undefined | Promise<undefined> {
    const judged = this.#takeover?.judge(run, this.out) ?? this.#heads.judge(run);
    if (judged instanceof ModelFailure) return judged;
    if (judged.mark !== undefined) this.pursuit.end.mark(judged.mark);
    const told = this.pursuit.committed(run);
    return told ? told.then(() => this.#won(run, [part])) : this.#won(run, [part]);
  }

  #won(run: AttemptRun<P>, parts: readonly P[]): undefined {
    if (this.over) return undefined;
    run.saw('hard');
    this.over = true;
    this.out.release();
    this.#last(this.pursuit.end.won(run), () => parts);
    run.drain();
    return undefined;
  }

  /** The parts that end the answer, with its record. */
  #last(record: CallRecord, parts: (record: CallRecord) => readonly P[]): void {
    const { reader } = this.#spec;
    this.out.push(parts(record).map((part) => reader.finished?.(part, record) ?? part));
  }

  /** Parts of a continuation, after the joint. */
  passed(run: AttemptRun<P>, part: P): void {
    const went = this.#takeover!.take(part);
    if (went === 'rejected') return;
    this.#takeover!.pass(run, went.parts, this.out);
    if (went.stopped) this.#stopped(run);
  }

  /** A stop sequence lay across the joint: its provider saw only half of it. */
  #stopped(run: AttemptRun<P>): void {
    this.over = true;
    this.#takeover!.counted(run);
    this.#last(this.pursuit.end.won(run), ({ usage }) => this.#spec.reader.closeTurn(usage ?? {}, 'stop'));
    run.end(STOPPED);
  }

  /** A break after the head went out: `mendOf` says what becomes of what was shown. */
  async broke(run: AttemptRun<P>, error: unknown): Promise<void> {
    this.out.forget();
    this.run = undefined;
    const answer = this.#takeover?.answer ?? run.reading;
    const { reader } = this.#spec;
    const failure = await this.pursuit.failed(run, error).catch(this.rejected);
    if (this.over) return;
    this.#takeover?.counted(run);
    const mend = mendOf(this.#takeover ? 'hard' : run.shown, answer, this.#onPartial);
    if (mend === 'continue') return this.#goesOn(run, failure);
    if (mend === 'fail') return this.rejected(await this.pursuit.end.gaveUp(failure.kind, failure));
    this.out.push(answer.closing());
    if (mend === 'restart') {
      this.pursuit.ledger.fated('withdrawn');
      this.pursuit.teller.withdrawn(run, failure);
      this.out.push([reader.withdrawn(run.attempt, failure)]);
    }
    if (mend !== 'close-turn') return this.pursuit.idle.progressed();
    return this.#closed(run, 'closed-after-tools', 'tool-calls');
  }

  /** What was shown stays, and others are asked to go on from there. */
  async #goesOn(run: AttemptRun<P>, failure: ModelFailure): Promise<void> {
    const known = this.#takeover;
    const begun = known ? undefined : Takeover.begin(this.#spec, this.#request, this.#facts, this.#ports.clock, run.reading);
    const takeover = (this.#takeover ??= begun?.takeover);
    const parts = known ? known.again() : begun?.parts;
    if (takeover === undefined || parts === undefined) return this.rejected(await this.pursuit.end.gaveUp(failure.kind, failure));
    this.out.push(parts);
    if (takeover.spent) {
      this.out.push(takeover.answer.closing());
      return this.#closed(run, 'ended-at-limit', 'length');
    }
    if (run.shown === 'hard') this.pursuit.ledger.fated('continued');
    this.pursuit.teller.takenOver(run, failure, takeover.shown);
    this.pursuit.grown(takeover.facts);
    return this.pursuit.idle.progressed();
  }

  async #closed(run: AttemptRun<P>, mark: string, reason: 'tool-calls' | 'length'): Promise<void> {
    this.over = true;
    this.#last(await this.pursuit.end.closed(mark, run.joined), ({ usage }) => this.#spec.reader.closeTurn(usage ?? {}, reason));
  }

  leave(reason: unknown): CallFailure {
    this.over = true;
    this.out.clear();
    const racing = this.#heads.leave();
    return this.pursuit.left(racing.length > 0 || this.run === undefined ? racing : [this.run], reason);
  }
}
