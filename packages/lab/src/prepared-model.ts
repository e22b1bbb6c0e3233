import type { LanguageModelV4 as Model, LanguageModelV4StreamPart as Part } from '@ai-sdk/provider';
import { contentOf, finishOf } from './scripted-parts.ts';

/**
 * Streams the same prepared parts at every call, one for each pull, and does nothing else: no log, no clock, no signal. For
 * measuring what is put around a model.
 */
export function preparedModel(parts: readonly Part[], id = 'prepared'): Model {
  const finish = parts.at(-1);
  const end = finish?.type === 'finish' ? finish : finishOf({});
  const whole = { content: contentOf(parts), finishReason: end.finishReason, usage: end.usage, warnings: [] };
  return {
    specificationVersion: 'v4',
    provider: 'lab',
    modelId: id,
    supportedUrls: {},
    doGenerate: () => Promise.resolve(whole),
    doStream: () => {
      let at = 0;
      const pull = (out: ReadableStreamDefaultController<Part>) => (at < parts.length ? out.enqueue(parts[at++]!) : out.close());
      return Promise.resolve({ stream: new ReadableStream<Part>({ pull }, { highWaterMark: 0 }) });
    },
  };
}
