import type { Issue, JsonObject, Path } from './json-value.ts';
import { pointed } from './schema-ref.ts';

/** What is found while a value is held against a schema. An alternative has a pass of its own, merged when it holds. */
export class Pass {
  readonly issues: Issue[] = [];
  /** `additionalProperties: false` counts. */
  readonly closed: boolean;
  readonly #root: unknown;
  /** The fields that some schema describes, by object; an object that is not in it is free-form. */
  readonly #known: Map<JsonObject, Set<string>>;

  constructor(root: unknown, closed = false) {
    this.#root = root;
    this.closed = closed;
    this.#known = new Map();
  }

  say(path: Path, message: string): void {
    this.issues.push({ path, message });
  }

  add(issues: readonly Issue[]): void {
    this.issues.push(...issues);
  }

  refer(ref: string): unknown {
    return pointed(this.#root, ref);
  }

  branch(closed: boolean): Pass {
    return new Pass(this.#root, closed);
  }

  /** `object` is described, `key` of it too. */
  knows(object: JsonObject, key?: string): void {
    let keys = this.#known.get(object);
    if (!keys) this.#known.set(object, (keys = new Set()));
    if (key !== undefined) keys.add(key);
  }

  extra(object: JsonObject, path: Path): void {
    this.knows(object);
    if (this.closed) this.say(path, 'is no field of it');
  }

  merge(branch: Pass): void {
    for (const [object, keys] of branch.#known) {
      this.knows(object);
      for (const key of keys) this.knows(object, key);
    }
  }

  /** The fields of `object` that nobody described. */
  extrasOf(object: JsonObject): readonly string[] {
    const known = this.#known.get(object);
    return known === undefined ? [] : Object.keys(object).filter((key) => !known.has(key));
  }
}

/** Of several ways to be wrong, the one with the fewest issues that lie deepest: it is what was meant. */
export function likeliest(ways: readonly (readonly Issue[])[], path: Path): readonly Issue[] {
  const score = (issues: readonly Issue[]): number =>
    (issues.every((issue) => issue.path.length === path.length) ? 1000 : 0) + issues.length;
  const ranked = ways.toSorted((a, b) => score(a) - score(b));
  const best = ranked[0] ?? [];
  if (score(best) < 1000) return best;
  return [
    {
      path,
      message: `fits none of ${ways.length} alternatives: ${[...new Set(ways.flatMap((issues) => issues.map(({ message }) => message)))].slice(0, 4).join('; ')}`,
    },
  ];
}
