import type { Arguments } from './arguments.ts';

/**
 * A small check of arguments against a tool's JSON Schema (`type`, `properties`, `required`, `items`, `minimum`), enough to tell a model
 * what to mend. What models are known to get wrong without meaning anything else by it is mended here.
 *
 * J1. `null` for an optional argument is the argument left out.
 * J2. A list or map sent as JSON text, a number or boolean sent as text, is what it spells.
 * J3. Unknown arguments are let through: they change nothing.
 */
export type Schema = Readonly<Record<string, unknown>>;

export type Checked = { readonly input: Arguments } | { readonly error: string };

export function checkInput(tool: string, schema: Schema, given: Arguments): Checked {
  const problems: string[] = [];
  const input = check(schema, given, '', problems) as Arguments;
  if (problems.length === 0) return { input };
  const expected = Object.keys(propertiesOf(schema)).join(', ');
  return { error: `The arguments of ${tool} are wrong: ${problems.join('; ')}. Its arguments are: ${expected || 'none'}.` };
}

const propertiesOf = (schema: Schema): Readonly<Record<string, Schema>> => (schema['properties'] ?? {}) as Readonly<Record<string, Schema>>;

function check(schema: Schema, value: unknown, path: string, problems: string[]): unknown {
  const type = schema['type'];
  if (typeof type !== 'string') return value;
  const meant = spelled(type, value);
  if (!fits(type, meant)) {
    problems.push(`${path || 'the whole'} must be ${NAMES[type] ?? type}, not ${kindOf(value)}`);
    return value;
  }
  if (type === 'array') {
    const items = schema['items'] as Schema | undefined;
    return items ? (meant as unknown[]).map((item, at) => check(items, item, `${path}[${at}]`, problems)) : meant;
  }
  if (type === 'object') return checkObject(schema, meant as Arguments, path, problems);
  const least = schema['minimum'];
  if (typeof least === 'number' && (meant as number) < least) problems.push(`${path} must be at least ${least}`);
  return meant;
}

function checkObject(schema: Schema, value: Arguments, path: string, problems: string[]): Arguments {
  const properties = propertiesOf(schema);
  const required = (schema['required'] ?? []) as readonly string[];
  const kept: [string, unknown][] = [];
  for (const [name, inner] of Object.entries(value)) {
    const at = path ? `${path}.${name}` : name;
    if (inner === null && !required.includes(name)) continue;
    kept.push([name, Object.hasOwn(properties, name) ? check(properties[name]!, inner, at, problems) : inner]);
  }
  for (const name of required) if (!Object.hasOwn(value, name)) problems.push(`${path ? `${path}.${name}` : name} is missing`);
  return Object.fromEntries(kept);
}

const NAMES: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  integer: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a map',
};

function spelled(type: string, value: unknown): unknown {
  if (type === 'array' && typeof value === 'string') return parsed(value, Array.isArray) ?? value;
  if (type === 'object' && typeof value === 'string') return parsed(value, (inner) => fits('object', inner)) ?? value;
  if ((type === 'number' || type === 'integer') && typeof value === 'string' && /^\s*-?\d+(\.\d+)?\s*$/.test(value)) return Number(value);
  if (type === 'boolean' && (value === 'true' || value === 'false')) return value === 'true';
  return value;
}

function parsed(text: string, wanted: (value: unknown) => boolean): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return wanted(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function fits(type: string, value: unknown): boolean {
  if (type === 'array') return Array.isArray(value);
  if (type === 'object') return typeof value === 'object' && value !== null && !Array.isArray(value);
  if (type === 'integer') return Number.isInteger(value);
  if (type === 'null') return value === null;
  return typeof value === type;
}

const kindOf = (value: unknown): string => {
  if (value === null) return 'null';
  return NAMES[Array.isArray(value) ? 'array' : typeof value] ?? typeof value;
};
