import type { ModelOptions } from './model.ts';
import type { Effort, RequestFacts } from './rules/target.ts';

/** Characters a token takes, on average; an estimate that `fit` allows 10 % for. */
const CHARS = 4;

/** Tokens of an image, as most vendors count a large one. */
const IMAGE = 1500;

const EFFORTS: ReadonlySet<string> = new Set(['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max']);

type Message = ModelOptions['prompt'][number];

/** Provider tools that only read; any other may change things at the provider (C10). */
const READS = /search|fetch|retriev/i;

/** What the plan must know of an AI SDK request. Sizes and hashes are computed when first asked for: most calls never ask. */
class PromptFacts implements RequestFacts {
  readonly #options: ModelOptions;
  readonly #hash: (text: string) => string;
  #tokens: number | undefined;
  #prompt: string | undefined;

  constructor(options: ModelOptions, hash: (text: string) => string) {
    this.#options = options;
    this.#hash = hash;
  }

  get tokens(): number {
    return (this.#tokens ??= this.#options.prompt.reduce((sum, message) => sum + sizeOf(message), toolsSize(this.#options)));
  }

  get prompt(): string {
    return (this.#prompt ??= this.#hash(JSON.stringify(this.#options.prompt)));
  }

  get maxTokens(): number | undefined {
    return this.#options.maxOutputTokens;
  }

  get images(): boolean {
    return this.#options.prompt.some(
      ({ content }) => typeof content !== 'string' && content.some((part) => part.type === 'file' && part.mediaType.startsWith('image')),
    );
  }

  get effort(): Effort | undefined {
    const { reasoning } = this.#options;
    return reasoning !== undefined && EFFORTS.has(reasoning) ? (reasoning as Effort) : undefined;
  }

  get stops(): boolean {
    return (this.#options.stopSequences?.length ?? 0) > 0;
  }

  get afterTool(): boolean {
    return this.#options.prompt.at(-1)?.role === 'tool';
  }

  get replayable(): boolean {
    return !(this.#options.tools?.some((tool) => tool.type === 'provider' && !READS.test(tool.id)) ?? false);
  }
}

const toolsSize = ({ tools }: ModelOptions): number => (tools && tools.length > 0 ? Math.ceil(JSON.stringify(tools).length / CHARS) : 0);

function sizeOf({ content }: Message): number {
  if (typeof content === 'string') return Math.ceil(content.length / CHARS);
  let sum = 4;
  for (const part of content) {
    if (part.type === 'text' || part.type === 'reasoning') sum += part.text.length / CHARS;
    else if (part.type === 'file' || part.type === 'reasoning-file') sum += IMAGE;
    else sum += JSON.stringify(part).length / CHARS;
  }
  return Math.ceil(sum);
}

/** `hash` is keyed where its result leaves the process (field note 36). */
export const factsOf = (options: ModelOptions, hash: (text: string) => string): RequestFacts => new PromptFacts(options, hash);
