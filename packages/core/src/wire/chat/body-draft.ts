import { isObject, type Json, type JsonObject } from '../json.ts';

/** A body with what was changed of it. What is not changed stays as it came, byte for byte. */
export class BodyDraft {
  readonly #body: JsonObject;
  readonly changes: Record<string, Json | undefined> = {};

  constructor(body: JsonObject) {
    this.#body = body;
  }

  get(field: string): Json | undefined {
    return Object.hasOwn(this.changes, field) ? this.changes[field] : this.#body[field];
  }

  set(field: string, value: Json | undefined): void {
    this.changes[field] = value;
  }

  /** Leaves out what is there. */
  drop(...fields: readonly string[]): void {
    for (const field of fields) if (this.get(field) !== undefined) this.set(field, undefined);
  }

  messages(change: (message: JsonObject, at: number) => JsonObject): void {
    this.list('messages', change);
  }

  /** Changes the objects of a list; one that is as it was changes nothing. */
  list(field: string, change: (one: JsonObject, at: number) => JsonObject): void {
    const given = this.get(field);
    if (!Array.isArray(given)) return;
    const changed = changedList(given as readonly Json[], change);
    if (changed !== given) this.set(field, changed);
  }
}

/** The same list where nothing of it changed. */
export function changedList(list: readonly Json[], change: (one: JsonObject, at: number) => Json): readonly Json[] {
  let out: Json[] | undefined;
  list.forEach((one, at) => {
    const made = isObject(one) ? change(one, at) : one;
    if (made !== one) (out ??= [...list])[at] = made;
  });
  return out ?? list;
}
