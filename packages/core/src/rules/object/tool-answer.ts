import type { LanguageModelV4StreamPart } from '@ai-sdk/provider';
import { OBJECT_TOOL } from './mode.ts';

type Part = LanguageModelV4StreamPart;

/** The parts of an answer that came as the input of the forced tool, as the text it stands for. Calls of other tools pass. */
export class ToolAnswer {
  /** The tool's blocks that are under way, with the characters that have come. */
  readonly #open = new Map<string, number>();
  #given = false;
  #others = false;

  take(part: Part): readonly Part[] {
    switch (part.type) {
      case 'tool-input-start':
        if (part.toolName !== OBJECT_TOOL) return [part];
        this.#open.set(part.id, 0);
        return [{ type: 'text-start', id: part.id }];
      case 'tool-input-delta':
        if (!this.#open.has(part.id)) return [part];
        this.#open.set(part.id, this.#open.get(part.id)! + part.delta.length);
        return [{ type: 'text-delta', id: part.id, delta: part.delta }];
      case 'tool-input-end':
        return this.#open.has(part.id) ? [] : [part];
      case 'tool-call':
        return this.#called(part);
      case 'finish':
        return [this.#given && !this.#others ? { ...part, finishReason: { ...part.finishReason, unified: whole(part) } } : part];
      default:
        return [part];
    }
  }

  #called(part: Extract<Part, { readonly type: 'tool-call' }>): readonly Part[] {
    if (part.toolName !== OBJECT_TOOL) {
      this.#others ||= !part.providerExecuted;
      return [part];
    }
    this.#given = true;
    const { toolCallId: id, input } = part;
    const came = this.#open.get(id);
    this.#open.delete(id);
    const text: Part[] = came ? [] : [{ type: 'text-delta', id, delta: input }];
    return [...(came === undefined ? [{ type: 'text-start' as const, id }] : []), ...text, { type: 'text-end', id }];
  }
}

const whole = ({ finishReason }: Extract<Part, { readonly type: 'finish' }>): typeof finishReason.unified =>
  finishReason.unified === 'tool-calls' ? 'stop' : finishReason.unified;
