import { limitText } from './duration.ts';
import { ModelFailure, type FailureKind, type FailureFacts } from './failure.ts';

/**
 * What a lane says of a job that it does not serve. For a chain each is a failure of the attempt that cools nothing (`shortened`) and
 * sends the call to its next target, which may be in another lane; the same target is not asked again.
 */
const refusal = (kind: FailureKind, code: string, message: string, lane: NonNullable<FailureFacts['lane']>): ModelFailure =>
  new ModelFailure(kind, message, { code, sameTarget: false, shortened: true, lane });

const who = (caller: string): string => (caller === '' ? 'a caller without a name' : `caller ${caller}`);

const waits = (calls: number): string =>
  calls === 0 ? 'nobody may wait' : `${calls} ${calls === 1 ? 'call waits' : 'calls wait'} already`;

interface Waiting {
  readonly size: number;
  readonly callers: ReadonlyMap<string, { readonly queued: number }>;
}

/** Why a job of `caller`, counted already, may not wait; undefined: it may. */
export function fullOf(
  name: string,
  caller: string,
  limits: { readonly queue: number; readonly queuePerCaller: number },
  waiting: Waiting,
): ModelFailure | undefined {
  const all = waiting.size - 1;
  if (all >= limits.queue) return full(name, caller, all, waits(all));
  if (limits.queuePerCaller === Infinity) return undefined;
  const own = waiting.callers.get(caller)!.queued - 1;
  return own >= limits.queuePerCaller
    ? full(name, caller, own, own === 0 ? 'none of a caller may wait' : `${own} of that caller ${own === 1 ? 'waits' : 'wait'} already`)
    : undefined;
}

const full = (name: string, caller: string, depth: number, why: string): ModelFailure =>
  refusal('rate-limit', 'queue-full', `lane ${name} is full: ${why} (${who(caller)})`, { name, caller, depth });

export const laneClosed = (name: string, caller: string, depth: number): ModelFailure =>
  refusal('overload', 'lane-closed', `lane ${name} is closed (${who(caller)})`, { name, caller, depth });

export const queueTimeout = (name: string, caller: string, depth: number, ms: number): ModelFailure =>
  refusal(
    'rate-limit',
    'queue-timeout',
    `no free slot in lane ${name} within ${limitText(ms)}, with ${depth} in the queue (${who(caller)})`,
    {
      name,
      caller,
      depth,
    },
  );

export const execTimeout = (name: string, caller: string, depth: number, ms: number): ModelFailure =>
  new ModelFailure('timeout', `not over within the ${limitText(ms)} that lane ${name} gives a job`, {
    limit: 'exec',
    shortened: true,
    lane: { name, caller, depth },
  });
