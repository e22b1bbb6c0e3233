import type { LanguageModelV4StreamPart } from '@ai-sdk/provider';

type Part = LanguageModelV4StreamPart;
type Kind = 'text' | 'reasoning' | 'tool-input';
type Edge = Extract<Part, { readonly type: `${Kind}-start` | `${Kind}-end` }>;

interface Block {
  readonly kind: Kind;
  readonly id: string;
  /** Its start may be kept back (C1, C7); what nobody saw needs no end. */
  shown: boolean;
}

/** Which blocks of AI SDK parts are open, in the order in which they were opened. */
export class OpenBlocks {
  #open: Block[] = [];
  /** Their ends are held back: for who reads them they are open. */
  #ending: Block[] = [];
  /** What comes now is held back. Set by who reads. */
  holding = false;
  #texts = 0;
  #held = 0;
  readonly #used: { readonly kind: Kind | 'source'; readonly id: string }[] = [];

  /** Every block and source there was, as `kind id`: looked through only where an answer is gone on with. */
  get used(): readonly string[] {
    return this.#used.map(({ kind, id }) => `${kind} ${id}`);
  }

  /** Text is what the consumer waits for: a text block is open, and no reasoning or tool call beside it (C4). */
  get textOpen(): boolean {
    return this.#texts > 0 && this.#texts === this.#open.length;
  }

  /** Some block's start or end has not been handed on. */
  get hidden(): boolean {
    return this.#held > 0 || this.#ending.length > 0;
  }

  /** Pieces of a call that is not complete were handed on. */
  get callShown(): boolean {
    return this.#open.some(({ kind, shown }) => kind === 'tool-input' && shown);
  }

  track({ type, id }: Edge): void {
    switch (type) {
      case 'text-start':
        return this.#begin('text', id);
      case 'reasoning-start':
        return this.#begin('reasoning', id);
      case 'tool-input-start':
        return this.#begin('tool-input', id);
      case 'text-end':
        return this.#close('text', id);
      case 'reasoning-end':
        return this.#close('reasoning', id);
      case 'tool-input-end':
        return this.#close('tool-input', id);
    }
  }

  #begin(kind: Kind, id: string): void {
    // Opened twice, it is one block: one end closes it.
    if (this.#open.some((block) => block.kind === kind && block.id === id)) return;
    const block: Block = { kind, id, shown: false };
    this.#open.push(block);
    this.#used.push(block);
    if (kind === 'text') this.#texts++;
    this.#held++;
  }

  cited(id: string): void {
    this.#used.push({ kind: 'source', id });
  }

  /** A call that is complete needs no end of its pieces. */
  called(id: string): void {
    this.#close('tool-input', id);
  }

  /** A part was handed on, and with it all that had been kept back. */
  shown(): void {
    if (!this.hidden) return;
    for (const block of this.#open) block.shown = true;
    this.#ending = [];
    this.#held = 0;
  }

  #close(kind: Kind, id: string): void {
    const at = this.#open.findIndex((block) => block.kind === kind && block.id === id);
    if (at < 0) return;
    const [block] = this.#open.splice(at, 1);
    if (kind === 'text') this.#texts--;
    if (!block!.shown) this.#held--;
    else if (this.holding) this.#ending.push(block!);
  }

  /** Open for who reads them. */
  #seen(): Block[] {
    return [...this.#ending, ...this.#open.filter(({ shown }) => shown)];
  }

  closing(): Part[] {
    this.#open = this.#seen();
    this.#ending = [];
    this.holding = false;
    return this.#open.map(endOf);
  }

  /** The text block that a continuation may go on in; all others that somebody has seen are closed. */
  suspend(): { readonly open: string | undefined; readonly parts: Part[] } {
    const seen = this.#seen();
    const text = seen.findLast(({ kind }) => kind === 'text');
    const parts = seen.filter((block) => block !== text).map(endOf);
    this.#open = text ? [text] : [];
    this.#ending = [];
    this.holding = false;
    this.#texts = this.#open.length;
    this.#held = 0;
    return { open: text?.id, parts };
  }
}

/** A cut reasoning block carries no signature that a provider would take: it is marked, and known when it comes back. */
const endOf = ({ kind, id }: Block): Part =>
  kind === 'reasoning' ? { type: 'reasoning-end', id, providerMetadata: { holdfast: { cut: true } } } : { type: `${kind}-end`, id };
