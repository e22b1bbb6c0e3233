import type { LaneJob } from './lane-job.ts';
import type { LaneRegistry } from './lane-registry.ts';
import type { Lane } from './lane.ts';
import type { Attempt, Wrap } from './model.ts';
import type { Clock } from './ports.ts';
import { isModelFailure, ModelFailure } from './rules/failure.ts';
import { toldLimits } from './rules/hints/told-limits.ts';
import type { LaneGate } from './rules/lane-gate.ts';
import { costOf, reservedTokens } from './rules/lane-settings.ts';
import type { Limits } from './rules/limits.ts';
import type { RequestFacts, Target } from './rules/target.ts';

/** Ms above the limits inside it, where a lane says nothing of its own: the inner one is told first. */
const ABOVE = 60_000;
/** Ms a caller's next large request waits where the provider did not say. */
const LATER = 60_000;

export interface InLanePorts {
  readonly clock: Pick<Clock, 'now' | 'mono'>;
  readonly limitsOf: (target: Target, facts: RequestFacts) => Limits;
  readonly classify: (error: unknown, target: Target, now: number) => ModelFailure;
}

/**
 * A slot of the target's lane for every attempt. Goes outside the deadline: what is waited here is nobody's time but the call's own.
 *
 * W1. While it waits, an abort of the attempt ends the wait at once, and the call's `total` ends it too.
 * W2. With its slot, the attempt's own time begins. The slot is given back when the attempt is over, however it ends; `hold: open`: when it has begun to answer.
 * W3. What a lane refuses is a failure of the attempt that says nothing of the model (`rules/lane-failure.ts`).
 */
export const inLane =
  <Q, P>(lanes: LaneRegistry, ports: InLanePorts): Wrap<Q, P> =>
  (ask) =>
  async (request, attempt) => {
    const lane = lanes.laneFor(attempt.target);
    if (!lane) return ask(request, attempt);
    const gate = lanes.gateFor(lane, attempt.target);
    const job = await enter(lane, gate, attempt, ports);
    watchHead(job, gate, lane, attempt, ports);
    try {
      const source = await lane.within(job, () => ask(request, attempt));
      if (lane.settings.hold === 'open') keep(lane, job, attempt);
      return source;
    } catch (error) {
      end(job, 'failed', attempt);
      throw large(error, job, gate, lane.settings.tpm, attempt, ports);
    }
  };

async function enter(lane: Lane, gate: LaneGate, attempt: Attempt, ports: InLanePorts): Promise<LaneJob> {
  const { facts, from, target, signal } = attempt;
  const { detach, execTimeout = 0, tpm } = lane.settings;
  const tokens = reservedTokens(facts.tokens, facts.maxTokens);
  const began = ports.clock.mono();
  attempt.queued = true;
  try {
    const job = await lane.enter({
      caller: from?.caller,
      run: from?.run,
      priority: from?.priority,
      cost: costOf(facts.tokens, facts.maxTokens ?? 0),
      tokens,
      signal,
      gate: gate.of(from?.caller ?? '', tokens, tpm, began),
      waits: (position) => attempt.waits?.(lane.name, position),
      queueTimeout: attempt.left,
      execTimeout: execTimeout > 0 ? execTimeout : (ports.limitsOf(target, facts).attempt ?? Infinity) + ABOVE,
    });
    attempt.entered?.(job.waitedMs, detach === 'all' && from?.mode === 'whole');
    const ended = attempt.onEnd;
    attempt.onEnd = () => {
      ended?.();
      end(job, 'done', attempt);
    };
    job.work!.told = { cut: (reason) => attempt.abort(reason as ModelFailure) };
    if (!signal.aborted) return job;
    end(job, 'cancelled', attempt);
    throw signal.reason;
  } catch (error) {
    if (attempt.laneWaitMs === undefined) attempt.entered?.(ports.clock.mono() - began, false);
    throw error;
  }
}

/** W2: its slot is free; where so many answers may be open, it counts until it is over. */
function keep(lane: Lane, job: LaneJob, attempt: Attempt): void {
  // Over meanwhile: its source is let go by who asked for it.
  if (job.state !== 'running') return;
  const ended = attempt.onEnd;
  const over = lane.keep(job);
  attempt.onEnd = () => {
    ended?.();
    over();
  };
}

/** What was really used settles what was reckoned with; where nobody told, that stands. */
function end(job: LaneJob, outcome: 'done' | 'failed' | 'cancelled', { used, facts }: Attempt): void {
  const output = used?.output;
  if (output === undefined) return job.end(outcome);
  const input = used?.input ?? facts.tokens;
  job.end(outcome, costOf(input, output), input + output);
}

/** The provider's own count of what is left (G1). */
function watchHead(job: LaneJob, gate: LaneGate, lane: Lane, attempt: Attempt, { clock }: InLanePorts): void {
  const told = attempt.head;
  attempt.head = (status, headers) => {
    told?.(status, headers);
    const { rpm, tpm } = lane.settings;
    const now = clock.now();
    const limits = toldLimits(headers, now).filter(({ of }) => (of === 'requests' ? rpm : tpm) === Infinity);
    gate.tell(job.work!, limits, now, clock.mono());
    lane.changed(gate);
  };
}

/**
 * A rate limit that a large request met by itself says nothing of the others (field note 35): its caller's next large one waits, and
 * nobody else.
 */
function large(error: unknown, job: LaneJob, gate: LaneGate, tpm: number, attempt: Attempt, ports: InLanePorts): unknown {
  if (!gate.isLarge(job.tokens, tpm)) return error;
  const [now, mono] = [ports.clock.now(), ports.clock.mono()];
  const failure = isModelFailure(error) ? error : ports.classify(error, attempt.target, now);
  if (failure.kind !== 'rate-limit' || failure.facts.lane) return error;
  gate.tooLarge(job.caller, mono + (failure.facts.retryAt === undefined ? LATER : failure.facts.retryAt - now), mono);
  return new ModelFailure(failure.kind, failure.message, { ...failure.facts, shortened: true }, { cause: error });
}
