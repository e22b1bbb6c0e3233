import type { AttemptRun } from './attempt-run.ts';
import type { CallFailure } from './call-failure.ts';
import type { Answer, CallOptions, ChainPorts, KnownChain } from './chain-spec.ts';
import { readHead } from './head.ts';
import { PartQueue } from './part-queue.ts';
import { Pursuit } from './pursuit.ts';
import { judgeAnswer } from './rules/answer.ts';
import { ModelFailure } from './rules/failure.ts';
import { mendOf } from './rules/mend.ts';
import type { Look } from './rules/reader.ts';
import type { CallRecord } from './rules/record.ts';
import type { RequestFacts } from './rules/target.ts';
import { END, type End } from './source.ts';
import type { Worked } from './witness.ts';

/**
 * One answer through a chain: pulls parts from the attempt in force, hands them on, and mends what breaks. All state of the call
 * is here and in its pursuit, and nowhere else.
 *
 * K1. Before the commit nothing is handed on; a failure then is invisible to the consumer (C1).
 * K2. After END or a rejection nothing of the call is left: no timer, no listener, no lease.
 * K3. One part is pulled for one part handed on; only the head before the commit and an unfinished tool call are held (C3, C7).
 * K4. What was shown is continued by nobody: it is withdrawn by an explicit part, or the call fails with it (C5).
 */
export class Call<Q, P> implements Answer<P> {
  readonly #spec: KnownChain<Q, P>;
  readonly #pursuit: Pursuit<Q, P>;
  readonly #request: Q;
  readonly #facts: RequestFacts;
  readonly #options: CallOptions;
  #run: AttemptRun<P> | undefined;
  readonly #out = new PartQueue<P>();
  #over = false;
  #pulling = true;
  /** The caller left while nobody was reading: what the next read rejects with. */
  #unread: CallFailure | undefined;

  constructor(spec: KnownChain<Q, P>, ports: ChainPorts, worked: Worked, request: Q, facts: RequestFacts, options: CallOptions) {
    this.#spec = spec;
    this.#request = request;
    this.#facts = facts;
    this.#options = options;
    this.#pursuit = new Pursuit(spec, ports, worked, facts, options);
  }

  get id(): string {
    return this.#pursuit.id;
  }

  get record(): CallRecord {
    return this.#pursuit.end.record;
  }

