import type { Model } from '@holdfast/core';
import { systemClock } from '@holdfast/core/engine';
import { agentRuntime, type RuntimePorts } from '../src/compose.ts';
import { memorySessions } from '../src/io/sessions-memory.ts';
import type { SessionStore, Tool, ToolOutput } from '../src/ports.ts';
import type { RunEvent } from '../src/rules/events.ts';
import type { Run } from '../src/runtime.ts';

type Part = Awaited<ReturnType<Model['doStream']>> extends { stream: ReadableStream<infer P> } ? P : never;
export type CallOptions = Parameters<Model['doStream']>[0];

const USAGE = {
  inputTokens: { total: 10, noCache: 10, cacheRead: undefined, cacheWrite: undefined },
  outputTokens: { total: 5, text: 5, reasoning: undefined },
};

export const finish = (unified: 'stop' | 'tool-calls' = 'stop', holdfast?: object): Part => ({
  type: 'finish',
  usage: USAGE,
  finishReason: { unified, raw: unified },
  ...(holdfast && { providerMetadata: { holdfast: holdfast as never } }),
});

export const text = (...pieces: readonly string[]): Part[] => [
  { type: 'text-start', id: 't' },
  ...pieces.map((delta): Part => ({ type: 'text-delta', id: 't', delta })),
  { type: 'text-end', id: 't' },
];

export const call = (toolCallId: string, toolName: string, input: unknown = {}): Part => ({
  type: 'tool-call',
  toolCallId,
  toolName,
  input: typeof input === 'string' ? input : JSON.stringify(input),
});

export const says = (...pieces: readonly string[]): Part[] => [...text(...pieces), finish()];
export const calls = (...parts: readonly Part[]): Part[] => [...parts, finish('tool-calls')];

/** A model that answers by a function of the call; what it answers may be a rejection, or a stream that hangs at its end. */
export function modelOf(
  answer: (options: CallOptions, n: number) => readonly Part[] | Promise<readonly Part[]>,
  hang = false,
): Model & { asked: CallOptions[] } {
  const asked: CallOptions[] = [];
  return {
    specificationVersion: 'v4',
    provider: 'fake',
    modelId: 'one',
    supportedUrls: {},
    asked,
    doGenerate: () => Promise.reject(new Error('not asked for')),
    async doStream(options) {
      asked.push(options);
      const parts = [...(await answer(options, asked.length))];
      return {
        stream: new ReadableStream<Part>(
          {
            pull(out) {
              const part = parts.shift();
              if (part) out.enqueue(part);
              else if (!hang) out.close();
            },
          },
          { highWaterMark: 0 },
        ),
      };
    },
  };
}

export interface FakeTool extends Partial<Pick<Tool, 'idempotent' | 'sequential' | 'readOnly' | 'touches'>> {
  readonly run?: (input: Readonly<Record<string, unknown>>, id: string, signal: AbortSignal) => Promise<ToolOutput> | ToolOutput;
}

export function toolOf(
  name: string,
  { run = () => ({ output: `${name} ok`, failed: false }), ...rest }: FakeTool = {},
): Tool & { ran: string[] } {
  const ran: string[] = [];
  return {
    name,
    description: `does ${name}`,
    parameters: { type: 'object', properties: {} },
    readOnly: false,
    idempotent: false,
    sequential: false,
    touches: async () => ({ reads: [], writes: [] }),
    prepare: async (input, { id, signal }) => ({
      run: async () => (ran.push(id), run(input, id, signal)),
      drop: () => {},
    }),
    ...rest,
    ran,
  };
}

let ids = 0;
const SELF = { pid: 1, started: '1', boot: 'b' };

export function portsOf(over: Partial<RuntimePorts> & Pick<RuntimePorts, 'model'>): RuntimePorts {
  return {
    agent: { name: 'root', file: '/a.yaml', instruction: 'Be brief.', cwd: '/work' },
    tools: [],
    permit: () => ({ do: 'run' }),
    store: memorySessions(),
    clock: systemClock,
    newId: () => `id-${++ids}`,
    identity: { self: () => SELF, alive: () => true },
    redact: (data) => data,
    reap: async () => false,
    attended: true,
    ...over,
  };
}

export const runtimeOf = (over: Parameters<typeof portsOf>[0]) => agentRuntime(portsOf(over));

export async function eventsOf(store: SessionStore, session: string) {
  return (await store.read(session, 0)).map(({ event }) => event);
}

/** Resolves with the first row of a type. */
export async function seen<T extends RunEvent['type']>(run: Run, type: T): Promise<Extract<RunEvent, { type: T }>> {
  for await (const { event } of run.events) if (event.type === type) return event as Extract<RunEvent, { type: T }>;
  throw new Error(`the run ended without ${type}`);
}
