import type { AttemptRun } from './attempt-run.ts';
import type { KnownChain } from './chain-spec.ts';
import type { PartQueue } from './part-queue.ts';
import type { Clock } from './ports.ts';
import { NOT_A_CONTINUATION, type Continuer, type Cut, type Splice, type Spliced, type Way } from './rules/continuing.ts';
import { judgeAnswer, type Judged } from './rules/answer.ts';
import { ModelFailure } from './rules/failure.ts';
import { GrownFacts } from './rules/grown-facts.ts';
import type { Reading } from './rules/reader.ts';
import { anchorOf } from './rules/splice/anchor.ts';
import type { RequestFacts } from './rules/target.ts';
import { estimateTokens } from './rules/usage.ts';
import { END } from './source.ts';

/** Tokens: with fewer left nothing is worth asking for; the answer ends at the caller's limit (C6). */
const LEAST_LEFT = 16;
/** Of the tokens shown: a counter of ours is off by so much. */
const OFF = 1.02;
/**
 * An answer that broke after its first visible text and goes on elsewhere (C5, C6, P9). Belongs to one call; made at its first break.
 *
 * X1. The first answer's blocks stay as they are: what comes later is spliced into them.
 * X2. Nothing of a continuation is handed on before it is clear that it goes on.
 */
export class Takeover<Q, P> {
  /** The whole answer as its consumer sees it: the fold over what was handed on. */
  readonly answer: Reading<P>;
  readonly #spec: KnownChain<Q, P>;
  readonly #continuer: Continuer<Q>;
  readonly #request: Q;
  readonly #facts: RequestFacts;
  readonly #clock: Clock;
  #cut: Cut;
  #way: Way = 'instruction';
  #splice: Splice<P> | undefined;
  #openJoint = false;
  /** Places that had nothing to add: where a sentence had ended, two of them are believed (as in E4). */
  readonly #nothing = new Set<number>();

  /** Undefined: what was shown cannot be gone on with (C5). `parts` close what nobody goes on in. */
  static begin<Q, P>(
    spec: KnownChain<Q, P>,
    request: Q,
    facts: RequestFacts,
    clock: Clock,
    answer: Reading<P>,
  ): { readonly takeover: Takeover<Q, P>; readonly parts: readonly P[] } | undefined {
    const { continuer } = spec;
    if (continuer === undefined || continuer.structured(request) || continuer.bars(request) !== undefined) return undefined;
    const parts = answer.splice && answer.suspend?.();
    return parts && { takeover: new Takeover(spec, continuer, request, facts, clock, answer), parts };
  }

  private constructor(spec: KnownChain<Q, P>, continuer: Continuer<Q>, request: Q, facts: RequestFacts, clock: Clock, answer: Reading<P>) {
    this.#spec = spec;
    this.#continuer = continuer;
    this.#request = request;
    this.#facts = facts;
    this.#clock = clock;
    this.answer = answer;
    this.#cut = cutOf(answer, facts);
  }

  /** A continuation broke in its turn: what closes of the answer; undefined when that cannot be gone on with. */
  again(): readonly P[] | undefined {
    this.#openJoint ||= this.#splice?.openJoint ?? false;
    this.#nothing.clear();
    const parts = this.answer.suspend?.();
    this.#cut = cutOf(this.answer, this.#facts);
    return parts;
  }

  /** The caller's limit of tokens is reached, or as good as. */
  get spent(): boolean {
    return this.#cut.left !== undefined && this.#cut.left < LEAST_LEFT;
  }

  /** Characters shown so far. */
  get shown(): number {
    return this.#cut.shown.length;
  }

