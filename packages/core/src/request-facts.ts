import type { ModelOptions } from './model.ts';
import type { Replay } from './own-options.ts';
import { isEffort, type Effort, type RequestFacts } from './rules/target.ts';
import { beginsWith, isFixed } from './rules/transcript/growing.ts';

/** Characters a token takes, on average; an estimate that `fit` allows 10 % for. */
const CHARS = 4;

/** Tokens of an image, as most vendors count a large one. */
const IMAGE = 1500;

type Message = ModelOptions['prompt'][number];

/** Provider tools that only read; any other may change things at the provider (C10). */
const READS = /search|fetch|retriev/i;

/** What the plan must know of an AI SDK request. Sizes and hashes are computed when first asked for: most calls never ask. */
class PromptFacts implements RequestFacts {
  readonly timeouts: RequestFacts['timeouts'];
  readonly #options: ModelOptions;
  readonly #hash: (text: string) => string;
  readonly #replay: Replay | undefined;
  #tokens: number | undefined;
  #prompt: string | undefined;

  constructor(options: ModelOptions, hash: (text: string) => string, timeouts: RequestFacts['timeouts'], replay: Replay | undefined) {
    this.#replay = replay;
    this.#options = options;
    this.#hash = hash;
    this.timeouts = timeouts;
  }

  get tokens(): number {
    return (this.#tokens ??= promptSize(this.#options.prompt) + toolsSize(this.#options));
  }

  get prompt(): string {
    return (this.#prompt ??= this.#hash(JSON.stringify(this.#options.prompt)));
  }

  get text(): string {
    return this.#options.prompt.map(wordsOf).join('\n');
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
    return isEffort(reasoning) ? reasoning : undefined;
  }

  get stops(): boolean {
    return (this.#options.stopSequences?.length ?? 0) > 0;
  }

  get afterTool(): boolean {
    return this.#options.prompt.at(-1)?.role === 'tool';
  }

  /** Tools that the provider runs, answers kept in the background, histories that grow at the provider: sent twice, they happen twice. */
  get replayable(): boolean {
    const { tools, providerOptions } = this.#options;
    const replay = this.#replay;
    if (typeof replay === 'string') return replay === 'safe';
    for (const tool of tools ?? []) {
      if (tool.type !== 'provider') continue;
      const told = replay?.[tool.id] ?? replay?.[tool.name];
      if (told === undefined ? !READS.test(tool.id) : told === 'unsafe') return false;
    }
    if (providerOptions === undefined) return true;
    return !Object.values(providerOptions).some((options) => options['background'] === true || options['conversation'] !== undefined);
  }
}

const wordsOf = ({ content }: Message): string =>
  typeof content === 'string'
    ? content
    : content
        .map((part) => (part.type === 'text' || part.type === 'reasoning' ? part.text : part.type === 'file' ? '' : JSON.stringify(part)))
        .join('\n');

/** Sizes by identity: a conversation hands in the same messages and tools call after call, and only the new ones are looked at. */
const sizes = new WeakMap<object, number>();

function sized<T extends object>(what: T, measure: (what: T) => number): number {
  let size = sizes.get(what);
  if (size === undefined) sizes.set(what, (size = measure(what)));
  return size;
}

const toolsSize = ({ tools }: ModelOptions): number =>
  tools && tools.length > 0 ? sized(tools, (all) => Math.ceil(JSON.stringify(all).length / CHARS)) : 0;

/** Conversations that were counted, by their first message: a turn counts what is new. */
const counted = new WeakMap<Message, { readonly messages: Message[]; tokens: number }>();

function promptSize(prompt: readonly Message[]): number {
  const first = prompt[0];
  if (!first || !isFixed(first)) return prompt.reduce((sum, message) => sum + sized(message, sizeOf), 0);
  let known = counted.get(first);
  if (!known || !beginsWith(prompt, known.messages)) counted.set(first, (known = { messages: [], tokens: 0 }));
  let { tokens } = known;
  for (let at = known.messages.length; at < prompt.length; at++) {
    const message = prompt[at]!;
    tokens += sizeOf(message);
    if (known.messages.length < at || !isFixed(message)) continue;
    known.messages.push(message);
    known.tokens = tokens;
  }
  return tokens;
}

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

/** `hash` is keyed where its result leaves the process (field note 36). `timeouts`: the caller's own limits, in ms. */
export const factsOf = (
  options: ModelOptions,
  hash: (text: string) => string,
  timeouts?: RequestFacts['timeouts'],
  replay?: Replay,
): RequestFacts => new PromptFacts(options, hash, timeouts, replay);
