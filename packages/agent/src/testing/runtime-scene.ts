import type { Model } from '@holdfast/core';
import { systemClock } from '@holdfast/core/engine';
import type { RuntimePorts } from '../compose.ts';
import { memorySessions } from '../io/sessions-memory.ts';
import type { Tool } from '../ports.ts';
import type { EventRow, RunEvent } from '../rules/events.ts';
import type { Run, Runtime } from '../runtime.ts';
import { callsTo, replyOf, scriptedModel } from './scripted-model.ts';

/** Opens a runtime over these ports; the suite closes it. */
export type OpenPorts = (ports: RuntimePorts) => Promise<Runtime>;

/** What a runtime of a contract is built from: in memory, with a model and tools that do what they are told. */
export function scenePorts(model: Model, over: Partial<RuntimePorts> = {}): RuntimePorts {
  let ids = 0;
  return {
    agent: { name: 'root', file: '/team.yaml', instruction: 'Be brief.', cwd: '/work', description: 'does it', ref: 'scripted/one' },
    tools: [],
    model,
    permit: () => ({ do: 'run' }),
    store: memorySessions(),
    clock: systemClock,
    newId: () => `id-${++ids}`,
    identity: { self: () => ({ pid: 1, started: '1', boot: 'b' }), alive: () => true },
    redact: (data) => data,
    reap: async () => false,
    attended: true,
    ...over,
  };
}

/** A tool whose every call waits until the test lets it go. */
export function gatedTool(name: string): Tool & { readonly begun: Promise<void>; readonly go: () => void; ran: number } {
  const [begun, gate] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const tool = {
    name,
    description: `does ${name}`,
    parameters: { type: 'object', properties: {} },
    readOnly: false,
    idempotent: false,
    sequential: false,
    touches: async () => ({ reads: [], writes: [] }),
    prepare: async () => ({
      run: async () => {
        tool.ran++;
        begun.resolve();
        await gate.promise;
        return { output: `${name} ok`, failed: false };
      },
      drop: () => {},
    }),
    begun: begun.promise,
    go: () => gate.resolve(),
    ran: 0,
  };
  return tool;
}

/** A tool that is done at once. */
export function quickTool(name: string): ReturnType<typeof gatedTool> {
  const tool = gatedTool(name);
  tool.go();
  return tool;
}

export async function rowsOf(rows: AsyncIterable<EventRow>): Promise<readonly EventRow[]> {
  const all: EventRow[] = [];
  for await (const row of rows) all.push(row);
  return all;
}

export const typesOf = (rows: readonly EventRow[]): readonly string[] => rows.map(({ event }) => event.type);

/** The first event of a type. */
export async function firstOf<T extends RunEvent['type']>(run: Run, type: T): Promise<Extract<RunEvent, { readonly type: T }>> {
  for await (const { event } of run.events) if (event.type === type) return event as Extract<RunEvent, { readonly type: T }>;
  throw new Error(`the run ended without ${type}`);
}

/** Looks again and again; the test's own time limit ends it. */
export async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await systemClock.sleep(1, new AbortController().signal);
}

export const says = (...pieces: readonly string[]) => scriptedModel(() => replyOf(...pieces));
/** Calls a tool first, then says so. */
export const callsOnce = (name: string) => scriptedModel((_, n) => (n === 1 ? callsTo(['c1', name]) : replyOf('done')));
