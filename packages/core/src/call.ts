import type { AttemptRun } from './attempt-run.ts';
import type { Answer, CallOptions, ChainPorts, KnownChain } from './chain-spec.ts';
import { PartQueue } from './part-queue.ts';
import { Pursuit } from './pursuit.ts';
import { judgeAnswer } from './rules/answer.ts';
import { ModelFailure } from './rules/failure.ts';
import type { Look } from './rules/reader.ts';
import type { CallRecord } from './rules/record.ts';
import type { RequestFacts } from './rules/target.ts';
import { END, type End, type Source } from './source.ts';
import type { Worked } from './witness.ts';

/** C1: what is held before the commit is bounded; past it the head goes out as if it were soft. */
const HELD_BYTES = 256 * 1024;

/** Why an attempt ends when its consumer gave none. */
const LEFT = new ModelFailure('cancelled', 'the consumer stopped reading');

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
  #held: P[] = [];
  #over = false;
  #pulling = true;

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
      const run = await this.#pursuit.attempt().catch(this.#rejected);
      this.#run = run;
      run.onLeft = this.#left;
      this.#held = [];
      try {
        run.source = await this.#ask(run);
        if (run.signal.aborted) run.source.cancel(run.signal.reason);
        await this.#head(run);
        this.#pulling = false;
        return;
      } catch (error) {
        if (this.#over) throw error;
        await this.#pursuit.failed(run, error).catch(this.#rejected);
      }
    }
  }

  readonly #rejected = (error: unknown): never => {
    this.#over = true;
    throw error;
  };

  #ask(run: AttemptRun<P>): PromiseLike<Source<P>> {
    const { ask } = this.#spec.served[run.target.place]!;
    const repair = run.repaired ? this.#pursuit.ledger.past.at(-1)?.failure.facts.repair : undefined;
    const request = repair === undefined ? this.#request : (this.#spec.repair?.(this.#request, repair, run.target) ?? this.#request);
    return ask(request, run);
  }

  /** Reads up to the commit (`stream`) or to the end (`whole`). What was read waits in `#out`. */
  async #head(run: AttemptRun<P>): Promise<void> {
    let bytes = 0;
    for (;;) {
      const { part, look } = await run.pull();
      if (look.ends === 'finish') return this.#finish(run, part);
      this.#held.push(part);
      bytes += this.#spec.reader.bytes?.(part) ?? 0;
      if (look.commit !== 'nothing') await this.#pursuit.committed(run);
      if (this.#options.mode === 'whole' || (look.commit === 'nothing' && bytes < HELD_BYTES)) continue;
      run.saw(look.commit === 'nothing' ? 'soft' : look.commit);
      this.#flush();
      return;
    }
  }

  #flush(): void {
    if (this.#held.length === 0) return;
    this.#out.push(this.#held);
    this.#held = [];
  }

  /** C2: a finish reason ends the answer; E4 and the reason itself say whether it is one. */
  async #finish(run: AttemptRun<P>, part: P): Promise<void> {
    const judged = judgeAnswer(run.reading, this.#facts, run.target, this.#pursuit.ledger.past);
    if (judged instanceof ModelFailure) throw judged;
    if (judged.mark !== undefined) this.#pursuit.ledger.marks.push(judged.mark);
    await this.#pursuit.committed(run);
    run.saw('hard');
    run.watch?.pull();
    await run.source!.next().catch(() => END);
    this.#flush();
    const record = this.#pursuit.end.won(run);
    this.#out.push([this.#spec.reader.finished?.(part, record) ?? part]);
    this.#over = true;
  }

  async next(): Promise<P | End> {
    for (;;) {
      if (!this.#out.empty) return this.#out.shift();
      if (this.#over) return END;
      if (this.#run === undefined) await this.open();
      const run = this.#run!;
      if (!this.#out.empty || this.#over) continue;
      this.#pulling = true;
      try {
        run.watch?.pull();
        const part = await run.source!.next();
        if (part === END) throw run.whyEnded();
        const look = run.reading.look(part);
        run.watch?.saw(look);
        if (look.ping) return part;
        if (look.ends === false && !look.hold && this.#held.length === 0) {
          if (look.commit === 'hard' && run.shown !== 'hard') run.saw('hard');
          return part;
        }
        await this.#unusual(run, part, look);
      } catch (error) {
        await this.#broke(run, error);
      } finally {
        this.#pulling = false;
      }
    }
  }

  /** The caller left while nobody was pulling: nobody else would notice. */
  readonly #left = (): void => {
    if (!this.#pulling) this.cancel(this.#options.signal.reason);
  };

  async #unusual(run: AttemptRun<P>, part: P, look: Look): Promise<void> {
    if (look.ends === 'error') throw run.whyFailed();
    if (look.ends === 'finish') return this.#finish(run, part);
    if (look.commit !== 'nothing') run.saw(look.commit);
    this.#held.push(part);
    if (!look.hold) this.#flush();
  }

  /** A break after the head went out. */
  async #broke(run: AttemptRun<P>, error: unknown): Promise<void> {
    this.#held = [];
    this.#run = undefined;
    const { reading } = run;
    const failure = await this.#pursuit.failed(run, error).catch(this.#rejected);
    const { reader } = this.#spec;
    if (run.shown !== 'hard') {
      this.#out.push(reading.closing());
      return;
    }
    if (reading.calls > 0) {
      const record = await this.#pursuit.end.closed();
      const parts = reader.closeTurn(record.usage ?? {});
      this.#out.push([...reading.closing(), ...parts.map((part) => reader.finished?.(part, record) ?? part)]);
      this.#over = true;
      return;
    }
    const partial = this.#options.onPartial ?? this.#spec.settings.onPartial;
    if (partial === 'fail') {
      this.#over = true;
      throw await this.#pursuit.end.gaveUp(failure.kind, failure);
    }
    this.#pursuit.withdrawn(run, failure);
    this.#out.push([...reading.closing(), reader.withdrawn(run.attempt, failure)]);
  }

  cancel(reason: unknown): void {
    if (this.#over) return;
    this.#over = true;
    this.#out.clear();
    this.#run?.end(reason ?? LEFT);
    this.#pursuit.left(reason ?? LEFT);
  }
}
