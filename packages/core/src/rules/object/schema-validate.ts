import { isObject, sameJson, shown, type JsonObject, type Path } from './json-value.ts';
import { likeliest, type Pass } from './schema-pass.ts';
import { patternOf, scalarProblems } from './schema-scalar.ts';

/**
 * JSON Schema, draft 7 and 2020-12, for what models are asked: types, values, bounds, objects, arrays, combinations, conditions,
 * references within the schema. `schema-read.ts` says beforehand whether a schema is one.
 *
 * V1. Every issue has the path of the value it is about.
 * V2. A field that no schema describes or requires is no issue but an extra: whoever asks decides (B3.2). Only when an alternative is chosen
 *     (anyOf, oneOf, not, if) does `additionalProperties: false` decide first: it tells alternatives apart.
 * V3. A schema that refers to itself without going deeper into the value, or a value nested too deep, is an issue, never a hang.
 */
const DEEPEST = 400;

export function validate(schema: unknown, value: unknown, pass: Pass, path: Path = [], steps = 0): void {
  if (schema === false) return pass.say(path, 'nothing is allowed here');
  if (!isObject(schema)) return;
  if (steps > DEEPEST) return pass.say(path, 'nested too deep');
  const here: Here = { value, pass, path, steps: steps + 1 };
  const { $ref: ref } = schema;
  if (typeof ref === 'string') validate(pass.refer(ref), value, pass, path, steps + 1);
  for (const problem of scalarProblems(schema, value)) pass.say(path, problem);
  if (isObject(value)) fields(schema, value, here);
  if (Array.isArray(value)) items(schema, value, here);
  combined(schema, here);
}

interface Here {
  readonly value: unknown;
  readonly pass: Pass;
  readonly path: Path;
  readonly steps: number;
}

const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
const map = (value: unknown): JsonObject => (isObject(value) ? value : {});
const isNumber = (value: unknown): value is number => typeof value === 'number';

function fields(schema: JsonObject, value: JsonObject, { pass, path, steps }: Here): void {
  const { minProperties: least, maxProperties: most, propertyNames } = schema;
  const keys = Object.keys(value);
  for (const key of list(schema['required'])) if (!Object.hasOwn(value, String(key))) pass.say([...path, String(key)], 'is missing');
  if (isNumber(least) && keys.length < least) pass.say(path, `expected at least ${least} fields, got ${keys.length}`);
  if (isNumber(most) && keys.length > most) pass.say(path, `expected at most ${most} fields, got ${keys.length}`);
  for (const key of propertyNames === undefined ? [] : keys) validate(propertyNames, key, pass, [...path, key], steps);
  for (const keyword of ['dependencies', 'dependentRequired', 'dependentSchemas']) {
    for (const [key, then] of Object.entries(map(schema[keyword]))) {
      if (!Object.hasOwn(value, key)) continue;
      if (!Array.isArray(then)) validate(then, value, pass, path, steps);
      else
        for (const other of then)
          if (!Object.hasOwn(value, String(other))) pass.say([...path, String(other)], `is missing: ${key} needs it`);
    }
  }
  described(schema, value, keys, { value, pass, path, steps });
}

function described(schema: JsonObject, value: JsonObject, keys: readonly string[], { pass, path, steps }: Here): void {
  const { properties, patternProperties, additionalProperties: others, unevaluatedProperties: left } = schema;
  if (left === true || isObject(left)) for (const key of keys) pass.knows(value, key);
  if (properties === undefined && patternProperties === undefined && others === undefined) return;
  const patterns = Object.entries(map(patternProperties)).map(([source, of]) => [patternOf(source), of] as const);
  const own = map(properties);
  for (const key of keys) {
    let known = Object.hasOwn(own, key);
    if (known) validate(own[key], value[key], pass, [...path, key], steps);
    for (const [pattern, of] of patterns) {
      if (!pattern?.test(key)) continue;
      known = true;
      validate(of, value[key], pass, [...path, key], steps);
    }
    if (known) pass.knows(value, key);
    else if (others === false) pass.extra(value, [...path, key]);
    else if (others === undefined) pass.knows(value, list(schema['required']).includes(key) ? key : undefined);
    else {
      pass.knows(value, key);
      validate(others, value[key], pass, [...path, key], steps);
    }
  }
}

