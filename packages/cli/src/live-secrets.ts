import type { LiveEvent } from '@holdfast/agent';
import type { SecretRegistry } from '@holdfast/core/engine';

type Piece = LiveEvent & { readonly type: 'text' | 'reasoning' | 'tool-input' | 'tool-output' };

/**
 * An answer in the making, and the output of tools that run, each redacted as one text: a secret may be cut in two by its pieces.
 * S1. What may be the beginning of a secret waits for the piece that decides, or for the end of its block.
 * S2. What is withdrawn while it waits is never shown.
 * S3. Agents and tools that work at once are texts of their own.
 */
export class LiveSecrets {
  readonly #secrets: Pick<SecretRegistry, 'redact' | 'redactDeep' | 'unsettled'>;
  readonly #held = new Map<string, Piece>();

  constructor(secrets: Pick<SecretRegistry, 'redact' | 'redactDeep' | 'unsettled'>) {
    this.#secrets = secrets;
  }

  /** What may be shown now. */
  take(event: LiveEvent): readonly LiveEvent[] {
    const key = keyOf(event);
    if (event.type === 'withdrawn') {
      this.#held.delete(key);
      return [this.#secrets.redactDeep(event)];
    }
    const held = this.#held.get(key);
    const same = held && blockOf(held) === blockOf(event);
    const before = held && !same ? [held] : [];
    const text = this.#secrets.redact((same ? held.text : '') + event.text);
    const split = text.length - this.#secrets.unsettled(text);
    if (split < text.length) this.#held.set(key, { ...event, text: text.slice(split) });
    else this.#held.delete(key);
    return split > 0 || event.text === '' ? [...before, { ...event, text: text.slice(0, split) }] : before;
  }

  /** The blocks are over: it was no secret. */
  rest(): readonly LiveEvent[] {
    const held = [...this.#held.values()];
    this.#held.clear();
    return held;
  }
}

const keyOf = (event: LiveEvent): string => JSON.stringify([event.path, event.type === 'tool-output' ? event.call : '']);

const blockOf = (event: Piece): string => (event.type === 'tool-input' ? `tool-input ${event.id}` : event.type);
