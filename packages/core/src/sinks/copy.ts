/** A copy of lists and plain objects. What is neither, a URL or the bytes of a file, is shared. */
export function copyOf<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(copyOf) as T;
  if (Object.getPrototypeOf(value) !== Object.prototype) return value;
  const copy: Record<string, unknown> = {};
  for (const key of Object.keys(value)) {
    const one = (value as Record<string, unknown>)[key];
    if (key === '__proto__') Object.defineProperty(copy, key, { value: copyOf(one), enumerable: true, configurable: true, writable: true });
    else copy[key] = typeof one === 'object' ? copyOf(one) : one;
  }
  return copy as T;
}
