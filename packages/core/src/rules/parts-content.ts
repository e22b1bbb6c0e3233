import type { LanguageModelV4StreamPart } from '@ai-sdk/provider';
import { HARD, HELD, HELD_QUIET, isMarker, PALE, QUIET, seen, SOFT } from './commit.ts';
import type { OpenBlocks } from './open-blocks.ts';
import type { Look } from './reader.ts';

type Part = LanguageModelV4StreamPart;
type ContentPart = Extract<Part, { readonly type: 'tool-call' | 'file' | 'tool-result' | 'tool-approval-request' | 'custom' }>;

/** What an answer holds beside its text. */
export class PartsContent {
  calls = 0;
  /** Files, and whatever else stands as content of its own: calls that the provider runs, their results, vendors' own blocks. */
  files = 0;
  reasoned = false;
  /** Sources came with the text that is open. */
  cited = false;

  readonly #piece: typeof HELD;
  readonly #quietPiece: typeof HELD;

  /** `live`: pieces of tool calls are handed on as they come (C7). */
  constructor(live = false) {
    this.#piece = live ? HARD : HELD;
    this.#quietPiece = live ? QUIET : HELD_QUIET;
  }

  see(part: Part, blocks: OpenBlocks): Look {
    switch (part.type) {
      case 'reasoning-start':
      case 'reasoning-end':
        blocks.track(part);
        return seen(QUIET, blocks.textOpen);
      case 'reasoning-delta':
        // Omitted thinking comes as empty deltas that carry a signature: nothing was seen.
        if (!part.delta) return seen(QUIET, blocks.textOpen);
        this.reasoned = true;
        return seen(SOFT, blocks.textOpen);
      case 'tool-input-start':
      case 'tool-input-end':
        blocks.track(part);
        return seen(this.#quietPiece, blocks.textOpen);
      case 'tool-input-delta':
        return seen(part.delta ? this.#piece : this.#quietPiece, blocks.textOpen);
      case 'tool-call':
      case 'file':
      case 'tool-result':
      case 'tool-approval-request':
      case 'custom':
        return this.#content(part, blocks);
      case 'reasoning-file':
        this.reasoned = true;
        return seen(SOFT, blocks.textOpen);
      case 'source':
        this.cited = true;
        blocks.cited(part.id);
        return seen(PALE, blocks.textOpen);
      // Stream start, metadata, raw frames, and parts that a later version adds.
      default:
        return seen(QUIET, blocks.textOpen);
    }
  }

  #content(part: ContentPart, blocks: OpenBlocks): Look {
    if (part.type === 'custom' && isMarker(part.kind)) return seen(QUIET, blocks.textOpen);
    if (part.type === 'tool-call') blocks.called(part.toolCallId);
    if (part.type === 'tool-call' && !part.providerExecuted) this.calls++;
    else this.files++;
    return seen(HARD, blocks.textOpen);
  }
}