function items(schema: JsonObject, value: readonly unknown[], { pass, path, steps }: Here): void {
  const { minItems: least, maxItems: most, uniqueItems, contains, items: each } = schema;
  if (isNumber(least) && value.length < least) pass.say(path, `expected at least ${least} items, got ${value.length}`);
  if (isNumber(most) && value.length > most) pass.say(path, `expected at most ${most} items, got ${value.length}`);
  const first = Array.isArray(each) ? (each as unknown[]) : list(schema['prefixItems']);
  const rest = Array.isArray(each) ? schema['additionalItems'] : each;
  value.forEach((one, index) => {
    const of = index < first.length ? first[index] : rest;
    if (of === false) pass.say([...path, index], `expected at most ${first.length} items`);
    else validate(of, one, pass, [...path, index], steps);
  });
  if (uniqueItems === true) {
    const twice = value.findIndex((one, index) => value.slice(0, index).some((other) => sameJson(one, other)));
    if (twice >= 0) pass.say([...path, twice], `stands there twice: ${shown(value[twice])}`);
  }
  if (contains !== undefined) contained(schema, value, { value, pass, path, steps });
}

function contained(schema: JsonObject, value: readonly unknown[], { pass, path, steps }: Here): void {
  const { contains, minContains, maxContains } = schema;
  const [least, most] = [isNumber(minContains) ? minContains : 1, isNumber(maxContains) ? maxContains : Infinity];
  const count = value.filter(
    (one, index) => tried(contains, { value: one, pass, path: [...path, index], steps }, true) !== undefined,
  ).length;
  if (count < least) pass.say(path, `expected at least ${least} items of the kind it must contain, got ${count}`);
  if (count > most) pass.say(path, `expected at most ${most} items of the kind it must contain, got ${count}`);
}

/** What an alternative found, when it holds. `closed`: `additionalProperties: false` counts. */
function tried(schema: unknown, { value, pass, path, steps }: Here, closed: boolean): Pass | undefined {
  const own = pass.branch(closed);
  validate(schema, value, own, path, steps);
  return own.issues.length === 0 ? own : undefined;
}

function combined(schema: JsonObject, here: Here): void {
  const { value, pass, path, steps } = here;
  for (const one of list(schema['allOf'])) validate(one, value, pass, path, steps);
  alternatives(list(schema['anyOf']), false, here);
  alternatives(list(schema['oneOf']), true, here);
  const { not, if: condition } = schema;
  if (not !== undefined && tried(not, here, true)) pass.say(path, `is what it must not be: ${shown(value)}`);
  if (condition === undefined) return;
  const holds = tried(condition, here, true);
  if (holds) pass.merge(holds);
  validate(holds ? schema['then'] : schema['else'], value, pass, path, steps);
}

function alternatives(of: readonly unknown[], one: boolean, here: Here): void {
  if (of.length === 0) return;
  const { value, pass, path, steps } = here;
  const holding = (closed: boolean): Pass[] => of.flatMap((schema) => tried(schema, here, closed) ?? []);
  const strictly = holding(true);
  const held = strictly.length > 0 || pass.closed ? strictly : holding(false);
  for (const branch of held) pass.merge(branch);
  if (one && held.length > 1) return pass.say(path, `fits ${held.length} of the alternatives, expected exactly one`);
  if (held.length > 0) return;
  pass.add(
    likeliest(
      of.map((schema) => {
        const own = pass.branch(false);
        validate(schema, value, own, path, steps);
        return own.issues;
      }),
      path,
    ),
  );
}
