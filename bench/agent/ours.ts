/** Our runtime as it is embedded: events, permissions and hooks (none of them configured) are there, and with a chain the record of each call. */
import { agentRuntime, memorySessions, openSqliteSessions, type Runtime, type SessionStore, type Tool } from '@holdfast/agent';
import { holdfast, type Model } from '@holdfast/core';
import { systemClock, systemNewId } from '@holdfast/core/engine';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lookTool, steppingModel } from './model.ts';
import { permitted } from './policy.ts';

export function runtimeOver(store: SessionStore, model: Model, tool: Tool = lookTool()): Runtime {
  return agentRuntime({
    agent: { name: 'bench', file: '/bench/agent.yaml', instruction: 'Go on looking.', cwd: '/bench' },
    tools: [tool],
    model,
    permit: permitted,
    store,
    clock: systemClock,
    newId: systemNewId,
    identity: { self: () => ({ pid: process.pid, started: '0', boot: '0' }), alive: () => true },
    redact: (data) => data,
    reap: async () => false,
    attended: false,
  });
}

export interface Opened {
  readonly store: SessionStore;
  readonly close: () => Promise<void>;
}

/** A store in a folder that goes with it. */
export async function sqliteSessions(): Promise<Opened & { readonly folder: string }> {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-bench-'));
  const store = await openSqliteSessions({ folder, alive: () => true });
  const close = async () => {
    await store.close();
    rmSync(folder, { recursive: true });
  };
  return { folder, store, close };
}

export type Run = (steps: number, asked: () => void) => Promise<string>;

const running =
  (open: () => Promise<Opened>, around: (model: Model) => Model): Run =>
  async (steps, asked) => {
    const { store, close } = await open();
    const runtime = runtimeOver(store, around(steppingModel(steps, asked)));
    const { why, answer, failure } = await (await runtime.start({ prompt: 'Go.' })).done;
    await runtime.close();
    await close();
    if (why !== 'done') throw new Error(`${why}: ${failure?.message ?? ''}`);
    return answer;
  };

const bare = (model: Model): Model => model;
const chained = (model: Model): Model => holdfast({ models: [model] });
const inMemory = async (): Promise<Opened> => ((store) => ({ store, close: () => store.close() }))(memorySessions());

/** A loop by hand over the same model: the least there is to do. */
const byHand: Run = async (steps, asked) => {
  const model = steppingModel(steps, asked);
  const prompt: Parameters<Model['doStream']>[0]['prompt'] = [{ role: 'user', content: [{ type: 'text', text: 'Go.' }] }];
  for (let text = ''; ;) {
    const { stream } = await model.doStream({ prompt });
    const reader = stream.getReader();
    let call: { readonly toolCallId: string; readonly toolName: string; readonly input: string } | undefined;
    for (let read = await reader.read(); !read.done; read = await reader.read()) {
      if (read.value.type === 'tool-call') call = read.value;
      if (read.value.type === 'text-delta') text += read.value.delta;
    }
    if (!call) return text;
    const { toolCallId, toolName } = call;
    const input = JSON.parse(call.input) as { readonly at: number };
    const value = `Seen at ${input.at}: nothing new.`;
    prompt.push(
      { role: 'assistant', content: [{ type: 'tool-call', toolCallId, toolName, input }] },
      { role: 'tool', content: [{ type: 'tool-result', toolCallId, toolName, output: { type: 'text', value } }] },
    );
  }
};

export const OURS = {
  'by hand': byHand,
  'in memory': running(inMemory, bare),
  'in memory, through a chain': running(inMemory, chained),
  SQLite: running(sqliteSessions, bare),
  'SQLite, through a chain': running(sqliteSessions, chained),
} satisfies Record<string, Run>;
