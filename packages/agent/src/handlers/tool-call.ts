import type { Clock } from '@holdfast/core';
import type { Prepared, Tool, ToolOutput } from '../ports.ts';
import { argumentsOf } from '../rules/arguments.ts';
import type { RunEvent, ToolCall } from '../rules/events.ts';
import type { Judged } from './judged.ts';
import { refused, stoppedBefore, stoppedDuring } from '../rules/outcome.ts';

export interface CallPorts {
  readonly tools: ReadonlyMap<string, Tool>;
  readonly judged: Judged;
  readonly clock: Clock;
  readonly cwd: string;
}

/** What the model is told of a call that no longer is what was allowed. */
const MOVED = 'Not run: what it would touch has changed since it was allowed. Call it again if it is still wanted.';

/** Ms a stopped tool has to say how far it came. */
const LAST_WORDS = 50;

export type Result = RunEvent & { readonly type: 'tool-result' };
export type Ready = { readonly call: ToolCall; readonly held: Prepared };

/** A call that cannot run has its result at once. */
export async function prepare({ tools, judged, cwd }: CallPorts, call: ToolCall, signal: AbortSignal): Promise<Ready | Result> {
  const tool = tools.get(call.name);
  const parsed = argumentsOf(call);
  if (!tool) return refused(call, `Tool '${call.name}' does not exist.`);
  if ('error' in parsed) return refused(call, parsed.error);
  const context = { id: call.id, cwd, signal };
  try {
    if (judged.changed(call.id, await tool.touches(parsed.input, context))) return refused(call, MOVED);
    return { call, held: await tool.prepare(parsed.input, context) };
  } catch (error) {
    return refused(call, messageOf(error));
  }
}

export const startOf = ({ call: { id, name }, held: { process } }: Ready): RunEvent => ({
  type: 'tool-start',
  id,
  name,
  ...(process && { process }),
});

/** Runs it, or lets it go when stopped before. Never rejects. */
export async function resultOf({ clock }: CallPorts, { call, held }: Ready, signal: AbortSignal): Promise<Result> {
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
