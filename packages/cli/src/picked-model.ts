import type { Model, ModelOptions } from '@holdfast/core/engine';

/** A model that is another at each call. */
export const pickedModel = (name: string, pick: (options: ModelOptions) => Model): Model => ({
  specificationVersion: 'v4',
  provider: 'holdfast',
  modelId: name,
  supportedUrls: {},
  doGenerate: (options) => pick(options).doGenerate(options),
  doStream: (options) => pick(options).doStream(options),
});
