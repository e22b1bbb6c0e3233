import type { Clock } from '@holdfast/core';
import { follow, orAbort, type Link } from '@holdfast/core/engine';
import type { Handle } from '../drive.ts';
import type { SessionLog } from '../log.ts';
import type { Prepared, Tool, ToolOutput } from '../ports.ts';
import { argumentsOf } from '../rules/arguments.ts';
import type { RunEvent, ToolCall } from '../rules/events.ts';
import { refused, stoppedBefore, stoppedDuring } from '../rules/outcome.ts';

export interface ToolsPorts {
  readonly tools: ReadonlyMap<string, Tool>;
  readonly log: Pick<SessionLog, 'append'>;
  readonly clock: Clock;
  readonly cwd: string;
}

/** Ms a stopped tool has to say how far it came. */
const LAST_WORDS = 50;

type Result = RunEvent & { readonly type: 'tool-result' };
type Ready = { readonly call: ToolCall; readonly sequential: boolean; readonly held: Prepared };

/**
 * T1. Every `tool-start` is on disk before its tool runs.
 * T2. A call that could not be prepared did not run, and its result says so.
 * T3. Each result is recorded when it lands; a slow sibling holds none back.
 * T4. A `sequential` call runs alone: after what stands before it, before what stands behind it.
 * T5. A stop reaches every tool; one that does not heed it is left, its outcome unknown.
 */
export const toolsHandler =
  (ports: ToolsPorts): Handle<'tools'> =>
  async ({ before, calls }, signal) => {
    using link = follow(signal);
    const prepared = await prepareAll(ports, calls, link.signal);
    if (!prepared) return { events: before.length > 0 ? await ports.log.append(before) : [] };
    const ready = prepared.filter((one): one is Ready => 'held' in one);
    const begins = prepared.map((one) => ('held' in one ? startOf(one) : one));
    const events = [...(await append(ports, [...before, ...begins], ready))];
    const waiting = new Set(ready);
    const run = async (one: Ready) => {
      waiting.delete(one);
      events.push(...(await ports.log.append([await resultOf(ports, one, link.signal)])));
    };
    try {
      await runAll(ready, run, link);
    } finally {
      for (const { held } of waiting) held.drop();
    }
    return { events };
  };

/** Undefined: stopped before all were ready; nothing is held any more. */
async function prepareAll(ports: ToolsPorts, calls: readonly ToolCall[], signal: AbortSignal): Promise<(Ready | Result)[] | undefined> {
  const work = Promise.all(calls.map((call) => prepare(ports, call, signal)));
  const ready = await orAbort(work, signal).catch(() => undefined);
  if (ready && !signal.aborted) return ready;
  void work.then((all) => all.forEach((one) => 'held' in one && one.held.drop()));
  return undefined;
}

async function prepare({ tools, cwd }: ToolsPorts, call: ToolCall, signal: AbortSignal): Promise<Ready | Result> {
  const tool = tools.get(call.name);
  const parsed = argumentsOf(call);
  if (!tool) return refused(call, `Tool '${call.name}' does not exist.`);
  if ('error' in parsed) return refused(call, parsed.error);
  try {
    return { call, sequential: tool.sequential, held: await tool.prepare(parsed.input, { id: call.id, cwd, signal }) };
  } catch (error) {
    return refused(call, messageOf(error));
  }
}

const startOf = ({ call: { id, name }, held: { process } }: Ready): RunEvent => ({
  type: 'tool-start',
  id,
  name,
  ...(process && { process }),
});

async function append({ log }: ToolsPorts, events: readonly RunEvent[], ready: readonly Ready[]): Promise<readonly RunEvent[]> {
  try {
    return await log.append(events);
  } catch (error) {
    for (const { held } of ready) held.drop();
    throw error;
  }
}

async function runAll(ready: readonly Ready[], run: (one: Ready) => Promise<void>, link: Link): Promise<void> {
  // A result that cannot be stored ends its siblings too.
  const begin = (one: Ready) =>
    run(one).catch((error: unknown) => {
      link.abort(error);
      throw error;
    });
  const together: Promise<void>[] = [];
  for (const one of ready) {
    if (one.sequential) await allOf(together.splice(0));
    const work = begin(one);
    if (one.sequential) await work;
    else together.push(work);
  }
  await allOf(together);
}

/** Waits for all, then rejects with the first failure: no tool runs on unseen. */
async function allOf(works: readonly Promise<void>[]): Promise<void> {
  const failed = (await Promise.allSettled(works)).find((one) => one.status === 'rejected');
  if (failed) throw failed.reason;
}

async function resultOf({ clock }: ToolsPorts, { call, held }: Ready, signal: AbortSignal): Promise<Result> {
  if (signal.aborted) {
    held.drop();
    return stoppedBefore(call);
  }
  const work = running(held).catch((error: unknown): ToolOutput => ({
    output: `Error calling tool: ${messageOf(error)}`,
    failed: true,
  }));
  const out = await untilStopped(clock, work, signal);
  if (!out || signal.aborted)
    return { ...stoppedDuring(call), output: [out?.output, stoppedDuring(call).output].filter(Boolean).join('\n') };
  return { type: 'tool-result', id: call.id, name: call.name, output: out.output || '(no output)', failed: out.failed, how: 'done' };
}

const running = async (held: Prepared) => held.run();

async function untilStopped(clock: Clock, work: Promise<ToolOutput>, signal: AbortSignal): Promise<ToolOutput | undefined> {
  let letGo = () => {};
  let stop = () => {};
  const late = new Promise<undefined>((resolve) => {
    stop = () => void (letGo = clock.after(LAST_WORDS, () => resolve(undefined)));
    signal.addEventListener('abort', stop);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    signal.removeEventListener('abort', stop);
    letGo();
  }
}

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error));
