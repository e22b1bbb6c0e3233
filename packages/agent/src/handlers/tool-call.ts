import type { Clock } from '@holdfast/core';
import type { Prepared, ToolOutput } from '../ports.ts';
import { argumentsOf } from '../rules/arguments.ts';
import { BY } from '../rules/decision-source.ts';
import type { RunEvent, ToolCall } from '../rules/events.ts';
import { notAgain, refused, stoppedBefore, stoppedDuring } from '../rules/outcome.ts';
import { headAndTail } from '../rules/keep-output.ts';
import { isSessionError } from '../rules/session-error.ts';
import { timeLimitOf } from '../rules/time-limit.ts';
import type { Allowed } from '../rules/world.ts';
import { withTimeout } from '../tools/timeout.ts';
import { Asking } from './asking.ts';
import type { CallPorts, Landed, Ready, Result } from './call-ports.ts';
import { afterUse } from './tool-after.ts';

export type { CallPorts, ContextAsk, Landed, Ready } from './call-ports.ts';

/** What the model is told of a call that no longer is what was allowed. */
const MOVED = 'Not run: what it would touch has changed since it was allowed. Call it again if it is still wanted.';

/** Ms a stopped tool has to say how far it came. */
const LAST_WORDS = 50;

/** A call that cannot run has its result at once. */
export async function prepare(
  ports: CallPorts,
  call: ToolCall,
  allowed: Allowed | undefined,
  signal: AbortSignal,
): Promise<Ready | Result> {
  const { tools, judged, agent } = ports;
  const found = tools.get(call.name);
  const limit = found && timeLimitOf(found);
  const tool = found && limit !== undefined ? withTimeout(found, limit, ports.clock) : found;
  const parsed = argumentsOf(allowed?.input === undefined ? call : { ...call, input: allowed.input });
  const no = (why: string): Result => (allowed?.began ? notAgain(call, why) : refused(call, why));
  if (!tool) return no(`Tool '${call.name}' does not exist.`);
  if ('error' in parsed) return no(parsed.error);
  const asking = new Asking(signal);
  const context = ports.context(agent, call, signal, { record: ports.record, before: allowed?.inquiries ?? [], asking });
  try {
    if (!judged.changed(call.id, await tool.touches(parsed.input, context)))
      return { call, tool, input: parsed.input, held: await tool.prepare(parsed.input, context), ...(allowed && { allowed }), asking };
    asking.over();
    return no(MOVED);
  } catch (error) {
    asking.over();
    return no(messageOf(error));
  }
}

export const startOf = ({ call: { id, name }, held: { process }, allowed }: Ready): RunEvent => ({
  type: 'tool-start',
  id,
  name,
  ...(process && { process }),
  ...(allowed?.by !== undefined && { by: allowed.by }),
  ...(allowed?.input !== undefined && { input: allowed.input }),
});

/** Lets go of what was prepared, without running it. */
export function drop({ held, asking }: Ready): void {
  asking.over();
  held.drop();
}

/** What a stop kept from beginning; where it had begun before a restart, nobody knows. */
export const leftOut = (call: ToolCall, allowed: Allowed | undefined): Result =>
  allowed?.began ? notAgain(call, 'The user stopped the run.', BY.stopped) : stoppedBefore(call);

/** Runs it, or lets it go when stopped before. Rejects only when the session cannot be read or written: that is no result of a tool. */
export async function resultOf(ports: CallPorts, ready: Ready, signal: AbortSignal): Promise<Landed> {
  const { call, held, allowed, asking } = ready;
  if (signal.aborted) {
    drop(ready);
    return { result: leftOut(call, allowed), events: [] };
  }
  const work = running(call.name, held).catch((error: unknown): ToolOutput => {
    if (isSessionError(error)) throw error;
    return { output: `Error calling tool: ${messageOf(error)}`, failed: true };
  });
  const out = await untilStopped(ports.clock, work, signal).finally(() => asking.over());
  if (!out || signal.aborted) {
    const output = headAndTail(ports.redact([out?.output, stoppedDuring(call).output].filter(Boolean).join('\n')));
    return { result: { ...stoppedDuring(call), output }, events: out?.events ?? [] };
  }
  return afterUse(ports, ready, out, signal);
}

async function running(name: string, held: Prepared): Promise<ToolOutput> {
  const out = (await held.run()) as ToolOutput | undefined;
  if (typeof out?.output !== 'string') throw new Error(`${name} answered with no text; an output is {output, failed}`);
  return out;
}

function untilStopped(clock: Clock, work: Promise<ToolOutput>, signal: AbortSignal): Promise<ToolOutput | undefined> {
  return new Promise((resolve, reject) => {
    let letGo = () => {};
    const stop = () => void (letGo = clock.after(LAST_WORDS, () => resolve(undefined)));
    signal.addEventListener('abort', stop);
    const over = (): void => {
      signal.removeEventListener('abort', stop);
      letGo();
    };
    work.then(
      (out) => {
        over();
        resolve(out);
      },
      (error: unknown) => {
        over();
        reject(error);
      },
    );
  });
}

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error));
