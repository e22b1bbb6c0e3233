import { streamOf } from './answer-stream.ts';
import { assemble } from './assemble.ts';
import type { CallOptions, Chain } from './chain.ts';
import { NEVER, type Model, type ModelOptions, type Part } from './model.ts';
import { isModelFailure } from './rules/failure.ts';
import { ownOptionsOf } from './own-options.ts';
import { factsOf } from './request-facts.ts';

export type { HoldfastCallOptions } from './own-options.ts';

/** A chain as an AI SDK language model: the spec in, the spec out. `hash` keys the prompt hashes that leave the process. */
export function languageModel(chain: Chain<ModelOptions, Part>, hash: (text: string) => string): Model {
  const call = async (options: ModelOptions, mode: CallOptions['mode']) => {
    const signal = options.abortSignal ?? NEVER;
    const { timeouts, ...own } = ownOptionsOf(options);
    try {
      return await chain.call(options, factsOf(options, hash, timeouts), { ...own, mode, signal });
    } catch (error) {
      if (signal.aborted && isModelFailure(error) && error.kind === 'cancelled') throw signal.reason;
      throw error;
    }
  };
  return {
    specificationVersion: 'v4',
    provider: 'holdfast',
    modelId: chain.name,
    supportedUrls: {},
    doGenerate: async (options) => assemble(await call(options, 'whole')),
    doStream: async (options) => ({ stream: streamOf(await call(options, 'stream'), options.abortSignal ?? NEVER) }),
  };
}
