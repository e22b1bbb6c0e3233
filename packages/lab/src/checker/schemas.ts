import { bad, type Complaint } from './complaint.ts';
import { isRow, type Row } from './read.ts';

/** What OpenAI and Anthropic say of a tool's schema. */
export function* objectSchema(schema: unknown, at: string, name: string): Iterable<Complaint> {
  if (!isRow(schema) || schema['type'] !== 'object')
    yield bad(
      `Invalid schema for function '${name}': schema must be a JSON Schema of 'type: "object"', got 'type: "${String((schema as Row)?.['type'])}"'.`,
      'invalid_function_parameters',
    );
  else if (['oneOf', 'anyOf', 'allOf', 'enum', 'not'].some((key) => key in schema))
    yield bad(`${at}: input_schema does not support oneOf, allOf, or anyOf at the top level`, 'invalid_function_parameters');
  else if (!isRow(schema['properties']))
    yield bad(`Invalid schema for function '${name}': In context=(), object schema missing properties.`, 'invalid_function_parameters');
  for (const reference of references(schema))
    if (isRow(schema) && !resolves(schema, reference))
      yield bad(`Invalid schema for function '${name}': reference ${reference} cannot be resolved.`);
}

function* references(value: unknown): Iterable<string> {
  if (Array.isArray(value)) for (const one of value) yield* references(one);
  if (!isRow(value)) return;
  if (typeof value['$ref'] === 'string') yield value['$ref'];
  for (const one of Object.values(value)) yield* references(one);
}

function resolves(root: Row, reference: string): boolean {
  let here: unknown = root;
  for (const name of reference.replace(/^#\/?/, '').split('/').filter(Boolean)) here = isRow(here) ? here[name] : undefined;
  return here !== undefined;
}

/** Fields of Gemini's Schema, as its API reference lists them for function declarations. */
const KNOWN = new Set(
  'type format title description nullable enum maxItems minItems properties required minProperties maxProperties minLength maxLength pattern example anyOf propertyOrdering default items minimum maximum'.split(
    ' ',
  ),
);

/** What Gemini says of a declaration's schema: a field that it does not know fails the whole request. */
export function* geminiSchema(schema: unknown, at: string): Iterable<Complaint> {
  if (!isRow(schema)) return;
  for (const key of Object.keys(schema))
    if (!KNOWN.has(key))
      yield bad(`Invalid JSON payload received. Unknown name "${key}" at '${at}': Cannot find field.`, 'INVALID_ARGUMENT');
  const properties = isRow(schema['properties']) ? schema['properties'] : {};
  for (const name of Array.isArray(schema['required']) ? schema['required'] : [])
    if (!(String(name) in properties)) yield bad(`* ${at}.required[0]: property is not defined`, 'INVALID_ARGUMENT');
  if (schema['type'] === 'array' && schema['items'] === undefined) yield bad(`* ${at}.items: missing field.`, 'INVALID_ARGUMENT');
  for (const [name, one] of Object.entries(properties)) yield* geminiSchema(one, `${at}.properties[${name}]`);
  yield* geminiSchema(schema['items'], `${at}.items`);
  for (const one of Array.isArray(schema['anyOf']) ? schema['anyOf'] : []) yield* geminiSchema(one, `${at}.any_of`);
}
