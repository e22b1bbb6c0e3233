import { AttemptEnds } from './attempt-ends.ts';
import { AttemptRun } from './attempt-run.ts';
import { CallEnd } from './call-end.ts';
import type { CallFailure } from './call-failure.ts';
import type { CallOptions, ChainPorts, KnownChain } from './chain-spec.ts';
import { IdleTime } from './idle-time.ts';
import { Ledger, namesOf, originOf } from './ledger.ts';
import { Probe } from './probe.ts';
import { Retries } from './retries.ts';
import type { Beliefs } from './rules/belief.ts';
import type { ModelFailure } from './rules/failure.ts';
import { NO_BELIEFS } from './rules/health-verbs.ts';
import { next, type Moment, type Plan, type Step } from './rules/plan.ts';
import { planOf, refitted, without } from './rules/plan-start.ts';
import type { RequestFacts } from './rules/target.ts';
import { Teller, type Lost } from './teller.ts';
import { Waiting } from './waiting.ts';
import { Witness, type Worked } from './witness.ts';

type Do<K extends Step['do']> = Extract<Step, { readonly do: K }>;

/**
 * The way through a plan for one call: which attempt is next, and what it waits for.
 *
 * U1. The history and the beliefs decide; this file waits, claims, reports and tells, and decides nothing.
 * U2. One read of beliefs for an attempt, one claim for a probe, two reports at most (H9).
 * U3. Exactly one `call-end`, one record, however it ends.
 */
export class Pursuit<Q, P> {
  readonly id: string;
  readonly ledger: Ledger;
  readonly end: CallEnd;
  readonly #spec: KnownChain<Q, P>;
  readonly #ports: ChainPorts;
  readonly #options: CallOptions;
  #plan: Plan;
  #facts: RequestFacts;
  readonly ends: AttemptEnds<P>;
  readonly teller: Teller;
  readonly idle: IdleTime;
  readonly #waiting: Waiting;
  #beliefs: Beliefs = NO_BELIEFS;
  #waitsFor: number | undefined;
  #begun = 0;
  readonly #probe: Probe;
  readonly #retries: Retries;
  #lost: Lost | undefined;

