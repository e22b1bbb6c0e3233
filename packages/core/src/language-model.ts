import { streamOf } from './answer-stream.ts';
import { assemble } from './assemble.ts';
import { attribute } from './call-info.ts';
import type { CallOptions, Chain } from './chain.ts';
import { NEVER, type Model, type ModelOptions, type Part } from './model.ts';
import { isModelFailure } from './rules/failure.ts';
import { labelled, type Labels } from './rules/labels.ts';
import { checkFormat } from './object-mode.ts';
import { NO_OPTIONS, ownOptionsOf, type OwnOptions } from './own-options.ts';
import { factsOf } from './request-facts.ts';

export type { HoldfastCallOptions } from './own-options.ts';

/** A chain as an AI SDK language model: the spec in, the spec out. `hash` keys the prompt hashes that leave the process. */
export function languageModel(chain: Chain<ModelOptions, Part>, hash: (text: string) => string, ambient: () => Labels = noLabels): Model {
  const call = async (options: ModelOptions, mode: CallOptions['mode']) => {
    const signal = options.abortSignal ?? NEVER;
    let labels = ambient();
    const messages = options.prompt.slice();
    try {
      checkFormat(options);
      const given = ownOptionsOf(options);
      const facts = factsOf(options, hash, given.timeouts, given.replay);
      if (given !== NO_OPTIONS || labels !== NO_LABELS) labels = labelled(labels, given);
      const answer = await chain.call(options, facts, callOptions(given, labels, { mode, signal, request: options }));
      return { answer, signal, told: (error: unknown) => attribute(error, { ...labels, messages }) };
    } catch (error) {
      const thrown: unknown = signal.aborted && isModelFailure(error) && error.kind === 'cancelled' ? signal.reason : error;
      attribute(thrown, { ...labels, messages });
      throw thrown;
    }
  };
  return {
    specificationVersion: 'v4',
    provider: 'holdfast',
    modelId: chain.name,
    supportedUrls: {},
    doGenerate: async (options) => {
      const { answer, told } = await call(options, 'whole');
      return assemble(answer).catch((error: unknown) => {
        told(error);
        throw error;
      });
    },
    doStream: async (options) => {
      const { answer, signal, told } = await call(options, 'stream');
      return { stream: streamOf(answer, signal, told) };
    },
  };
}

/** Most calls say nothing of themselves: nothing is copied then. */
function callOptions(given: OwnOptions, labels: Labels, call: CallOptions): CallOptions {
  if (given === NO_OPTIONS && labels === NO_LABELS) return call;
  const { timeouts: _, replay: _replay, ...own } = given;
  return { ...own, ...labels, ...call };
}

const NO_LABELS: Labels = {};
const noLabels = (): Labels => NO_LABELS;
