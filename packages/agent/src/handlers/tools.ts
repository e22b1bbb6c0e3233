import { follow, orAbort, type Link } from '@holdfast/core/engine';
import type { Handle } from '../drive.ts';
import type { SessionLog } from '../log.ts';
import type { RunEvent, ToolCall } from '../rules/events.ts';
import { stoppedBefore } from '../rules/outcome.ts';
import { prepare, resultOf, startOf, type CallPorts, type Ready, type Result } from './tool-call.ts';

export interface ToolsPorts extends CallPorts {
  readonly log: Pick<SessionLog, 'append'>;
}

/**
 * T1. Every `tool-start` is on disk before its tool runs.
 * T2. A call that could not be prepared did not run, and its result says so.
 * T3. Each result is recorded when it lands; a slow sibling holds none back.
 * T4. A `sequential` call runs alone: after what stands before it, before what stands behind it.
 * T5. A stop reaches every tool; one that does not heed it is left, its outcome unknown.
 * T6. A call that has to wait is prepared when its turn comes, and its `tool-start` is appended with the result it waited for: what
 *     never began is not taken for what may have run, and the order costs no append.
 */
export const toolsHandler =
  (ports: ToolsPorts): Handle<'tools'> =>
  async ({ before, calls }, signal) => {
    using link = follow(signal);
    return { events: await new Turns(ports, calls, signal, link).run(before) };
  };

/** The calls of one reply, a batch at a time. */
class Turns {
  readonly #ports: ToolsPorts;
  readonly #stop: AbortSignal;
  readonly #link: Link;
  readonly #recorded: RunEvent[] = [];
  #waiting: readonly (readonly ToolCall[])[];
  /** Prepared, and not running yet. */
  #ready: readonly Ready[] = [];

  /** `stop` is the user's; `link` follows it, and also ends what runs when a result cannot be stored. */
  constructor(ports: ToolsPorts, calls: readonly ToolCall[], stop: AbortSignal, link: Link) {
    this.#ports = ports;
    this.#stop = stop;
    this.#link = link;
    this.#waiting = batchesOf(calls, ports.tools);
  }

  /** Answers what was recorded. Stopped before the first batch is ready, all calls stay owed. */
  async run(before: readonly RunEvent[]): Promise<readonly RunEvent[]> {
    try {
      await this.#record([...before, ...(await this.#prepareNext())]);
      while (this.#ready.length > 0) await this.#runBatch();
      return this.#recorded;
    } finally {
      for (const { held } of this.#ready) held.drop();
    }
  }

  async #runBatch(): Promise<void> {
    const batch = this.#ready;
    this.#ready = [];
    let running = batch.length;
    const run = async (one: Ready) => {
      const result = await resultOf(this.#ports, one, this.#link.signal);
      // Results of one moment share an append: nothing is waited for that need not be.
      if (--running > 0 || this.#waiting.length === 0) return this.#record([result]);
      const begins = await this.#prepareNext();
      return this.#record([result, ...begins, ...this.#leftOut()]);
    };
    const works = batch.map((one) =>
      run(one).catch((error: unknown) => {
        this.#link.abort(error);
        throw error;
      }),
    );
    await allOf(works);
  }

  /** Answers how the next batch begins. One of which nothing can run is passed over; a stop leaves what waits as it is. */
  async #prepareNext(): Promise<readonly RunEvent[]> {
    const begins: RunEvent[] = [];
    while (this.#ready.length === 0 && !this.#link.signal.aborted) {
      const [next, ...rest] = this.#waiting;
      const prepared = next && (await prepareAll(this.#ports, next, this.#link.signal));
      if (!prepared) break;
      this.#waiting = rest;
      this.#ready = prepared.filter((one): one is Ready => 'held' in one);
      begins.push(...prepared.map((one) => ('held' in one ? startOf(one) : one)));
    }
    return begins;
  }

  /** What a stop keeps from beginning. */
  #leftOut(): readonly Result[] {
    if (!this.#stop.aborted) return [];
    const left = this.#waiting.flat().map(stoppedBefore);
    this.#waiting = [];
    return left;
  }

  async #record(events: readonly RunEvent[]): Promise<void> {
    if (events.length > 0) this.#recorded.push(...(await this.#ports.log.append(events)));
  }
}

/** Calls that may run side by side, or one that runs alone, in the order of the reply. */
function batchesOf(calls: readonly ToolCall[], tools: ToolsPorts['tools']): readonly (readonly ToolCall[])[] {
  const batches: ToolCall[][] = [];
  let open: ToolCall[] | undefined;
  for (const call of calls) {
    const alone = tools.get(call.name)?.sequential ?? false;
    if (open && !alone) open.push(call);
    else batches.push((open = [call]));
    if (alone) open = undefined;
  }
  return batches;
}

/** Undefined: stopped before all were ready; nothing is held any more. */
async function prepareAll(ports: ToolsPorts, calls: readonly ToolCall[], signal: AbortSignal): Promise<(Ready | Result)[] | undefined> {
  const work = Promise.all(calls.map((call) => prepare(ports, call, signal)));
  const ready = await orAbort(work, signal).catch(() => undefined);
  if (ready && !signal.aborted) return ready;
  void work.then((all) => all.forEach((one) => 'held' in one && one.held.drop()));
  return undefined;
}

/** Waits for all, then rejects with the first failure: no tool runs on unseen. */
async function allOf(works: readonly Promise<void>[]): Promise<void> {
  const failed = (await Promise.allSettled(works)).find((one) => one.status === 'rejected');
  if (failed) throw failed.reason;
}
