/** A part of a document: whatever its author wrote. */
export type Part = Readonly<Record<string, unknown>>;

export const isPart = (value: unknown): value is Part => typeof value === 'object' && value !== null && !Array.isArray(value);
export const partOf = (value: unknown): Part => (isPart(value) ? value : {});

/** Schemas below a schema that are shown to a model: deeper ones are "anything". */
const DEEPEST = 8;
/** Schemas of one operation. A document can double with every reference; what is beyond is "anything". */
const MOST = 2000;

/** Keywords that tell a model what to send. The others (examples, XML, discriminators) only cost tokens, and some vendors refuse them. */
const KEPT: readonly string[] = [
  'type',
  'description',
  'enum',
  'const',
  'default',
  'format',
  'pattern',
  'minimum',
  'maximum',
  'minLength',
  'maxLength',
  'minItems',
  'maxItems',
];

/** Follows `$ref`s within a document; one that leads nowhere, outside, or in a circle is undefined. */
export function resolved(document: Part, value: unknown): Part | undefined {
  const seen = new Set<unknown>();
  let part = value;
  while (isPart(part) && typeof part['$ref'] === 'string') {
    if (seen.has(part)) return undefined;
    seen.add(part);
    part = pointed(document, part['$ref']);
  }
  return isPart(part) ? part : undefined;
}

function pointed(document: Part, ref: string): unknown {
  if (!ref.startsWith('#/')) return undefined;
  let at: unknown = document;
  for (const step of ref.slice(2).split('/')) {
    const key = decoded(step).replaceAll('~1', '/').replaceAll('~0', '~');
    const holder: unknown = at;
    at = typeof holder === 'object' && holder !== null && Object.hasOwn(holder, key) ? (holder as Record<string, unknown>)[key] : undefined;
  }
  return at;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/**
 * Schemas of one operation, without references.
 *
 * R1. It ends: a schema within itself, one too deep and one too many are "anything".
 */
export class Schemas {
  readonly #document: Part;
  #room = MOST;

  constructor(document: Part) {
    this.#document = document;
  }

  whole(value: unknown): Part {
    return this.#plain(value, [], 0);
  }

  #plain(value: unknown, above: readonly Part[], depth: number): Part {
    const schema = resolved(this.#document, value);
    if (!schema || above.includes(schema) || depth > DEEPEST || this.#room-- <= 0) return {};
    const next = [...above, schema];
    const below = (inner: unknown): Part => this.#plain(inner, next, depth + 1);
    const kept = KEPT.flatMap((key): [string, unknown][] => (Object.hasOwn(schema, key) ? [[key, schema[key]]] : []));
    return { ...Object.fromEntries(kept), ...nullable(schema), ...this.#parts(schema, below) };
  }

  #parts(schema: Part, below: (inner: unknown) => Part): Part {
    const properties = isPart(schema['properties']) ? Object.entries(schema['properties']) : undefined;
    const sent = properties?.filter(([, inner]) => resolved(this.#document, inner)?.['readOnly'] !== true);
    const names = new Set(sent?.map(([name]) => name));
    const required = Array.isArray(schema['required']) ? schema['required'].filter((name) => names.has(name as string)) : [];
    const several = (['allOf', 'anyOf', 'oneOf'] as const).flatMap((key): [string, unknown][] => {
      const list = schema[key];
      return Array.isArray(list) ? [[key, list.map(below)]] : [];
    });
    return {
      ...(sent && { properties: Object.fromEntries(sent.map(([name, inner]) => [name, below(inner)])) }),
      ...(required.length > 0 && { required }),
      ...(schema['items'] !== undefined && { items: below(schema['items']) }),
      ...(isPart(schema['additionalProperties']) && { additionalProperties: below(schema['additionalProperties']) }),
      ...Object.fromEntries(several),
    };
  }
}

/** As OpenAPI 3.0 writes what JSON Schema says with a second type. */
const nullable = (schema: Part): Part =>
  schema['nullable'] === true && typeof schema['type'] === 'string' ? { type: [schema['type'], 'null'] } : {};
