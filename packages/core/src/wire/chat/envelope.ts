import { isText, type JsonObject } from '../json.ts';
import type { EncoderStart } from '../protocol.ts';

/** What all chunks of one answer say alike: as its first chunks said, else as we would. */
export class Envelope {
  #id: string | undefined;
  #model: string | undefined;
  #created: number | undefined;
  #fingerprint: string | undefined;
  readonly #start: EncoderStart;
  #head: string | undefined;
  #known = false;

  constructor(start: EncoderStart) {
    this.#start = start;
  }

  /** Azure's first chunk has an empty name. */
  note(json: JsonObject): void {
    if (this.#known || this.#head !== undefined) return;
    const { id, model, created, system_fingerprint: fingerprint } = json;
    if (isText(id) && id !== '') this.#id ??= id;
    if (isText(model) && model !== '') this.#model ??= model;
    if (typeof created === 'number' && created > 0) this.#created ??= created;
    if (isText(fingerprint)) this.#fingerprint ??= fingerprint;
    this.#known = this.#id !== undefined && this.#model !== undefined && this.#created !== undefined;
  }

  /** The beginning of a chunk, up to its own fields. */
  get head(): string {
    if (this.#head !== undefined) return this.#head;
    const { id, model, created } = this.#start;
    const fields = {
      id: this.#id ?? id,
      object: 'chat.completion.chunk',
      created: this.#created ?? created,
      model: this.#model ?? model,
      ...(this.#fingerprint !== undefined && { system_fingerprint: this.#fingerprint }),
    };
    return (this.#head = `data: ${JSON.stringify(fields).slice(0, -1)},`);
  }
}
