import type { Model } from '@holdfast/core';

type Part = Awaited<ReturnType<Model['doStream']>> extends { stream: ReadableStream<infer P> } ? P : never;
export type ModelAsk = Parameters<Model['doStream']>[0];

const USAGE = {
  inputTokens: { total: 10, noCache: 10, cacheRead: undefined, cacheWrite: undefined },
  outputTokens: { total: 5, text: 5, reasoning: undefined },
};
const finish = (unified: 'stop' | 'tool-calls'): Part => ({ type: 'finish', usage: USAGE, finishReason: { unified, raw: unified } });

/** A reply of text, in these pieces. */
export const replyOf = (...pieces: readonly string[]): readonly Part[] => [
  { type: 'text-start', id: 't' },
  ...pieces.map((delta): Part => ({ type: 'text-delta', id: 't', delta })),
  { type: 'text-end', id: 't' },
  finish('stop'),
];

/** A reply that calls tools, each by its id and name. */
export const callsTo = (...calls: readonly (readonly [id: string, name: string])[]): readonly Part[] => [
  ...calls.map(([toolCallId, toolName]): Part => ({ type: 'tool-call', toolCallId, toolName, input: '{}' })),
  finish('tool-calls'),
];

/** Answers by a function of what it is asked and how often it was; what it answers may come late. `asked`: all it was asked. */
export function scriptedModel(
  answer: (ask: ModelAsk, n: number) => readonly Part[] | Promise<readonly Part[]>,
): Model & { readonly asked: ModelAsk[] } {
  const asked: ModelAsk[] = [];
  return {
    specificationVersion: 'v4',
    provider: 'scripted',
    modelId: 'one',
    supportedUrls: {},
    asked,
    async doGenerate(ask) {
      asked.push(ask);
      const parts = await answer(ask, asked.length);
      const text = parts.map((part) => (part.type === 'text-delta' ? part.delta : '')).join('');
      return { content: [{ type: 'text', text }], finishReason: { unified: 'stop', raw: 'stop' }, usage: USAGE, warnings: [] };
    },
    async doStream(ask) {
      asked.push(ask);
      const parts = [...(await answer(ask, asked.length))];
      const pull = (out: ReadableStreamDefaultController<Part>): void => {
        const part = parts.shift();
        if (part) out.enqueue(part);
        else out.close();
      };
      return { stream: new ReadableStream<Part>({ pull }, { highWaterMark: 0 }) };
    },
  };
}
