/** Values as YAML, written by hand: the file is to be read and edited by people. */
type Value = string | number | boolean | readonly string[] | { readonly [key: string]: Value | undefined };

/** Words that YAML, or an older reader of it, takes for something else. */
const WORDS = /^(true|false|yes|no|on|off|null|~|y|n)$/i;

export const scalar = (text: string): string =>
  /^[A-Za-z_][\w./-]*$/.test(text) && !WORDS.test(text) ? text : /^\d+(ms|s|m|h)$/.test(text) ? text : JSON.stringify(text);

export function flow(value: Value): string {
  if (typeof value === 'string') return scalar(value);
  if (typeof value !== 'object') return String(value);
  if (Array.isArray(value)) return `[${(value as readonly string[]).map(scalar).join(', ')}]`;
  const fields = Object.entries(value as Record<string, Value | undefined>).flatMap(([key, one]) =>
    one === undefined ? [] : [`${scalar(key)}: ${flow(one)}`],
  );
  return fields.length === 0 ? '{}' : `{ ${fields.join(', ')} }`;
}

/** A section of one line per entry. */
export const section = (name: string, entries: readonly (readonly [string, Value])[]): readonly string[] =>
  entries.length === 0 ? [] : [`${name}:`, ...entries.map(([key, value]) => `  ${scalar(key)}: ${flow(value)}`)];
