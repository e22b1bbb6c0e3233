import { Answering } from './answering.ts';
import type { CallFailure } from './call-failure.ts';
import type { Answer, CallOptions, ChainPorts, KnownChain } from './chain-spec.ts';
import type { AttemptRun } from './attempt-run.ts';
import type { Look } from './rules/reader.ts';
import type { CallRecord } from './rules/record.ts';
import type { RequestFacts } from './rules/target.ts';
import { END, type End } from './source.ts';
import type { Worked } from './witness.ts';

/**
 * One answer through a chain, as its consumer pulls it: parts of the attempt in force, one for one. All state of the call is here and in
 * what it holds, and nowhere else.
 *
 * K2. After END or a rejection nothing of the call is left: no timer, no listener, no lease.
 * K3. One part is pulled for one part handed on; only the head before the commit, an unfinished tool call and a joint are held (C3, C7).
 */
export class Call<Q, P> implements Answer<P> {
  readonly #answering: Answering<Q, P>;
  readonly #signal: AbortSignal;
  #pulling = true;
  /** The caller left while nobody was reading: what the next read rejects with. */
  #unread: CallFailure | undefined;

  constructor(spec: KnownChain<Q, P>, ports: ChainPorts, worked: Worked, request: Q, facts: RequestFacts, options: CallOptions) {
    this.#signal = options.signal;
    this.#answering = new Answering(spec, ports, worked, request, facts, options);
  }

  get id(): string {
    return this.#answering.pursuit.id;
  }

  get ref(): string | undefined {
    return this.#answering.run?.target.ref;
  }

  get record(): CallRecord {
    return this.#answering.pursuit.end.record;
  }

  /** Asks target after target until one has shown something worth handing on. */
  async open(): Promise<this> {
    await this.#answering.open(this.#left);
    this.#pulling = false;
    return this;
  }

  /** The common part takes one promise: what is unusual goes the long way round. */
  next(): Promise<P | End> {
    const { run, over, out } = this.#answering;
    if (run === undefined || over || !out.empty) return this.#queued();
    this.#pulling = true;
    run.watch?.pull();
    return run.source!.next().then(this.#onPart, this.#onBreak);
  }

  #take: (part: P | End) => void = () => {};
  #fail: (error: unknown) => void = () => {};

  /** The common part takes no promise of its own. */
  pull(take: (part: P | End) => void, fail: (error: unknown) => void): void {
    const { run, over, out } = this.#answering;
    if (!out.empty) return take(out.shift());
    if (over && !this.#unread) return take(END);
    if (run?.source?.pull === undefined || over) return void this.next().then(take, fail);
    this.#take = take;
    this.#fail = fail;
    this.#pulling = true;
    run.watch?.pull();
    run.source.pull(this.#onPulled, this.#onLost);
  }

  readonly #onPulled = (part: P | End): void => {
    try {
      const taken = this.#onPart(part);
      if (taken instanceof Promise) taken.then(this.#take, this.#fail);
      else this.#take(taken);
    } catch (error) {
      this.#fail(error);
    }
  };

  readonly #onLost = (reason: unknown): void => void this.#onBreak(reason).then(this.#take, this.#fail);

  readonly #onPart = (part: P | End): P | Promise<P | End> => {
    this.#pulling = false;
    const answering = this.#answering;
    const run = answering.run!;
    if (part === END) return this.#onBreak(run.whyEnded());
    const look = run.reading.look(part);
    run.watch?.saw(look);
    if (look.ends !== false || look.hold || answering.out.holding || answering.takenOver) return this.#unusual(run, part, look);
    if (look.commit === 'hard' && run.shown !== 'hard') run.saw('hard');
    return part;
  };

  readonly #onBreak = async (error: unknown): Promise<P | End> => {
    if (this.#answering.over) return END;
    this.#pulling = true;
    await this.#answering.broke(this.#answering.run!, error);
    this.#pulling = false;
    return this.next();
  };

  /** What waits goes first; an answer that broke is taken up again when somebody asks for more of it. */
  async #queued(): Promise<P | End> {
    const answering = this.#answering;
    if (!answering.out.empty) return answering.out.shift();
    const unread = this.#unread;
    this.#unread = undefined;
    if (unread) throw unread;
    if (answering.over) return END;
    this.#pulling = true;
    answering.pursuit.idle.stopped();
    await this.open();
    return this.next();
  }

  /** The caller left while nobody was pulling: nobody else would notice. */
  readonly #left = (): void => {
    if (!this.#pulling && !this.#answering.over) this.#unread = this.#answering.leave(this.#signal.reason);
  };

  #unusual(run: AttemptRun<P>, part: P, look: Look): Promise<P | End> {
    const answering = this.#answering;
    if (look.ends === 'error') return this.#onBreak(run.whyFailed());
    if (look.ends === 'finish') {
      const failure = answering.finish(run, part);
      if (!(failure instanceof Promise)) return failure ? this.#onBreak(failure) : this.next();
      this.#pulling = true;
      return failure.then(() => this.next());
    }
    if (look.ping) return Promise.resolve(part);
    if (answering.takenOver) {
      answering.passed(run, part);
      return this.next();
    }
    if (look.commit !== 'nothing') run.saw(look.commit);
    answering.out.hold(part);
    if (look.commit !== 'nothing') answering.out.release();
    return this.next();
  }

  cancel(reason: unknown): void {
    if (!this.#answering.over) this.#answering.leave(reason);
  }
}
