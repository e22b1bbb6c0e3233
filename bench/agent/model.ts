/** A model in process that makes one tool call a step, and a tool that has next to nothing to do. */
import type { Tool } from '@holdfast/agent';
import type { Model } from '@holdfast/core';

type Answer = Awaited<ReturnType<Model['doStream']>>;
type Part = Answer['stream'] extends ReadableStream<infer P> ? P : never;

const USAGE = {
  inputTokens: { total: 100, noCache: 100, cacheRead: undefined, cacheWrite: undefined },
  outputTokens: { total: 10, text: 10, reasoning: undefined },
};

const callOf = (id: string, at: number): Part => ({ type: 'tool-call', toolCallId: id, toolName: 'look', input: `{"at":${at}}` });

const DONE: readonly Part[] = [
  { type: 'text-start', id: '0' },
  { type: 'text-delta', id: '0', delta: 'done' },
  { type: 'text-end', id: '0' },
];

function streamOf(content: readonly Part[], reason: 'tool-calls' | 'stop'): ReadableStream<Part> {
  const finish: Part = { type: 'finish', usage: USAGE, finishReason: { unified: reason, raw: reason } };
  const parts: readonly Part[] = [{ type: 'stream-start', warnings: [] }, ...content, finish];
  let at = 0;
  const pull = (out: ReadableStreamDefaultController<Part>) => (at < parts.length ? out.enqueue(parts[at++]!) : out.close());
  return new ReadableStream<Part>({ pull }, { highWaterMark: 0 });
}

/** `steps` answers, all but the last with `calls` calls; then as many again. `asked` is told of each. */
export function steppingModel(steps: number, asked: () => void = () => {}, calls = 1): Model {
  let asks = 0;
  return {
    specificationVersion: 'v4',
    provider: 'bench',
    modelId: 'in-process',
    supportedUrls: {},
    doGenerate: () => Promise.reject(new Error('the loop streams')),
    doStream: () => {
      asked();
      const nth = (asks++ % steps) + 1;
      if (nth === steps) return Promise.resolve({ stream: streamOf(DONE, 'stop') });
      const content = Array.from({ length: calls }, (_, one) => callOf(`call-${nth}-${one}`, nth));
      return Promise.resolve({ stream: streamOf(content, 'tool-calls') });
    },
  };
}

/** `work` is what it waits for. */
export const lookTool = (work?: () => Promise<void>): Tool => ({
  name: 'look',
  description: 'Looks at a place.',
  parameters: { type: 'object', properties: { at: { type: 'integer' } } },
  readOnly: true,
  idempotent: true,
  sequential: false,
  touches: async () => ({ reads: ['/bench/place'], writes: [] }),
  prepare: async ({ at }) => ({
    run: async () => {
      await work?.();
      return { output: `Seen at ${String(at)}: nothing new.`, failed: false };
    },
    drop: () => {},
  }),
});
