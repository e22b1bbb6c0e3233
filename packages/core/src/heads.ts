import type { AttemptRun } from './attempt-run.ts';
import type { CallOptions, KnownChain } from './chain-spec.ts';
import { readHead } from './head.ts';
import type { Clock } from './ports.ts';
import type { Pursuit } from './pursuit.ts';
import { Race, type Came, type Entrant } from './race.ts';
import { judgeAnswer, type Judged } from './rules/answer.ts';
import { ModelFailure } from './rules/failure.ts';
import type { RequestFacts } from './rules/target.ts';
import type { STOPPED, Takeover } from './takeover.ts';

/** Bytes: a structured answer is held until it is whole, up to here (C5). */
const MOST_STRUCTURED = 4 * 1024 * 1024;
/** Ms: a probe that has shown nothing by then is raced (field note 21). */
const LONGEST_PROBE = 20_000;

/** The part that ended the answer before anything was shown; undefined: its first content is at hand. */
export type Head<P> = P | typeof STOPPED | undefined;

export interface HeadsOf<Q, P> {
  readonly spec: KnownChain<Q, P>;
  readonly clock: Clock;
  readonly pursuit: Pursuit<Q, P>;
  readonly request: Q;
  readonly facts: RequestFacts;
  readonly mode: CallOptions['mode'];
  readonly signal: AbortSignal;
  /** Held until it is whole. */
  readonly held: boolean;
}

/** The heads of one call's attempts: each alone, or two beside each other when the first is late. */
export class Heads<Q, P> {
  /** Told when the caller leaves while one is read. */
  onLeft: () => void = () => {};
  readonly #of: HeadsOf<Q, P>;
  #racing: Race<P, Head<P>> | undefined;

  constructor(of: HeadsOf<Q, P>) {
    this.#of = of;
  }

  /** Asks, and reads up to the first content. Rejects when the call is over. */
  of(entrant: Entrant<P>, takeover: Takeover<Q, P> | undefined): Promise<Came<P, Head<P>>> {
    const late = takeover ? undefined : this.#lateAfter(entrant.run);
    if (late !== undefined) return this.#race(entrant.run, late);
    return this.#came(entrant, takeover);
  }

  /** Nobody reads any more: the attempts under way beside each other. */
  leave(): readonly AttemptRun<P>[] {
    return this.#racing?.leave() ?? [];
  }

  /** Ms until another target is asked beside `run`: a probe that keeps silent (field note 21), a target that is late for once (hedging). */
  #lateAfter({ probe, target }: AttemptRun<P>): number | undefined {
    const { facts, spec } = this.#of;
    if ((!probe && !spec.firstTimes) || !facts.replayable) return undefined;
    return probe ? Math.min(spec.firstToken(target, facts), LONGEST_PROBE) : spec.firstTimes!.usual(target.place);
  }

  async #race(run: AttemptRun<P>, late: number): Promise<Came<P, Head<P>>> {
    const { clock, pursuit } = this.#of;
    const race: Race<P, Head<P>> = new Race({
      clock,
      read: (entrant) => this.#came(entrant, undefined, race).then(headOf),
      rival: (wanted) => pursuit.rival(run, !run.probe, wanted),
      failed: (other, error) => pursuit.failed(other, error),
      beaten: (other) => pursuit.ends.beaten(other),
      aborted: () => this.#of.signal.aborted,
      abandoned: (other) => pursuit.ends.abandoned(other, this.#of.signal.reason),
    });
    this.#racing = race;
    return race.between(run, late).finally(() => (this.#racing = undefined));
  }

  /** Never rejects. */
  async #came(entrant: Entrant<P>, takeover?: Takeover<Q, P>, race?: Race<P, Head<P>>): Promise<Came<P, Head<P>>> {
    const { spec } = this.#of;
    const { run, out } = entrant;
    run.onLeft = this.onLeft;
    try {
      run.source = await spec.served[run.target.place]!.ask(this.#requestFor(run, takeover), run);
      if (run.signal.aborted) run.source.cancel(run.signal.reason);
      if (takeover) return { entrant, head: await takeover.head(run, out, () => this.#of.pursuit.committed(run)) };
      const head = await this.#head(entrant, race);
      // Alone, it is judged when it ends; of two, the one that ended badly must not win.
      const judged = head === undefined || !race ? undefined : this.judge(run);
      return judged instanceof ModelFailure ? { entrant, error: judged } : { entrant, head };
    } catch (error) {
      return { entrant, error };
    }
  }

  #head({ run, out }: Entrant<P>, race: Race<P, Head<P>> | undefined): Promise<P | undefined> {
    const { spec, mode, held } = this.#of;
    const whole = mode === 'whole';
    const most = whole ? undefined : MOST_STRUCTURED;
    return readHead(run, out, { whole: whole || held, most, bytesOf: spec.reader.bytes, committed: () => this.#committed(run, race) });
  }

  #requestFor(run: AttemptRun<P>, takeover: Takeover<Q, P> | undefined): Q {
    const { spec, request } = this.#of;
    if (takeover) return takeover.requestFor(run);
    return (run.repair === undefined ? undefined : spec.repair?.(request, run.repair, run.target)) ?? request;
  }

  #committed(run: AttemptRun<P>, race: Race<P, Head<P>> | undefined): Promise<void> | undefined {
    if (run.firstMs !== undefined) return undefined;
    race?.shown(run);
    const told = this.#of.pursuit.committed(run);
    this.#of.spec.firstTimes?.saw(run.target.place, run.firstMs!);
    return told;
  }

  /** What a finished answer is, that nobody went on with. */
  judge(run: AttemptRun<P>): Judged {
    return judgeAnswer(run.reading, this.#of.facts, run.target, this.#of.pursuit.ledger.past);
  }
}

function headOf<P>(came: Came<P, Head<P>>): Head<P> {
  if ('error' in came) throw came.error;
  return came.head;
}
