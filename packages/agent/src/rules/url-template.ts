const PLACE = /\$\{([A-Za-z_][\w-]*)\}/g;
const ENCODED = /\$\{encodeURIComponent\(\s*([A-Za-z_][\w-]*)\s*\)\}/g;

/** Names of the arguments in a URL of the file: `${city}`, also as Docker's files write it to be safe, `${encodeURIComponent(city)}`. */
export const placesOf = (template: string): readonly string[] => [...plainPlaces(template).matchAll(PLACE)].map(([, name]) => name!);

/** Each argument takes the place of its name, encoded: it adds neither a path nor a query of its own. What is not given is empty. */
export const filled = (template: string, given: Readonly<Record<string, unknown>>): string =>
  plainPlaces(template).replace(PLACE, (_, name: string) => segment(textOf(given[name])));

const plainPlaces = (template: string): string => template.replace(ENCODED, (_, name: string) => `\${${name}}`);

/** `.` and `..` cannot be encoded in a path: URL parsers read `%2e%2e` as a step up. */
function segment(text: string): string {
  if (text === '.' || text === '..') throw new Error(`"${text}" cannot stand in a URL.`);
  return encodeURIComponent(text);
}

/** An argument as a URL carries it; lists and maps as JSON. */
export function textOf(value: unknown): string {
  if (value === undefined || value === null) return '';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
