import type { Part } from '../model.ts';

/**
 * Which blocks of an answer are open. Closes what was left open, drops ends of what is not, and begins what began without a start.
 * Text, reasoning and tool input each have ids of their own.
 */
export class Blocks {
  readonly #text = new Set<string>();
  readonly #reasoning = new Set<string>();
  readonly #input = new Set<string>();

  /** A piece of a block that is open: the commonest part, and nothing to do for it. */
  goesOn(part: Part): boolean {
    if (part.type === 'text-delta') return this.#text.has(part.id);
    // Signatures come with a piece of their own.
    return part.type === 'reasoning-delta' && part.providerMetadata === undefined && this.#reasoning.has(part.id);
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
        if (!this.#text.has(part.id)) begin(this.#text, { type: 'text-start', id: part.id }, out);
        break;
      case 'reasoning-delta':
        if (!this.#reasoning.has(part.id)) begin(this.#reasoning, { type: 'reasoning-start', id: part.id }, out);
        break;
      case 'tool-input-delta':
        // Without a start nobody knows the tool; the finished call holds the whole input anyway.
        if (!this.#input.has(part.id)) return;
        break;
      case 'text-end':
        if (!this.#text.delete(part.id)) return;
        break;
      case 'reasoning-end':
        if (!this.#reasoning.delete(part.id)) return;
        break;
      case 'tool-input-end':
        if (!this.#input.delete(part.id)) return;
        break;
      case 'tool-call':
        if (this.#input.delete(part.toolCallId)) out.push({ type: 'tool-input-end', id: part.toolCallId });
        break;
    }
    out.push(part);
  }

  /** Ends everything that is open. */
  close(out: Part[]): void {
    for (const id of this.#reasoning) out.push({ type: 'reasoning-end', id });
    for (const id of this.#text) out.push({ type: 'text-end', id });
    for (const id of this.#input) out.push({ type: 'tool-input-end', id });
    this.#reasoning.clear();
    this.#text.clear();
    this.#input.clear();
  }
}

function begin(open: Set<string>, part: Part & { readonly id: string }, out: Part[]): void {
  if (open.has(part.id)) return;
  open.add(part.id);
  out.push(part);
}
