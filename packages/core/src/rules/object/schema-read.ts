import { nearest } from '../nearest.ts';
import { isObject, pathText, shown, type Issue, type JsonObject, type Path } from './json-value.ts';
import { pointed } from './schema-ref.ts';
import { COUNTS, KEYWORDS, NAMED, NUMBERS, ONE, SEVERAL, TYPES } from './schema-keywords.data.ts';
import { patternOf } from './schema-scalar.ts';

/** Levels of a schema; more is a schema that holds itself. */
const DEEPEST = 100;

/** What is not a schema about `schema`; nothing when it is one. References are looked up: one that leads nowhere is told. */
function schemaProblems(schema: unknown): readonly Issue[] {
  const issues: Issue[] = [];
  read(schema, [], { root: schema, issues });
  return issues;
}

/** The first of them, for people: `properties.age.type: "strng" is no JSON type; did you mean string?`. */
export function schemaProblem(schema: unknown): string | undefined {
  const first = schemaProblems(schema)[0];
  return first && `${first.path.length === 0 ? '' : `${pathText(first.path)}: `}${first.message}`;
}

interface Reading {
  readonly root: unknown;
  readonly issues: Issue[];
}

function read(schema: unknown, path: Path, reading: Reading): void {
  const say = (message: string, ...at: Path): void => void reading.issues.push({ path: [...path, ...at], message });
  if (reading.issues.length > 20) return;
  if (typeof schema === 'boolean') return;
  if (!isObject(schema)) return say(`${shown(schema)} is no JSON schema: expected an object such as { type: 'object', properties: { … } }`);
  if (path.length > DEEPEST) return say('the schema is nested too deep, or holds itself: use $ref');
  words(schema, say);
  if (typeof schema['$ref'] === 'string') refer(schema['$ref'], say, reading);
  for (const key of ONE) if (schema[key] !== undefined) read(schema[key], [...path, key], reading);
  for (const key of SEVERAL) many(schema[key], [...path, key], reading, say, key);
  for (const key of NAMED) {
    const value = schema[key];
    if (value === undefined) continue;
    if (!isObject(value)) say(`expected an object of schemas, got ${shown(value)}`, key);
    else for (const [name, one] of Object.entries(value)) read(one, [...path, key, name], reading);
  }
  const { items } = schema;
  if (Array.isArray(items)) items.forEach((one, index) => read(one, [...path, 'items', index], reading));
  else if (items !== undefined) read(items, [...path, 'items'], reading);
}

type Say = (message: string, ...at: Path) => void;

function many(value: unknown, path: Path, reading: Reading, say: Say, key: string): void {
  if (value === undefined) return;
  if (!Array.isArray(value) || value.length === 0) return say(`expected a list of schemas, got ${shown(value)}`, key);
  value.forEach((one, index) => read(one, [...path, index], reading));
}

function refer(ref: string, say: Say, { root }: Reading): void {
  if (!ref.startsWith('#')) return say(`${JSON.stringify(ref)} lies outside the schema: bring it in under $defs`, '$ref');
  if (pointed(root, ref) === undefined) say(`${JSON.stringify(ref)} leads nowhere in the schema`, '$ref');
}

const isCount = (value: unknown): boolean => Number.isInteger(value) && (value as number) >= 0;

function words(schema: JsonObject, say: Say): void {
  const { type, enum: values, required, pattern, properties } = schema;
  for (const one of type === undefined ? [] : Array.isArray(type) ? (type as unknown[]) : [type]) {
    if (TYPES.includes(one as string)) continue;
    const near = typeof one === 'string' ? nearest(one, TYPES) : undefined;
    say(`${shown(one)} is no JSON type; ${near === undefined ? `there are ${TYPES.join(', ')}` : `did you mean ${near}?`}`, 'type');
  }
  if (values !== undefined && (!Array.isArray(values) || values.length === 0))
    say(`expected a list of values, got ${shown(values)}`, 'enum');
  const names = Array.isArray(required) && required.every((one) => typeof one === 'string');
  if (required !== undefined && !names && typeof required !== 'boolean')
    say(`expected a list of names, got ${shown(required)}`, 'required');
  if (typeof required === 'boolean') say("expected a list of names on the object: required: ['…']", 'required');
  if (pattern !== undefined && (typeof pattern !== 'string' || !patternOf(pattern)))
    say(`${shown(pattern)} is no regular expression`, 'pattern');
  for (const source of isObject(schema['patternProperties']) ? Object.keys(schema['patternProperties']) : [])
    if (!patternOf(source)) say(`${shown(source)} is no regular expression`, 'patternProperties', source);
  for (const key of COUNTS)
    if (schema[key] !== undefined && !isCount(schema[key])) say(`expected a whole number, got ${shown(schema[key])}`, key);
  for (const key of NUMBERS)
    if (schema[key] !== undefined && typeof schema[key] !== 'number') say(`expected a number, got ${shown(schema[key])}`, key);
  const { multipleOf } = schema;
  if (multipleOf !== undefined && !(typeof multipleOf === 'number' && multipleOf > 0))
    say(`expected a number above 0, got ${shown(multipleOf)}`, 'multipleOf');
  if (properties === undefined && type === undefined) looksLikeFields(schema, say);
}

/** A map of fields in place of a schema is the commonest mistake: nothing in it would be checked. */
function looksLikeFields(schema: JsonObject, say: Say): void {
  const unknown = Object.entries(schema).filter(([key]) => !KEYWORDS.has(key) && !key.startsWith('$') && !key.startsWith('x-'));
  if (unknown.length === 0 || unknown.length < Object.keys(schema).length) return;
  say(
    `has no keyword of JSON Schema, only ${unknown
      .slice(0, 3)
      .map(([key]) => key)
      .join(', ')}; fields stand under { type: 'object', properties: { … } }`,
  );
}
