/** Each library as its own documents say it is used, over the AI SDK, with limits of the same length. */
import { holdfast, type Model } from '@holdfast/core';
import { generateText, streamText, type TimeoutConfiguration, type ToolSet } from 'ai';
import type { Peers } from '../peers.ts';
import { hear } from './outcome.ts';

/** Ms to the first content and between two pieces of it: as long for each library, where it has such a limit at all. */
export const LIMIT = 1000;

type Heard = Awaited<ReturnType<typeof hear>>;
export type How = 'stream' | 'generate';

export interface Contender {
  readonly name: string;
  /** Builds what is shared by the calls of a process, and answers with the way to make one. */
  over(models: readonly Model[], tools: ToolSet): (how: How) => Promise<Heard>;
}

const PROMPT = 'tell me';
const quiet = { onError: () => {} };
/** What the AI SDK offers to everybody who calls it. */
const LIMITS: TimeoutConfiguration<ToolSet> = { firstChunkMs: LIMIT, chunkMs: LIMIT, totalMs: 10 * LIMIT };

const whole = async (result: ReturnType<typeof generateText>): Promise<Heard> => {
  const { text, toolCalls, finishReason } = await result;
  return { text, calls: toolCalls.length, finish: finishReason, error: false };
};

const asked =
  (model: Model, tools: ToolSet, more: object = { timeout: LIMITS }) =>
  (how: How): Promise<Heard> =>
    how === 'stream'
      ? hear(streamText({ model, tools, prompt: PROMPT, ...quiet, ...more }))
      : whole(generateText({ model, tools, prompt: PROMPT, ...more }));

export const contenders = ({
  createFallback,
  createRetryableModel,
  retryableStreamText,
  retryableGenerateText,
}: Peers): readonly Contender[] => [
  {
    name: 'holdfast',
    over: (models, tools) => asked(holdfast({ models, timeouts: { firstToken: LIMIT, stall: LIMIT } }), tools, {}),
  },
  {
    name: 'ai-retry',
    over: ([model, ...retries], tools) =>
      asked(createRetryableModel({ model: model!, retries }), tools, { maxRetries: 0, timeout: LIMITS }),
  },
  {
    name: 'ai-retry around the call',
    over: ([model, ...retry], tools) => {
      const options = { model: model!, retry, tools, prompt: PROMPT, maxRetries: 0, timeout: LIMITS };
      return (how) => (how === 'stream' ? hear(retryableStreamText({ ...options, ...quiet })) : whole(retryableGenerateText(options)));
    },
  },
  { name: 'ai-fallback', over: (models, tools) => asked(createFallback({ models }), tools) },
  { name: 'AI SDK, one model', over: ([model], tools) => asked(model!, tools) },
];
