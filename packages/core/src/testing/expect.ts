/** What contract suites assert with, so that they run under any test runner. */

export function truthy(value: unknown, what: string): void {
  if (!value) throw new Error(`${what}: expected it to hold`);
}

/** Structural: maps count as their entries, a missing property as undefined. */
export function equal(actual: unknown, expected: unknown, what: string): void {
  const [got, wanted] = [plain(actual), plain(expected)];
  if (got !== wanted) throw new Error(`${what}: expected ${wanted}, got ${got}`);
}

const plain = (value: unknown): string =>
  JSON.stringify(value, (_key, inner: unknown) => {
    if (inner instanceof Map) return [...inner.entries()].toSorted(([a], [b]) => (String(a) < String(b) ? -1 : 1));
    if (typeof inner !== 'object' || inner === null || Array.isArray(inner)) return inner;
    return Object.fromEntries(Object.entries(inner).toSorted(([a], [b]) => (a < b ? -1 : 1)));
  }) ?? 'undefined';
