import type { LanguageModelV4Content, LanguageModelV4GenerateResult } from '@ai-sdk/provider';
import type { Part } from './model.ts';
import { END, type Source } from './source.ts';

type Metadata = LanguageModelV4GenerateResult['providerMetadata'];

/** A text or reasoning block while it grows. */
interface Growing {
  readonly type: 'text' | 'reasoning';
  readonly pieces: string[];
  providerMetadata?: NonNullable<Metadata>;
}

type Result = { -readonly [K in keyof LanguageModelV4GenerateResult]: LanguageModelV4GenerateResult[K] };

/** Collects the parts of one answer; blocks keep the order in which they were opened. */
class Assembly {
  readonly #blocks: (Growing | LanguageModelV4Content)[] = [];
  readonly #open = new Map<string, Growing>();
  readonly #result: Result = {
    content: [],
    finishReason: { unified: 'other', raw: undefined },
    usage: {
      inputTokens: { total: undefined, noCache: undefined, cacheRead: undefined, cacheWrite: undefined },
      outputTokens: { total: undefined, text: undefined, reasoning: undefined },
    },
    warnings: [],
  };

  add(part: Part): void {
    switch (part.type) {
      case 'text-start':
      case 'reasoning-start':
        return this.#start(part.type === 'text-start' ? 'text' : 'reasoning', part.id, part.providerMetadata);
      case 'text-delta':
      case 'reasoning-delta':
      case 'text-end':
      case 'reasoning-end':
        return this.#grow(part);
      case 'stream-start':
        this.#result.warnings = part.warnings;
        return;
      case 'response-metadata': {
        const { type: _, ...response } = part;
        this.#result.response = response;
        return;
      }
      case 'finish':
        this.#result.finishReason = part.finishReason;
        this.#result.usage = part.usage;
        if (part.providerMetadata) this.#result.providerMetadata = part.providerMetadata;
        return;
      case 'tool-input-start':
      case 'tool-input-delta':
      case 'tool-input-end':
      case 'ping':
      case 'raw':
      case 'error':
        return;
      case 'custom':
        // The head of a message belongs to the stream; what it says is in the answer's own fields.
        if (part.kind !== 'anthropic.message_start') this.#blocks.push(part);
        return;
      default:
        this.#blocks.push(part);
    }
  }

  #start(type: Growing['type'], id: string, metadata: Metadata): void {
    const block: Growing = { type, pieces: [], ...(metadata && { providerMetadata: metadata }) };
    this.#open.set(`${type}:${id}`, block);
    this.#blocks.push(block);
  }

  #grow(part: Extract<Part, { type: 'text-delta' | 'reasoning-delta' | 'text-end' | 'reasoning-end' }>): void {
    const block = this.#open.get(`${part.type.startsWith('text') ? 'text' : 'reasoning'}:${part.id}`);
    if (!block) return;
    if ('delta' in part) block.pieces.push(part.delta);
    if (part.providerMetadata) block.providerMetadata = { ...block.providerMetadata, ...part.providerMetadata };
  }

  get result(): LanguageModelV4GenerateResult {
    this.#result.content = this.#blocks.map((block) =>
      'pieces' in block
        ? { type: block.type, text: block.pieces.join(''), ...(block.providerMetadata && { providerMetadata: block.providerMetadata }) }
        : block,
    );
    return this.#result;
  }
}

/** A whole answer from its parts, for callers that do not stream. */
export async function assemble(source: Source<Part>): Promise<LanguageModelV4GenerateResult> {
  const assembly = new Assembly();
  for (;;) {
    const part = await source.next();
    if (part === END) return assembly.result;
    assembly.add(part);
  }
}
