type Kind = 'text' | 'reasoning' | 'source';

/** Ids of a continuation's blocks as ids that the answer has not used (J2). */
export class BlockIds {
  readonly #used: ReadonlySet<string>;
  readonly #own = new Map<string, string>();
  readonly #given = new Set<string>();

  /** The blocks that the answer has had, as `kind id`. */
  constructor(used: ReadonlySet<string>) {
    this.#used = used;
  }

  open(kind: Kind, id: string): string {
    let own = id;
    for (let n = 2; this.#taken(`${kind} ${own}`); n++) own = `${id}~${n}`;
    this.#given.add(`${kind} ${own}`);
    this.#own.set(`${kind} ${id}`, own);
    return own;
  }

  #taken(block: string): boolean {
    return this.#used.has(block) || this.#given.has(block);
  }

  of(kind: Kind, id: string): string | undefined {
    return this.#own.get(`${kind} ${id}`);
  }

  /** Its block has ended; answers what `of` did. */
  close(kind: Kind, id: string): string | undefined {
    const own = this.of(kind, id);
    this.#own.delete(`${kind} ${id}`);
    return own;
  }
}