  /** Of the request with what was shown. */
  get facts(): RequestFacts {
    return new GrownFacts(this.#facts, estimateTokens(this.#cut.shown), this.#cut.left);
  }

  /** What `run`'s target is asked. A target that refused a prefill is told instead, and remembered (C6). */
  requestFor(run: AttemptRun<P>): Q {
    const { unfilled } = this.#spec;
    const key = `${run.target.entry}/${run.target.model}`;
    if (run.repair === 'prefill') unfilled.add(key);
    this.#way = !unfilled.has(key) && this.#continuer.prefills(this.#request, run.target) ? 'prefill' : 'instruction';
    run.answer = this.answer;
    this.#splice = this.answer.splice!({
      cut: this.#cut,
      way: this.#way,
      tools: this.#continuer.tools(this.#request),
      stops: this.#continuer.stops(this.#request),
      now: () => this.#clock.mono(),
    });
    return this.#continuer.ask(this.#request, this.#cut, this.#way, run.target);
  }

  /** Reads up to the joint; answers the finish part when it came first. Rejects with what broke the attempt. */
  async head(run: AttemptRun<P>, out: PartQueue<P>, committed: () => Promise<void> | undefined): Promise<P | typeof STOPPED | undefined> {
    for (;;) {
      run.watch?.pull();
      const part = await run.source!.next();
      if (part === END) throw run.whyEnded();
      const look = run.reading.look(part);
      run.watch?.saw(look);
      if (look.ends === 'error') throw run.whyFailed();
      if (look.ends === 'finish') return part;
      const went = this.take(part);
      if (went === 'rejected') throw another();
      if (!this.#splice!.joined) continue;
      await committed();
      this.pass(run, went.parts, out);
      return went.stopped && STOPPED;
    }
  }

  take(part: P): Spliced<P> {
    return this.#splice!.take(part);
  }

  /** Hands parts of the joined answer on, as C1 and C7 have it. */
  pass(run: AttemptRun<P>, parts: readonly P[], out: PartQueue<P>): void {
    for (const part of parts) {
      const look = this.answer.look(part);
      if (look.commit !== 'nothing') run.saw(look.commit);
      if (!look.hold && !out.holding) out.push([part]);
      else {
        out.hold(part);
        if (look.commit !== 'nothing') out.release();
      }
    }
  }

  /** At the finish of a continuation: it was none, or what was still held goes out. */
  judge(run: AttemptRun<P>, out: PartQueue<P>): Judged {
    const judged = judgeAnswer(run.reading, this.#facts, run.target, []);
    // That it has nothing to add, or will not go on, is for the joint to say.
    if (judged instanceof ModelFailure && judged.kind === 'refusal') return another();
    if (judged instanceof ModelFailure && judged.kind !== 'empty') return judged;
    const { place } = run.target;
    if (this.#splice!.silent) this.#nothing.add(place);
    const went = this.#splice!.end(this.#nothing.size > 1, run.reading.finish?.reason === 'stop');
    if (went === 'rejected') return another();
    this.pass(run, went.parts, out);
    this.counted(run);
    this.#openJoint ||= this.#splice!.openJoint;
    return this.#openJoint ? { mark: 'joint-open' } : {};
  }

  /** C9: what `run` told of its tokens is not what the answer took. What was never joined is no part of it. */
  counted(run: AttemptRun<P>): void {
    if (this.#splice === undefined) return;
    const { quote, anchor } = this.#cut.anchor;
    const added = this.#way === 'prefill' ? quote : quote + anchor;
    run.joined = { before: this.#cut.shown, added, dropped: this.#splice.joined ? this.#splice.dropped : run.reading.text.length };
  }
}

/** A stop sequence across the joint has ended the answer. */
export const STOPPED: unique symbol = Symbol('holdfast.stopped');

const another = (): ModelFailure =>
  new ModelFailure('malformed', 'was asked to go on with an answer and gave another one', { code: NOT_A_CONTINUATION, sameTarget: false });

function cutOf(answer: Reading<unknown>, { maxTokens }: RequestFacts): Cut {
  const { shown } = answer;
  const left = maxTokens === undefined ? undefined : Math.floor(maxTokens - estimateTokens(shown) * OFF);
  return { shown, anchor: anchorOf(shown), ...(left !== undefined && { left }) };
}
