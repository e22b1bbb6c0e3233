import { streamOf } from './answer-stream.ts';
import { assemble } from './assemble.ts';
import { isCallFailure } from './call-failure.ts';
import { attribute } from './call-info.ts';
import { checkRequest } from './call-wiring.ts';
import type { Answer, CallOptions, Chain } from './chain.ts';
import { keepLeft } from './left-records.ts';
import { NEVER, type Model, type ModelOptions, type Part } from './model.ts';
import { isModelFailure } from './rules/failure.ts';
import { labelled, type Labels } from './rules/labels.ts';
import { checkFormat } from './object-mode.ts';
import { NO_OPTIONS, ownOptionsOf, type OwnOptions } from './own-options.ts';
import { factsOf } from './request-facts.ts';

export type { HoldfastCallOptions } from './own-options.ts';

/** A chain as an AI SDK language model: the spec in, the spec out. `hash` keys the prompt hashes that leave the process. */
export function languageModel(chain: Chain<ModelOptions, Part>, hash: (text: string) => string, ambient: () => Labels = noLabels): Model {
  /** `out`: what its answer is to whoever asked. */
  const call = async <T>(options: ModelOptions, mode: CallOptions['mode'], out: Out<T>): Promise<T> => {
    checkRequest(options, mode === 'whole' ? 'doGenerate' : 'doStream');
    const signal = options.abortSignal ?? NEVER;
    let labels = ambient();
    let answer: Answer<Part>;
    const messages = options.prompt.slice();
    try {
      checkFormat(options);
      const given = ownOptionsOf(options);
      const facts = factsOf(options, hash, given.timeouts, given.replay);
      if (given !== NO_OPTIONS || labels !== NO_LABELS) labels = labelled(labels, given);
      answer = await chain.call(options, facts, callOptions(given, labels, { mode, signal, request: options }));
    } catch (error) {
      const left = signal.aborted && isModelFailure(error) && error.kind === 'cancelled';
      if (left && isCallFailure(error)) keepLeft(signal, error.record);
      const thrown: unknown = left ? signal.reason : error;
      attribute(thrown, { ...labels, messages });
      throw thrown;
    }
    return out(answer, signal, (error: unknown) => attribute(error, { ...labels, messages }));
  };
  return {
    specificationVersion: 'v4',
    provider: 'holdfast',
    modelId: chain.name,
    supportedUrls: {},
    doGenerate: (options) => call(options, 'whole', whole),
    doStream: (options) => call(options, 'stream', streamed),
  };
}

type Out<T> = (answer: Answer<Part>, signal: AbortSignal, told: (error: unknown) => void) => T | Promise<T>;

const streamed: Out<{ readonly stream: ReadableStream<Part> }> = (answer, signal, told) => ({ stream: streamOf(answer, signal, told) });

const whole: Out<Awaited<ReturnType<typeof assemble>>> = (answer, _, told) =>
  assemble(answer).catch((error: unknown) => {
    told(error);
    throw error;
  });

/** Most calls say nothing of themselves: nothing is copied then. */
function callOptions(given: OwnOptions, labels: Labels, call: CallOptions): CallOptions {
  if (given === NO_OPTIONS && labels === NO_LABELS) return call;
  const { timeouts: _, replay: _replay, ...own } = given;
  return { ...own, ...labels, ...call };
}

const NO_LABELS: Labels = {};
const noLabels = (): Labels => NO_LABELS;
