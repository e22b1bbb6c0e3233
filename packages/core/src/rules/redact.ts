/** Forms of secrets to look for, each with the name that stands in its place. */
export type SecretForms = ReadonlyMap<string, string>;

/** Deeper data than this is not looked through: it is left out. */
const DEPTH = 200;
const TOO_DEEP = '[too deep]';

const escape = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');

/** One pattern over all forms, the longest first; undefined without any. */
export function patternOf(forms: SecretForms): RegExp | undefined {
  if (forms.size === 0) return undefined;
  const longest = [...forms.keys()].sort((a, b) => b.length - a.length);
  return new RegExp(longest.map(escape).join('|'), 'g');
}

/** Every proper beginning of a form: what a piece of a stream may end with before the next one completes a secret. */
export const beginningsOf = (forms: SecretForms): ReadonlySet<string> =>
  new Set([...forms.keys()].flatMap((form) => Array.from({ length: form.length - 1 }, (_, i) => form.slice(0, i + 1))));

/** How many characters at the end of `text` may be the beginning of a secret. */
export function unsettled(text: string, beginnings: ReadonlySet<string>, longest: number): number {
  for (let n = Math.min(longest, text.length); n > 0; n--) if (beginnings.has(text.slice(-n))) return n;
  return 0;
}

export const redactText = (text: string, pattern: RegExp | undefined, forms: SecretForms): string =>
  pattern === undefined || text.length < 6 ? text : text.replace(pattern, (found) => `[secret ${forms.get(found) ?? '?'}]`);

/**
 * Data without secrets, in values and in keys. The same object where nothing was found; else copies along the way to what was. Bytes are
 * left alone; a cycle is cut.
 */
export function redactData<T>(data: T, redact: (text: string) => string): T {
  return walk(data, redact, new Set(), 0) as T;
}

function walk(data: unknown, redact: (text: string) => string, above: Set<object>, depth: number): unknown {
  if (typeof data === 'string') return redact(data);
  if (typeof data !== 'object' || data === null || ArrayBuffer.isView(data) || data instanceof ArrayBuffer) return data;
  if (above.has(data)) return '[circular]';
  if (depth > DEPTH) return TOO_DEEP;
  above.add(data);
  const inner = (value: unknown): unknown => walk(value, redact, above, depth + 1);
  const out = Array.isArray(data)
    ? list(data, inner)
    : data instanceof Map
      ? entries(data, inner)
      : data instanceof Set
        ? members(data, inner)
        : object(data, redact, inner);
  above.delete(data);
  return out;
}

function list(data: readonly unknown[], inner: (value: unknown) => unknown): unknown {
  let out: unknown[] | undefined;
  for (const [index, value] of data.entries()) {
    const clean = inner(value);
    if (clean !== value) (out ??= [...(data as unknown[])])[index] = clean;
  }
  return out ?? data;
}

function entries(data: ReadonlyMap<unknown, unknown>, inner: (value: unknown) => unknown): unknown {
  const out = [...data].map(([key, value]) => [inner(key), inner(value), key, value] as const);
  return out.some(([a, b, key, value]) => a !== key || b !== value) ? new Map(out.map(([key, value]) => [key, value])) : data;
}

function members(data: ReadonlySet<unknown>, inner: (value: unknown) => unknown): unknown {
  const out = [...data].map((value) => [inner(value), value] as const);
  return out.some(([a, value]) => a !== value) ? new Set(out.map(([value]) => value)) : data;
}

/** An error's own words are not enumerable, and are where secrets turn up. */
const HIDDEN = ['message', 'stack', 'cause'] as const;

function object(data: object, redact: (text: string) => string, inner: (value: unknown) => unknown): unknown {
  const record = data as Record<string, unknown>;
  const own = Object.keys(data);
  const hidden = data instanceof Error ? HIDDEN.filter((key) => Object.hasOwn(data, key) && !own.includes(key)) : NONE;
  let changes: Map<string, readonly [string, unknown]> | undefined;
  const look = (key: string): void => {
    const value = record[key];
    const clean = isPlain(value) ? value : inner(value);
    const name = redact(key);
    if (clean !== value || name !== key) (changes ??= new Map()).set(key, [name, clean]);
  };
  for (const key of own) look(key);
  for (const key of hidden) look(key);
  return changes === undefined ? data : changed(record, own, hidden, changes);
}

const NONE: readonly (typeof HIDDEN)[number][] = [];

const isPlain = (value: unknown): boolean => typeof value === 'number' || typeof value === 'boolean' || value === undefined;

function changed(
  record: Record<string, unknown>,
  own: readonly string[],
  hidden: readonly (typeof HIDDEN)[number][],
  changes: ReadonlyMap<string, readonly [string, unknown]>,
): unknown {
  const out: Record<string, unknown> = Object.create(Object.getPrototypeOf(record) as object | null) as Record<string, unknown>;
  for (const key of [...own, ...hidden]) {
    const [name, value] = changes.get(key) ?? [key, record[key]];
    Object.defineProperty(out, name, {
      value,
      enumerable: !hidden.includes(key as (typeof HIDDEN)[number]),
      configurable: true,
      writable: true,
    });
  }
  return out;
}
