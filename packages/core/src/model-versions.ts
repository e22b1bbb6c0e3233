import type {
  LanguageModelV2,
  LanguageModelV3,
  LanguageModelV4GenerateResult,
  LanguageModelV4StreamResult,
  SharedV4Warning,
} from '@ai-sdk/provider';
import type { Model, ModelOptions, Part } from './model.ts';
import { partUp, resultUp } from './rules/versions/answer-up.ts';
import { promptDown, type Older } from './rules/versions/prompt-down.ts';

/** A model of the AI SDK, of any interface version that is spoken here: 4 to 7 of its major versions. */
export type AnyModel = Model | LanguageModelV3 | LanguageModelV2;

const OLDER: ReadonlySet<unknown> = new Set<Older>(['v2', 'v3']);

/** Why it is no model that can be asked; undefined: it is one. */
export function modelProblem(model: unknown): string | undefined {
  const { doStream, doGenerate, specificationVersion } = (model ?? {}) as Partial<Model>;
  if (typeof model === 'string')
    return `is not an AI SDK language model but a text: pass a model object of a provider package, such as anthropic('claude-sonnet-4-5') of @ai-sdk/anthropic`;
  if (typeof doStream !== 'function' || typeof doGenerate !== 'function') return 'is not an AI SDK language model';
  if (specificationVersion === 'v4' || OLDER.has(specificationVersion)) return undefined;
  return `speaks version ${JSON.stringify(specificationVersion)} of the AI SDK's model interface; v2, v3 and v4 are known: update one of the two`;
}

/** The model as one of today's interface. A model is a class instance: it is asked, never copied. */
export function currentModel(model: AnyModel): Model {
  return model.specificationVersion === 'v4' ? model : new OlderModel(model);
}

class OlderModel implements Model {
  readonly specificationVersion = 'v4';
  readonly #model: LanguageModelV3 | LanguageModelV2;

  constructor(model: LanguageModelV3 | LanguageModelV2) {
    this.#model = model;
  }

  get provider(): string {
    return this.#model.provider;
  }

  get modelId(): string {
    return this.#model.modelId;
  }

  /** Where it asks, as the model itself keeps it. */
  get config(): unknown {
    return (this.#model as { readonly config?: unknown }).config;
  }

  get supportedUrls(): Model['supportedUrls'] {
    return this.#model.supportedUrls;
  }

  async doGenerate(options: ModelOptions): Promise<LanguageModelV4GenerateResult> {
    const result = resultUp(await this.#model.doGenerate(this.#down(options) as never));
    return { ...result, warnings: [...(result.warnings ?? []), ...left(options)] };
  }

  async doStream(options: ModelOptions): Promise<LanguageModelV4StreamResult> {
    const { stream, ...more } = await this.#model.doStream(this.#down(options) as never);
    return { ...more, stream: upStream(stream, left(options)) };
  }

  /** `reasoning` has no place there: each vendor's own options say it. */
  #down({ reasoning: _none, ...options }: ModelOptions): object {
    const version = this.#model.specificationVersion;
    const prompt = promptDown(options.prompt, version);
    if (version === 'v3') return { ...options, prompt };
    const tools = options.tools?.map((tool) => (tool.type === 'provider' ? { ...tool, type: 'provider-defined' } : tool));
    return { ...options, prompt, ...(tools && { tools }) };
  }
}

/** What is said of a request that had to be left out. */
const left = ({ reasoning }: ModelOptions): readonly SharedV4Warning[] =>
  reasoning === undefined || reasoning === 'provider-default'
    ? []
    : [{ type: 'unsupported', feature: 'reasoning', details: 'a model of this older interface takes it in its own provider options only' }];

/** One part for one asked, and a cancel that arrives (C3): a pipe would read ahead. */
function upStream(stream: ReadableStream<Parameters<typeof partUp>[0]>, said: readonly SharedV4Warning[]): ReadableStream<Part> {
  const reader = stream.getReader();
  return new ReadableStream<Part>(
    {
      pull: async (out) => {
        const { done, value } = await reader.read();
        if (done) out.close();
        else {
          const part = partUp(value);
          out.enqueue(part.type === 'stream-start' && said.length > 0 ? { ...part, warnings: [...part.warnings, ...said] } : part);
        }
      },
      cancel: (reason) => reader.cancel(reason),
    },
    { highWaterMark: 0 },
  );
}
