import type { Part } from '../model.ts';

/**
 * Which blocks of an answer are open. Closes what was left open, drops ends of what is not, and begins what began without a start.
 * Text, reasoning and tool input each have ids of their own. Lists, not sets: there is hardly ever more than one of a kind.
 */
export class Blocks {
  readonly #hearsReasoning: boolean;
  readonly #text: string[] = [];
  readonly #reasoning: string[] = [];
  readonly #input: string[] = [];

  /** `hearsReasoning`: somebody wants to see every piece of it. */
  constructor(hearsReasoning = false) {
    this.#hearsReasoning = hearsReasoning;
  }

  /** A piece of a block that is open: the commonest part, and nothing to do for it. */
  goesOn(part: Part): boolean {
    if (part.type === 'text-delta') return this.#text.includes(part.id);
    // Signatures come with a piece of their own.
    return (
      part.type === 'reasoning-delta' && !this.#hearsReasoning && part.providerMetadata === undefined && this.#reasoning.includes(part.id)
    );
  }

  /** Puts `part`, and what must stand before it, into `out`; or nothing, where it repeats or ends what is not there. */
  take(part: Part, out: Part[]): void {
    switch (part.type) {
      case 'text-start':
        return begin(this.#text, part, out);
      case 'reasoning-start':
        return begin(this.#reasoning, part, out);
      case 'tool-input-start':
        return begin(this.#input, part, out);
      case 'text-delta':
        if (!this.#text.includes(part.id)) begin(this.#text, { type: 'text-start', id: part.id }, out);
        break;
      case 'reasoning-delta':
        if (!this.#reasoning.includes(part.id)) begin(this.#reasoning, { type: 'reasoning-start', id: part.id }, out);
        break;
      case 'tool-input-delta':
        // Without a start nobody knows the tool; the finished call holds the whole input anyway.
        if (!this.#input.includes(part.id)) return;
        break;
      case 'text-end':
        if (!left(this.#text, part.id)) return;
        break;
      case 'reasoning-end':
        if (!left(this.#reasoning, part.id)) return;
        break;
      case 'tool-input-end':
        if (!left(this.#input, part.id)) return;
        break;
      case 'tool-call':
        if (left(this.#input, part.toolCallId)) out.push({ type: 'tool-input-end', id: part.toolCallId });
        break;
    }
    out.push(part);
  }

  /** Ends everything that is open. */
  close(out: Part[]): void {
    for (const id of this.#reasoning) out.push({ type: 'reasoning-end', id });
    for (const id of this.#text) out.push({ type: 'text-end', id });
    for (const id of this.#input) out.push({ type: 'tool-input-end', id });
    this.#reasoning.length = 0;
    this.#text.length = 0;
    this.#input.length = 0;
  }
}

function begin(open: string[], part: Part & { readonly id: string }, out: Part[]): void {
  if (open.includes(part.id)) return;
  open.push(part.id);
  out.push(part);
}

/** False: it was not open. */
function left(open: string[], id: string): boolean {
  const at = open.indexOf(id);
  if (at >= 0) open.splice(at, 1);
  return at >= 0;
}
