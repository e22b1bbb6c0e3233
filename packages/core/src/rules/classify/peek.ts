/**
 * Reading what others threw. It may be anything: hostile getters, revoked proxies, cycles, megabytes. Nothing here throws.
 */

/** The part of a text that is searched for words. */
export const HEAD = 2000;
/** Longer texts are not parsed as JSON: no error is that long. */
const PARSED = 4 * 1024 * 1024;

export const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

export function peek(value: unknown, key: string): unknown {
  try {
    return isObject(value) ? (value as Record<string, unknown>)[key] : undefined;
  } catch {
    return undefined;
  }
}

/** Up to eight elements; an empty list for anything that is no array. */
export function list(value: unknown): readonly unknown[] {
  try {
    return Array.isArray(value) ? value.slice(0, 8) : [];
  } catch {
    return [];
  }
}

export function keys(value: unknown): readonly string[] {
  try {
    return isObject(value) ? Object.keys(value).slice(0, 64) : [];
  } catch {
    return [];
  }
}

export function isError(value: unknown): boolean {
  try {
    return value instanceof Error || (isObject(value) && typeof peek(value, 'stack') === 'string');
  } catch {
    return false;
  }
}

export const text = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined);

/** An HTTP status, as a number or as digits; servers send both. */
export function statusOf(value: unknown): number | undefined {
  const number = typeof value === 'number' ? value : typeof value === 'string' && /^\d{3}$/.test(value) ? Number(value) : NaN;
  return Number.isInteger(number) && number >= 100 && number <= 599 ? number : undefined;
}

/** The object or array a text holds as JSON. */
export function parsed(source: string): object | undefined {
  const start = source.slice(0, 64).trimStart()[0];
  if ((start !== '{' && start !== '[' && start !== '"') || source.length > PARSED) return undefined;
  try {
    const value: unknown = JSON.parse(source);
    if (isObject(value)) return value;
    return typeof value === 'string' && value !== source ? parsed(value) : undefined;
  } catch {
    return undefined;
  }
}

/** Comments before the first element are stepped over one by one: a pattern over all of them could take for ever. */
export function isHtml(source: string): boolean {
  let head = source.slice(0, HEAD).trimStart();
  for (let end = head.indexOf('-->'); head.startsWith('<!--') && end > 0; end = head.indexOf('-->')) head = head.slice(end + 3).trimStart();
  return /^<(?:!doctype html|html|head|body|title|center|h1)\b/i.test(head);
}

/** Headers of whatever make (plain, `Headers`, `Map`, pairs) as lower-case names and strings. */
export function headersOf(value: unknown): Readonly<Record<string, string>> {
  const found: Record<string, string> = {};
  const put = (name: unknown, content: unknown): void => {
    const plain: unknown = Array.isArray(content) ? content[0] : content;
    if (typeof name === 'string' && (typeof plain === 'string' || typeof plain === 'number'))
      found[name.toLowerCase()] ??= String(plain).slice(0, 1000);
  };
  try {
    if (!isObject(value)) return found;
    const entries = peek(value, 'entries');
    const pairs: Iterable<unknown> = Array.isArray(value)
      ? value
      : typeof entries === 'function'
        ? entries.call(value)
        : Object.entries(value);
    let count = 0;
    for (const pair of pairs) {
      if (Array.isArray(pair)) put(pair[0], pair[1]);
      if (++count >= 200) break;
    }
  } catch {
    // What was read until then counts.
  }
  return found;
}
