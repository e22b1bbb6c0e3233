/** `plain`: JSON Schema with an object at its root · `google`: the part of it that function declarations know. */
export type SchemaDialect = 'plain' | 'google';

type Json = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value);

/** A schema that refers to itself is cut open here: deeper levels take anything. */
const DEPTH = 4;

const UNIONS = ['oneOf', 'anyOf', 'allOf'] as const;

/** What function declarations know; the rest is refused there ("Unknown name … Cannot find field"). */
const GOOGLE_KNOWS: ReadonlySet<string> = new Set([
  'type',
  'format',
  'title',
  'description',
  'nullable',
  'enum',
  'items',
  'minItems',
  'maxItems',
  'properties',
  'required',
  'minimum',
  'maximum',
  'minLength',
  'maxLength',
  'pattern',
  'anyOf',
]);

const GOOGLE_FORMATS: ReadonlySet<string> = new Set(['enum', 'date-time', 'date', 'time', 'int32', 'int64', 'float', 'double']);

/**
 * The schema of a tool's input as a target's dialect has it (providers C11): references inlined, an object at the root, no union there. The
 * same object where nothing had to change.
 */
export function compileSchema(schema: unknown, dialect: SchemaDialect): unknown {
  if (!isObject(schema)) return EMPTY;
  const inlined = hasReference(schema) ? inline(schema, schema, 0, new Map()) : schema;
  const rooted = atRoot(isObject(inlined) ? inlined : EMPTY);
  return dialect === 'google' ? forGoogle(rooted) : rooted;
}

const EMPTY: Json = { type: 'object', properties: {} };

function hasReference(value: unknown): boolean {
  if (Array.isArray(value)) return value.some(hasReference);
  if (!isObject(value)) return false;
  return typeof value['$ref'] === 'string' || Object.values(value).some(hasReference);
}

/** Each reference is followed at most `DEPTH` times within itself. */
function inline(value: unknown, root: Json, depth: number, open: ReadonlyMap<string, number>): unknown {
  if (Array.isArray(value)) return value.map((one) => inline(one, root, depth, open));
  if (!isObject(value)) return value;
  const { $ref: reference, $defs: _, definitions: _d, ...own } = value;
  if (typeof reference !== 'string') {
    return Object.fromEntries(Object.entries(own).map(([key, one]) => [key, inline(one, root, depth, open)]));
  }
  const times = open.get(reference) ?? 0;
  const target = times < DEPTH ? at(root, reference) : undefined;
  if (target === undefined) return Object.keys(own).length > 0 ? own : {};
  const found = inline(target, root, depth + 1, new Map(open).set(reference, times + 1));
  return isObject(found) ? { ...found, ...own } : found;
}

/** `#/$defs/name`; what stands elsewhere cannot be known. */
function at(root: Json, reference: string): unknown {
  if (reference === '#') return root;
  if (!reference.startsWith('#/')) return undefined;
  let here: unknown = root;
  for (const step of reference.slice(2).split('/')) {
    const name = decodeURIComponent(step).replaceAll('~1', '/').replaceAll('~0', '~');
    here = Array.isArray(here) ? here[Number(name)] : isObject(here) ? here[name] : undefined;
  }
  return here;
}

/** Most vendors want `type: object`, its properties, and no union at the root. */
function atRoot(schema: Json): Json {
  const union = UNIONS.some((key) => Array.isArray(schema[key]));
  if (!union && schema['type'] === 'object' && isObject(schema['properties'])) return schema;
  const { oneOf, anyOf, allOf, enum: _, const: _c, not: _n, ...own } = schema;
  const properties: Record<string, unknown> = { ...(isObject(own['properties']) ? own['properties'] : {}) };
  const required = new Set<unknown>(Array.isArray(own['required']) ? own['required'] : []);
  for (const one of [allOf].flat()) if (isObject(one)) absorb(one, properties, required);
  const choices = [oneOf, anyOf]
    .flat()
    .filter(isObject)
    .map((one) => atRoot(one));
  for (const one of choices) absorb(one, properties, new Set());
  for (const name of common(choices)) required.add(name);
  return { ...own, type: 'object', properties, ...(required.size > 0 && { required: [...required] }) };
}

function absorb(schema: Json, properties: Record<string, unknown>, required: Set<unknown>): void {
  const { properties: more, required: needed } = atRoot(schema);
  for (const [name, one] of Object.entries(more as Json)) properties[name] = name in properties ? either(properties[name], one) : one;
  for (const name of Array.isArray(needed) ? (needed as unknown[]) : []) required.add(name);
}

function either(a: unknown, b: unknown): unknown {
  if (JSON.stringify(a) === JSON.stringify(b)) return a;
  const known: unknown[] = isObject(a) && Array.isArray(a['anyOf']) && Object.keys(a).length === 1 ? a['anyOf'] : [a];
  return { anyOf: [...known, b] };
}

/** What every choice requires. */
function common(choices: readonly Json[]): unknown[] {
  const [first, ...rest] = choices.map(({ required }) => (Array.isArray(required) ? (required as unknown[]) : []));
  return (first ?? []).filter((name) => rest.every((one) => one.includes(name)));
}

function forGoogle(schema: unknown): unknown {
  if (!isObject(schema)) return {};
  const { const: only, oneOf, allOf, anyOf, ...given } = schema;
  let own: Json = given;
  for (const one of [allOf].flat()) if (isObject(one)) own = { ...one, ...own };
  const choices = [anyOf, own['anyOf'], oneOf].flat().filter(isObject);
  const kept = Object.fromEntries(Object.entries(own).flatMap(([key, value]) => googleEntry(key, value)));
  const { properties, required } = kept;
  return {
    ...kept,
    // Names that are not there are refused.
    ...(Array.isArray(required) && { required: required.filter((name) => isObject(properties) && String(name) in properties) }),
    ...(choices.length > 0 && { anyOf: choices.map(forGoogle) }),
    ...(only !== undefined && { enum: [only] }),
    ...([kept['type']].flat().includes('array') && !('items' in kept) && { items: {} }),
  };
}

function googleEntry(key: string, value: unknown): [string, unknown][] {
  if (!GOOGLE_KNOWS.has(key) || key === 'anyOf') return [];
  if (key === 'format' && !GOOGLE_FORMATS.has(String(value))) return [];
  if (key === 'items') return [[key, forGoogle(Array.isArray(value) ? value[0] : value)]];
  if (key !== 'properties' || !isObject(value)) return [[key, value]];
  return [[key, Object.fromEntries(Object.entries(value).map(([name, one]) => [name, forGoogle(one)]))]];
}
