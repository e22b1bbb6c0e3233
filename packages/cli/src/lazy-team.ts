import type { AgentParts } from '@holdfast/agent/engine';

/**
 * The agents of a team, each made when it is first asked for and kept: who is never called costs nothing. Names beyond `names` may be found by
 * `get` all the same (skills that run as agents); they are not listed.
 */
export class LazyTeam implements ReadonlyMap<string, AgentParts> {
  readonly #names: readonly string[];
  readonly #make: (name: string) => AgentParts | undefined;
  readonly #made = new Map<string, AgentParts>();

  constructor(names: readonly string[], make: (name: string) => AgentParts | undefined) {
    this.#names = names;
    this.#make = make;
  }

  get(name: string): AgentParts | undefined {
    const parts = this.#made.get(name) ?? this.#make(name);
    if (parts !== undefined) this.#made.set(name, parts);
    return parts;
  }

  has(name: string): boolean {
    return this.#names.includes(name);
  }

  get size(): number {
    return this.#names.length;
  }

  keys(): MapIterator<string> {
    return this.#names.values();
  }

  *entries(): MapIterator<[string, AgentParts]> {
    for (const name of this.#names) {
      const parts = this.get(name);
      if (parts !== undefined) yield [name, parts];
    }
  }

  *values(): MapIterator<AgentParts> {
    for (const [, parts] of this.entries()) yield parts;
  }

  forEach(each: (parts: AgentParts, name: string, team: ReadonlyMap<string, AgentParts>) => void): void {
    for (const [name, parts] of this.entries()) each(parts, name, this);
  }

  [Symbol.iterator](): MapIterator<[string, AgentParts]> {
    return this.entries();
  }
}