  constructor(spec: KnownChain<Q, P>, ports: ChainPorts, worked: Worked, facts: RequestFacts, options: CallOptions) {
    this.id = options.id ?? ports.newId();
    this.#spec = spec;
    this.#ports = ports;
    this.#options = options;
    this.#facts = facts;
    this.#plan = planOf(spec, facts, options);
    this.ledger = new Ledger(namesOf(this.id, spec.name, options), ports.clock.now(), options.marks);
    const witness = new Witness(ports, facts, options.caller, spec.settings.cooldown, worked);
    this.#probe = new Probe(ports);
    this.#retries = new Retries(ports.health, ports.clock, options.caller);
    const began = ports.clock.mono();
    this.idle = new IdleTime(ports.clock, began);
    this.#waiting = new Waiting(ports.clock, options.signal);
    this.teller = new Teller(ports.emit, ports.clock, this.id);
    this.end = new CallEnd(this.ledger, witness, this.teller, ports.clock, began, options.ended);
    const { ledger, teller, end, idle } = this;
    this.ends = new AttemptEnds(ports, options.signal, { ledger, teller, end, idle, witness, probe: this.#probe });
    this.teller.began(spec.name, spec.refs, options);
  }

  /** Obeys the plan until it says whom to ask, and begins that attempt. Rejects with a `CallFailure` when it says stop; undefined: the consumer has left. */
  attempt(): AttemptRun<P> | Promise<AttemptRun<P> | undefined> {
    if (this.ledger.past.length > 0 || this.#options.signal.aborted || this.#options.purse) return this.#attempt();
    // The common call: nothing is believed, and it begins at once.
    const moment = this.#moment();
    const known = this.#ports.health.read(this.#spec.scopes, moment.now);
    const step = known instanceof Map && known.size === 0 && next(this.#plan, this.ledger.past, known, moment);
    if (!step || step.do !== 'try' || step.skips.length > 0 || step.lease !== 'none' || step.pause > 0) return this.#attempt(known);
    this.#retries.allows(this.#plan.targets[step.place]!, this.ledger.past, moment.now);
    return this.#begin(step, moment.left);
  }

  async #attempt(read?: Beliefs | PromiseLike<Beliefs>): Promise<AttemptRun<P> | undefined> {
    for (;;) {
      if (this.#options.signal.aborted) throw this.ends.cancelled(this.#options.signal.reason);
      const known = read ?? this.#ports.health.read(this.#spec.scopes, this.#ports.clock.now());
      read = undefined;
      this.#beliefs = known instanceof Map ? known : await known;
      if (this.#waiting.left) return undefined;
      const moment = this.#moment();
      const step = next(this.#plan, this.ledger.past, this.#beliefs, moment);
      for (const skip of step.skips) if (this.ledger.skipped(skip)) this.teller.tell({ type: 'skip', ...skip });
      if (step.do === 'stop') throw await this.#stopped(step);
      if (step.do === 'wait') {
        await this.#wait(step);
        continue;
      }
      const poorer = this.#options.purse && (await this.#options.purse.bars(this.#plan, step.place, this.#facts, this.ledger.spent));
      if (poorer) this.#plan = poorer;
      const allowed = !poorer && this.#retries.allows(this.#plan.targets[step.place]!, this.ledger.past, moment.now);
      if (allowed !== true && !(await allowed)) continue;
      if (this.#lost || step.pause > 0) await this.#approach(step);
      if (this.#waiting.left || (step.lease !== 'none' && !(await this.#claim(step)))) continue;
      return this.#begin(step);
    }
  }

  /** One wait is said once, however often it is looked at. */
  async #wait({ ms, place, why }: Do<'wait'>): Promise<void> {
    if (this.#waitsFor !== place) this.teller.waits(this.#plan.targets[place]!.ref, ms, why, this.#lost);
    this.#waitsFor = place;
    await this.#sleep(ms, 'wait');
  }

  #moment(): Moment {
    const { waited } = this.#waiting;
    return { now: this.#ports.clock.now(), left: this.#plan.total - this.idle.ms, waited, refused: this.#retries.refused };
  }

  /** Says what happens next about the failure just seen, and pauses where the plan says so (P2). */
  async #approach({ place, pause }: Do<'try'>): Promise<void> {
    const lost = this.#lost;
    this.#lost = undefined;
    if (lost && lost.place !== place) this.teller.switched(lost, this.#plan.targets[place]!.ref);
    else if (lost) this.teller.paused(lost, pause, this.ledger.at(place).length, this.#plan.retries);
    if (pause > 0) await this.#sleep(pause);
  }

  async #sleep(ms: number, how: 'sleep' | 'wait' = 'sleep'): Promise<void> {
    try {
      await this.#waiting[how](ms);
    } catch (reason) {
      throw this.ends.cancelled(reason);
    }
  }

  /** False: another call holds the lease, or took it first; the beliefs are read again. */
  async #claim(step: Do<'try'>): Promise<boolean> {
    const own = this.#retries.own(step.place, this.ledger.at(step.place));
    const ms = await this.#probe.claim(this.#plan.targets[step.place]!, this.#beliefs, own, step.lease === 'early');
    if (ms === 0 && this.#waiting.left) this.#probe.giveBack();
    if (ms === 0) return !this.#waiting.left;
    await this.#sleep(ms, 'wait');
    return false;
  }

  /** Who may be asked beside `run`, which is late: one that is free at once. `hedged`: for that alone, which draws on the endpoint's bucket (P6). */
  async rival(run: AttemptRun<P>, hedged: boolean, wanted: () => boolean): Promise<AttemptRun<P> | undefined> {
    const { past } = this.ledger;
    if (past.length + 2 > this.#plan.maxAttempts) return undefined;
    const step = next(without(this.#plan, run.target.place), past, this.#beliefs, this.#moment());
    if (step.do !== 'try' || step.lease !== 'none' || step.pause > 0) return undefined;
    const target = this.#plan.targets[step.place]!;
    if (hedged && !(await this.#retries.hedges(target))) return undefined;
    if (await this.#options.purse?.bars(this.#plan, step.place, this.#facts, this.ledger.spent, [run.target.place])) return undefined;
    if (!wanted() || this.#waiting.left || this.#options.signal.aborted) return undefined;
    this.teller.tell({ type: 'hedge', from: run.target.ref, to: target.ref, ms: run.ms() });
    return this.#begin(step);
  }

  #begin(step: Do<'try'>, left = this.#moment().left): AttemptRun<P> {
    const target = this.#plan.targets[step.place]!;
    const [attempt, tries] = [++this.#begun, this.ledger.at(step.place).length];
    const lease = step.lease === 'none' ? undefined : this.#probe.id;
    const { share } = step;
    const repairs = this.ledger.repairs(step.place);
    const start = { call: this.id, attempt, target, facts: this.#facts, share, left, from: this.#options, lease, ...repairs };
    const run = new AttemptRun<P>(start, this.#spec.reader.start(), this.#options.signal, this.#ports.clock);
    this.teller.tell({ type: 'attempt-start', attempt, target: target.ref, origin: originOf(target), tries, probe: lease !== undefined });
    this.teller.attend(run);
    this.#probe.seat(run);
    return run;
  }

  committed(run: AttemptRun<P>): Promise<void> | undefined {
    return this.ends.committed(run, this.#beliefs);
  }

  /** What broke `run`, told to everybody. Rejects when it was the caller who left. */
  async failed(run: AttemptRun<P>, error: unknown): Promise<ModelFailure> {
    return (this.#lost = await this.ends.failed(run, error)).failure;
  }

  /** P9: the request has grown by what was shown; who has no room for both is passed over. */
  grown(facts: RequestFacts): void {
    this.#facts = facts;
    this.#plan = refitted(this.#plan, facts);
  }

  /** Nobody reads any more. */
  left(runs: readonly AttemptRun<P>[], reason?: unknown): CallFailure {
    this.#waiting.leave();
    return this.ends.left(runs, reason);
  }

  #stopped({ kind, decisive, retryAt }: Do<'stop'>): Promise<CallFailure> {
    return this.end.gaveUp(kind, decisive === undefined ? this.#options.purse?.refusalFor(kind) : this.ledger.failures[decisive], retryAt);
  }
}
