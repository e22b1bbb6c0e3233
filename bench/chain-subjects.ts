/** Ways to ask two models as one: ours, a loop written by hand, and other libraries, each as its documents have it. */
import { holdfast, type Model } from '@holdfast/core';
import { MemoryHealth, type Belief, type ModelOptions, type Part } from '@holdfast/core/engine';
import type { Peers } from './peers.ts';

const DEADLINE_MS = 90_000;

const streaming = (model: Model, doStream: Model['doStream']): Model => ({
  ...model,
  specificationVersion: 'v4',
  provider: model.provider,
  modelId: model.modelId,
  supportedUrls: {},
  doGenerate: (options) => model.doGenerate(options),
  doStream,
});

/** Puts one pull-driven stream around another, and says when it is over: the least that any wrapper of a web stream costs. */
export function wrapped(stream: ReadableStream<Part>, over: () => void = () => {}): ReadableStream<Part> {
  const reader = stream.getReader();
  return new ReadableStream<Part>(
    {
      async pull(out) {
        const { done, value } = await reader.read();
        if (!done) return out.enqueue(value);
        over();
        out.close();
      },
      cancel(reason) {
        over();
        return reader.cancel(reason);
      },
    },
    { highWaterMark: 0 },
  );
}

/** What people write who need it today: one model after the other, each with a deadline. No commit, no memory, no record. */
const byHand = (models: readonly Model[]): Model =>
  streaming(models[0]!, async (options) => {
    let last: unknown;
    for (const model of models) {
      const control = new AbortController();
      const timer = setTimeout(() => control.abort(), DEADLINE_MS);
      try {
        const { stream } = await model.doStream({ ...options, abortSignal: control.signal });
        return { stream: wrapped(stream, () => clearTimeout(timer)) };
      } catch (error) {
        clearTimeout(timer);
        last = error;
      }
    }
    throw last;
  });

/** A chain, and what makes it forget what its last call taught it: a target that fails each time is to be asked each time. */
export interface Subject {
  readonly model: Model;
  readonly forget?: () => void;
}

const ours = (models: readonly Model[]): Subject => {
  const known: Map<string, Belief> = new Map();
  return { model: holdfast({ models, retries: 0, health: new MemoryHealth({ known }) }), forget: () => known.clear() };
};

/** Over the models as their documents have it. Of them cockatiel alone has a limit, and none has health or a record. */
const theirs = ({
  createFallback,
  createRetryableModel,
  cockatiel,
}: Peers): Readonly<Record<string, (models: readonly Model[]) => Subject>> => ({
  'ai-retry': ([model, ...retries]) => ({ model: createRetryableModel({ model: model!, retries }) }),
  'ai-fallback': (models) => ({ model: createFallback({ models, modelResetInterval: 0 }) }),
  'cockatiel with a timeout': ([first, second]) => {
    const { handleAll, timeout, fallback, wrap, TimeoutStrategy } = cockatiel;
    const limit = timeout(DEADLINE_MS, TimeoutStrategy.Aggressive);
    let asked: ModelOptions;
    const other = () => limit.execute(({ signal }) => second!.doStream({ ...asked, abortSignal: signal }));
    const policy = wrap(fallback(handleAll, other), limit);
    const doStream: Model['doStream'] = (options) => {
      asked = options;
      return policy.execute(({ signal }) => first!.doStream({ ...options, abortSignal: signal }));
    };
    return { model: streaming(first!, doStream) };
  },
});

export const subjects = (peers: Peers | undefined): Readonly<Record<string, (models: readonly Model[]) => Subject>> => ({
  chain: ours,
  'a loop by hand with a deadline': (models) => ({ model: byHand(models) }),
  ...(peers && theirs(peers)),
});
