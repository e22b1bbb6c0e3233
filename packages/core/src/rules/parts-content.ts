import type { LanguageModelV4StreamPart } from '@ai-sdk/provider';
import { HARD, isMarker, PALE, QUIET, seen, SOFT } from './commit.ts';
import type { OpenBlocks } from './open-blocks.ts';
import type { Look } from './reader.ts';

type Part = LanguageModelV4StreamPart;

/** What an answer holds beside its text. */
export class PartsContent {
  calls = 0;
  /** Files, and whatever else stands as content of its own: calls that the provider runs, their results, vendors' own blocks. */
  files = 0;
  reasoned = false;
  /** Sources came with the text that is open. */
  cited = false;

  see(part: Part, blocks: OpenBlocks): Look {
    switch (part.type) {
      case 'tool-call':
        blocks.called(part.toolCallId);
        if (part.providerExecuted) this.files++;
        else this.calls++;
        return seen(HARD, blocks.textOpen);
      case 'file':
      case 'tool-result':
      case 'tool-approval-request':
        this.files++;
        return seen(HARD, blocks.textOpen);
      case 'custom':
        if (isMarker(part.kind)) return seen(QUIET, blocks.textOpen);
        this.files++;
        return seen(HARD, blocks.textOpen);
      case 'reasoning-file':
        this.reasoned = true;
        return seen(SOFT, blocks.textOpen);
      case 'source':
        this.cited = true;
        return seen(PALE, blocks.textOpen);
      // Stream start, metadata, raw frames, and parts that a later version adds.
      default:
        return seen(QUIET, blocks.textOpen);
    }
  }
}
