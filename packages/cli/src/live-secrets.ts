import type { LiveEvent } from '@holdfast/agent';
import type { SecretRegistry } from '@holdfast/core/engine';

type Piece = LiveEvent & { readonly type: 'text' | 'reasoning' };

/**
 * An answer in the making, redacted as one text: a secret may be cut in two by its pieces.
 * S1. What may be the beginning of a secret waits for the piece that decides, or for the end of its block.
 * S2. What is withdrawn while it waits is never shown.
 */
export class LiveSecrets {
  readonly #secrets: Pick<SecretRegistry, 'redact' | 'redactDeep' | 'unsettled'>;
  #held: Piece | undefined;

  constructor(secrets: Pick<SecretRegistry, 'redact' | 'redactDeep' | 'unsettled'>) {
    this.#secrets = secrets;
  }

  /** What may be shown now. */
  take(event: LiveEvent): readonly LiveEvent[] {
    if (event.type === 'withdrawn') {
      this.#held = undefined;
      return [this.#secrets.redactDeep(event)];
    }
    const before = this.#held?.type === event.type ? [] : this.rest();
    const text = this.#secrets.redact((this.#held?.text ?? '') + event.text);
    const split = text.length - this.#secrets.unsettled(text);
    this.#held = split < text.length ? { ...event, text: text.slice(split) } : undefined;
    return split > 0 ? [...before, { ...event, text: text.slice(0, split) }] : before;
  }

  /** The block is over: it was no secret. */
  rest(): readonly LiveEvent[] {
    const held = this.#held;
    this.#held = undefined;
    return held ? [held] : [];
  }
}
