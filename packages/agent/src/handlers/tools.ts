import { follow, orAbort, type Link } from '@holdfast/core/engine';
import type { Handle } from '../drive.ts';
import type { Tool } from '../ports.ts';
import type { RunEvent, ToolCall } from '../rules/events.ts';
import type { Allowed, World } from '../rules/world.ts';
import { drop, leftOut, prepare, resultOf, startOf, type CallPorts, type Landed, type Ready } from './tool-call.ts';

export type ToolsPorts = Omit<CallPorts, 'tools' | 'agent' | 'record'>;

type Batch = World['tools']['ask'];

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
  async (batch, signal) => {
    const tools = await ports.toolbox(batch.agent).all(signal);
    using link = follow(signal);
    // Awaited here: the link is let go when this block is left.
    return await new Turns(ports, tools, batch, signal, link).run(batch.before);
  };

/** The calls of one reply, a batch at a time. */
class Turns {
  readonly #ports: CallPorts;
  readonly #allowed: ReadonlyMap<string, Allowed>;
  readonly #stop: AbortSignal;
  readonly #link: Link;
  readonly #recorded: RunEvent[] = [];
  #waiting: readonly (readonly ToolCall[])[];
  /** Prepared, and not running yet. */
  #ready: readonly Ready[] = [];
  /** Why a hook ends the run after these calls. */
  #halt: string | undefined;

  /** `stop` is the user's; `link` follows it, and also ends what runs when a result cannot be stored. */
  constructor(ports: ToolsPorts, tools: ReadonlyMap<string, Tool>, { agent, calls, allowed }: Batch, stop: AbortSignal, link: Link) {
    this.#ports = { ...ports, tools, agent, record: (events) => this.#record(events) };
    this.#allowed = new Map(allowed.map((one) => [one.id, one]));
    this.#stop = stop;
    this.#link = link;
    this.#waiting = batchesOf(calls, tools);
  }

  /** Answers what was recorded. Stopped before the first batch is ready, all calls stay owed. */
  async run(before: readonly RunEvent[]): Promise<World['tools']['answer']> {
    try {
      await this.#record([...before, ...(await this.#prepareNext()), ...this.#nextModel()]);
      while (this.#ready.length > 0) await this.#runBatch();
      return { events: this.#recorded, ...(this.#halt !== undefined && { stop: this.#halt }) };
    } finally {
      this.#ready.forEach(drop);
    }
  }

  async #runBatch(): Promise<void> {
    const batch = this.#ready;
    this.#ready = [];
    let running = batch.length;
    const run = async (one: Ready) => {
      const { result, events, halt } = await resultOf(this.#ports, one, this.#link.signal);
      this.#halt ??= halt;
      // Results of one moment share an append: nothing is waited for that need not be.
      if (--running > 0 || this.#waiting.length === 0) return this.#record([result, ...events]);
      const begins = await this.#prepareNext();
      return this.#record([result, ...events, ...begins, ...this.#leftOut()]);
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
    while (this.#ready.length === 0 && !this.#link.signal.aborted && this.#halt === undefined) {
      const [next, ...rest] = this.#waiting;
      const prepared = next && (await prepareAll(this.#ports, next, this.#allowed, this.#link.signal));
      if (!prepared) break;
      this.#waiting = rest;
      this.#ready = prepared.filter((one): one is Ready => 'held' in one);
      begins.push(...prepared.map((one) => ('held' in one ? startOf(one) : one)));
    }
    return begins;
  }

  /** The first called tool that wants a model of its own decides who answers next. */
  #nextModel(): readonly RunEvent[] {
    const { tools, agent } = this.#ports;
    const modelOf = ({ name }: ToolCall): string | undefined => tools.get(name)?.model;
    let ref: string | undefined;
    for (const { call } of this.#ready) ref ??= modelOf(call);
    for (const calls of this.#waiting) for (const call of calls) ref ??= modelOf(call);
    return ref === undefined ? [] : [{ type: 'model-choice', agent, ref, lasts: 'turn' }];
  }

  /** What a stop, or a hook that ends the run, keeps from beginning. */
  #leftOut(): readonly Landed['result'][] {
    if (!this.#stop.aborted && this.#halt === undefined) return [];
    const left = this.#waiting.flat().map((call) => leftOut(call, this.#allowed.get(call.id)));
    this.#waiting = [];
    return left;
  }

  async #record(events: readonly RunEvent[]): Promise<void> {
    if (events.length > 0) this.#recorded.push(...(await this.#ports.log.append(events)));
  }
}

/** Calls that may run side by side, or one that runs alone, in the order of the reply. */
function batchesOf(calls: readonly ToolCall[], tools: ReadonlyMap<string, Tool>): readonly (readonly ToolCall[])[] {
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
async function prepareAll(
  ports: CallPorts,
  calls: readonly ToolCall[],
  allowed: ReadonlyMap<string, Allowed>,
  signal: AbortSignal,
): Promise<(Ready | Landed['result'])[] | undefined> {
  const work = Promise.all(calls.map((call) => prepare(ports, call, allowed.get(call.id), signal)));
  const ready = await orAbort(work, signal).catch(() => undefined);
  if (ready && !signal.aborted) return ready;
  void work.then((all) => all.forEach((one) => 'held' in one && drop(one)));
  return undefined;
}

/** Waits for all, then rejects with the first failure: no tool runs on unseen. */
async function allOf(works: readonly Promise<void>[]): Promise<void> {
  if (works.length === 1) return works[0];
  const failed = (await Promise.allSettled(works)).find((one) => one.status === 'rejected');
  if (failed) throw failed.reason;
}