  /** Asks target after target until one has shown something worth handing on. */
  async open(): Promise<void> {
    for (;;) {
      const run = (this.#run = await this.#pursuit.attempt().catch(this.#rejected));
      if (run === undefined) return;
      run.onLeft = this.#left;
      this.#out.forget();
      try {
        await this.#head(run);
        this.#pulling = false;
        return;
      } catch (error) {
        this.#run = undefined;
        if (this.#over) return;
        await this.#pursuit.failed(run, error).catch(this.#rejected);
      }
    }
  }

  readonly #rejected = (error: unknown): never => {
    this.#over = true;
    throw error;
  };

  async #head(run: AttemptRun<P>): Promise<void> {
    const { reader, served, repair } = this.#spec;
    const repaired = run.repair === undefined ? undefined : repair?.(this.#request, run.repair, run.target);
    run.source = await served[run.target.place]!.ask(repaired ?? this.#request, run);
    if (run.signal.aborted) run.source.cancel(run.signal.reason);
    const whole = this.#options.mode === 'whole';
    const finish = await readHead(run, this.#out, { whole, bytesOf: reader.bytes, committed: () => this.#pursuit.committed(run) });
    if (finish === undefined) return;
    const broken = await this.#finish(run, finish);
    if (broken) throw broken;
  }

  /** C2: a finish reason ends the answer; E4 and the reason itself say whether it is one. What follows it is left to end by itself, within the limits. */
  #finish(run: AttemptRun<P>, part: P): ModelFailure | undefined | Promise<undefined> {
    const judged = judgeAnswer(run.reading, this.#facts, run.target, this.#pursuit.ledger.past);
    if (judged instanceof ModelFailure) return judged;
    if (judged.mark !== undefined) this.#pursuit.end.mark(judged.mark);
    const told = this.#pursuit.committed(run);
    return told ? told.then(() => this.#whole(run, part)) : this.#whole(run, part);
  }

  #whole(run: AttemptRun<P>, part: P): undefined {
    if (this.#over) return undefined;
    run.saw('hard');
    this.#over = true;
    this.#out.release();
    this.#out.push([this.#spec.reader.finished?.(part, this.#pursuit.end.won(run)) ?? part]);
    run.drain();
    return undefined;
  }

  /** The common part takes one promise: what is unusual goes the long way round. */
  next(): Promise<P | End> {
    const run = this.#run;
    if (run === undefined || this.#over || !this.#out.empty) return this.#queued();
    this.#pulling = true;
    run.watch?.pull();
    return run.source!.next().then(this.#onPart, this.#onBreak);
  }

  readonly #onPart = (part: P | End): P | Promise<P | End> => {
    this.#pulling = false;
    const run = this.#run!;
    if (part === END) return this.#onBreak(run.whyEnded());
    const look = run.reading.look(part);
    run.watch?.saw(look);
    if (look.ends !== false || look.hold || this.#out.holding) return this.#unusual(run, part, look);
    if (look.commit === 'hard' && run.shown !== 'hard') run.saw('hard');
    return part;
  };

  readonly #onBreak = async (error: unknown): Promise<P | End> => {
    if (this.#over) return END;
    this.#pulling = true;
    await this.#broke(this.#run!, error);
    this.#pulling = false;
    return this.next();
  };

  /** What waits goes first; a withdrawn answer is begun again when somebody asks for it. */
  async #queued(): Promise<P | End> {
    if (!this.#out.empty) return this.#out.shift();
    const unread = this.#unread;
    this.#unread = undefined;
    if (unread) throw unread;
    if (this.#over) return END;
    this.#pulling = true;
    this.#pursuit.idle.stopped();
    await this.open();
    return this.next();
  }

  /** The caller left while nobody was pulling: nobody else would notice. */
  readonly #left = (): void => {
    if (!this.#pulling && !this.#over) this.#unread = this.#leave(this.#options.signal.reason);
  };

  #unusual(run: AttemptRun<P>, part: P, look: Look): Promise<P | End> {
    if (look.ends === 'error') return this.#onBreak(run.whyFailed());
    if (look.ends === 'finish') {
      const failure = this.#finish(run, part);
      if (!(failure instanceof Promise)) return failure ? this.#onBreak(failure) : this.next();
      this.#pulling = true;
      return failure.then(() => this.next());
    }
    if (look.ping) return Promise.resolve(part);
    if (look.commit !== 'nothing') run.saw(look.commit);
    this.#out.hold(part);
    if (look.commit !== 'nothing') this.#out.release();
    return this.next();
  }

  /** A break after the head went out: `mendOf` says what becomes of what was shown. */
  async #broke(run: AttemptRun<P>, error: unknown): Promise<void> {
    this.#out.forget();
    this.#run = undefined;
    const { reading, shown } = run;
    const { reader, settings } = this.#spec;
    const failure = await this.#pursuit.failed(run, error).catch(this.#rejected);
    if (this.#over) return;
    const mend = mendOf(shown, reading.calls, this.#options.onPartial ?? settings.onPartial);
    if (mend === 'fail') return this.#rejected(await this.#pursuit.end.gaveUp(failure.kind, failure));
    this.#out.push(reading.closing());
    if (mend === 'restart') {
      this.#pursuit.withdrawn(run, failure);
      this.#out.push([reader.withdrawn(run.attempt, failure)]);
    }
    if (mend !== 'close-turn') return this.#pursuit.idle.progressed();
    this.#over = true;
    const record = await this.#pursuit.end.closed();
    this.#out.push(reader.closeTurn(record.usage ?? {}).map((part) => reader.finished?.(part, record) ?? part));
  }

  cancel(reason: unknown): void {
    if (!this.#over) this.#leave(reason);
  }

  #leave(reason: unknown): CallFailure {
    this.#over = true;
    this.#out.clear();
    return this.#pursuit.left(this.#run, reason);
  }
}
