import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { judgeJson } from './judge-json.ts';
import { pathText } from './json-value.ts';
import { schemaCase } from './schema.fixture.ts';
import { Pass } from './schema-pass.ts';
import { validate } from './schema-validate.ts';

/** Issues as lines; with `closed`, undescribed fields are issues where the schema says so. */
function issues(schema: unknown, value: unknown, closed = true): string[] {
  const pass = new Pass(schema, closed);
  validate(schema, value, pass);
  return pass.issues.map(({ path, message }) => `${pathText(path, '.')}: ${message}`);
}

const tree = {
  $ref: '#/$defs/node',
  $defs: {
    node: {
      type: 'object',
      properties: { name: { type: 'string' }, children: { type: 'array', items: { $ref: '#/$defs/node' } } },
      required: ['name'],
    },
  },
};
const shape = {
  oneOf: [
    {
      type: 'object',
      properties: { kind: { const: 'circle' }, radius: { type: 'number' } },
      required: ['kind', 'radius'],
      additionalProperties: false,
    },
    {
      type: 'object',
      properties: { kind: { const: 'square' }, side: { type: 'number' } },
      required: ['kind', 'side'],
      additionalProperties: false,
    },
  ],
};
const conditional = {
  type: 'object',
  properties: { country: { type: 'string' }, zip: { type: 'string' } },
  if: { properties: { country: { const: 'US' } }, required: ['country'] },
  then: { properties: { zip: { pattern: '^\\d{5}$' } } },
  else: { required: ['zip'] },
};

describe('a value held against a JSON schema', () => {
  const cases: readonly [name: string, schema: unknown, value: unknown, issues: readonly string[]][] = [
    ['a wrong type', { type: 'integer' }, 1.5, ['.: expected a whole number, got 1.5']],
    ['1.0 is a whole number', { type: 'integer' }, 1.0, []],
    ['several types', { type: ['string', 'null'] }, 3, ['.: expected a text or null, got 3']],
    ['nullable, as OpenAPI has it', { type: 'string', nullable: true, enum: ['a'] }, null, []],
    ['a missing field', { type: 'object', required: ['a'] }, {}, ['a: is missing']],
    ['a field that is inherited only', { type: 'object', required: ['toString'] }, {}, ['toString: is missing']],
    [
      'deep',
      { properties: { a: { items: { properties: { 'b c': { type: 'boolean' } } } } } },
      { a: [{}, { 'b c': 'no' }] },
      ['a[1]["b c"]: expected true or false, got "no"'],
    ],
    ['closed', { properties: { a: {} }, additionalProperties: false }, { a: 1, b: 2 }, ['b: is no field of it']],
    [
      'other fields by schema',
      { properties: { a: {} }, additionalProperties: { type: 'number' } },
      { a: 'x', b: 'y' },
      ['b: expected a number, got "y"'],
    ],
    [
      'fields by pattern',
      { patternProperties: { '^n_': { type: 'number' } }, additionalProperties: false },
      { n_a: 1, n_b: 'x' },
      ['n_b: expected a number, got "x"'],
    ],
    ['names', { propertyNames: { maxLength: 1 } }, { ab: 1 }, ['ab: expected at most 1 characters, got 2']],
    ['counts of fields', { minProperties: 1, maxProperties: 1 }, { a: 1, b: 2 }, ['.: expected at most 1 fields, got 2']],
    [
      'dependencies',
      { dependentRequired: { a: ['b'] }, dependencies: { a: { required: ['c'] } } },
      { a: 1 },
      ['c: is missing', 'b: is missing: a needs it'],
    ],
    ['tuples of draft 7', { items: [{ type: 'string' }], additionalItems: false }, ['a', 1], ['[1]: expected at most 1 items']],
    [
      'tuples of 2020-12',
      { prefixItems: [{ type: 'string' }], items: { type: 'number' } },
      [1, 'a'],
      ['[0]: expected a text, got 1', '[1]: expected a number, got "a"'],
    ],
    [
      'unique items',
      { uniqueItems: true },
      [
        { a: 1, b: 2 },
        { b: 2, a: 1 },
      ],
      ['[1]: stands there twice: an object'],
    ],
    [
      'contains',
      { contains: { type: 'number' }, maxContains: 1 },
      [1, 2, 'a'],
      ['.: expected at most 1 items of the kind it must contain, got 2'],
    ],
    ['bounds', { minimum: 1, exclusiveMaximum: 5, multipleOf: 0.1 }, 5, ['.: expected less than 5, got 5']],
    ['fractions', { multipleOf: 0.1 }, 0.3, []],
    ['bounds of draft 4', { minimum: 1, exclusiveMinimum: true }, 1, ['.: expected more than 1, got 1']],
    ['characters are code points', { maxLength: 1 }, '👋', []],
    ['a pattern', { pattern: '^\\p{Lu}' }, 'ä', ['.: expected a text like /^\\p{Lu}/, got "ä"']],
    ['a pattern without the u flag in mind', { pattern: '^[\\w\\-]+$' }, 'a-b', []],
    ['a date that is none', { format: 'date' }, '2026-02-30', ['.: expected a date, got "2026-02-30"']],
    ['date-time', { format: 'date-time' }, '2026-11-20T13:00:00.5Z', []],
    ['a format nobody knows', { format: 'mood' }, 'fine', []],
    ['enum', { enum: ['a', { b: 1 }] }, { b: 1 }, []],
    [
      'anyOf says what was meant',
      { anyOf: [{ type: 'string' }, { type: 'object', properties: { a: { type: 'string' } } }] },
      { a: 1 },
      ['a: expected a text, got 1'],
    ],
    [
      'anyOf, nothing near',
      { anyOf: [{ type: 'string' }, { type: 'number' }] },
      true,
      ['.: fits none of 2 alternatives: expected a text, got true; expected a number, got true'],
    ],
    ['oneOf, told apart', shape, { kind: 'square', side: 2 }, []],
    ['oneOf, both', { oneOf: [{}, { type: 'string' }] }, 'a', ['.: fits 2 of the alternatives, expected exactly one']],
    ['not', { not: { type: 'string' } }, 'a', ['.: is what it must not be: "a"']],
    ['if, then', conditional, { country: 'US', zip: 'x' }, ['zip: expected a text like /^\\d{5}$/, got "x"']],
    ['if, else', conditional, { country: 'DE' }, ['zip: is missing']],
    [
      'a schema within itself',
      tree,
      { name: 'a', children: [{ name: 'b', children: [{}] }] },
      ['children[0].children[0].name: is missing'],
    ],
    ['an anchor', { $ref: '#n', $defs: { n: { $anchor: 'n', type: 'number' } } }, 'a', ['.: expected a number, got "a"']],
    ['nothing allowed', { properties: { a: false } }, { a: 1 }, ['a: nothing is allowed here']],
    ['V3: a schema that only refers to itself', { $ref: '#' }, 1, ['.: nested too deep']],
  ];
  it.each(cases)('V1: %s', (_, schema, value, expected) => expect(issues(schema, value)).toEqual(expected));

  it('V1: whatever fits a generated schema passes, whatever is wrong in it is found where it is', () =>
    fc.assert(
      fc.property(schemaCase, ({ schema, right, wrong, at }) => {
        expect(issues(schema, right)).toEqual([]);
        const found = issues(schema, wrong);
        expect(found).toHaveLength(1);
        expect(found[0]).toMatch(new RegExp(`^${pathText(at, '.').replace(/[.[\]]/g, '\\$&')}: `));
      }),
    ));

  it('V3: a value nested deeper than any answer ends in an issue', () => {
    const nested = JSON.parse('{"children":['.repeat(5000) + ']}'.repeat(5000)) as unknown;
    const open = { properties: { children: { items: { $ref: '#' } } } };
    expect(issues(open, nested).at(-1)).toMatch(/nested too deep$/);
  });
});

describe('fields that the schema does not describe (B3.2)', () => {
  const schema = {
    type: 'object',
    properties: { a: { type: 'number' }, free: { type: 'object' }, list: { type: 'array', items: { properties: { x: {} } } } },
    additionalProperties: false,
  };
  const text = '{"a":1,"b":2,"free":{"any":1},"list":[{"x":1,"y":2}]}';

  it('are left out; an object without described fields is free', () => {
    const judged = judgeJson(text, { schema });
    expect(judged).toEqual({
      kind: 'ok',
      value: { a: 1, free: { any: 1 }, list: [{ x: 1 }] },
      text: '{"a":1,"free":{"any":1},"list":[{"x":1}]}',
    });
  });

  it('are issues with `strict`', () => {
    const judged = judgeJson(text, { schema, strict: true });
    expect(judged).toMatchObject({ kind: 'schema', issues: [{ path: ['b'] }, { path: ['list', 0, 'y'] }] });
  });

  it('of one alternative are no strangers in another', () => {
    const either = {
      anyOf: [
        { properties: { a: {} }, additionalProperties: false },
        { properties: { a: {}, b: {} }, additionalProperties: false },
      ],
    };
    expect(judgeJson('{"a":1,"b":2}', { schema: either })).toMatchObject({ value: { a: 1, b: 2 } });
    expect(judgeJson('{"a":1,"b":2,"c":3}', { schema: either })).toMatchObject({ value: { a: 1, b: 2 } });
  });

  it('are none of them where they must be there', () => {
    const needed = { type: 'object', properties: { a: {} }, required: ['a', 'id'] };
    expect(judgeJson('{"a":1,"id":2,"c":3}', { schema: needed })).toMatchObject({
      kind: 'ok',
      value: { a: 1, id: 2 },
      text: '{"a":1,"id":2}',
    });
    expect(judgeJson('{"a":1,"id":2}', { schema: needed, strict: true })).toMatchObject({ kind: 'ok' });
    expect(judgeJson('{"a":1,"c":3}', { schema: { type: 'object', required: ['a'] } })).toMatchObject({ value: { a: 1, c: 3 } });
  });

  it('reach no prototype', () => {
    const judged = judgeJson('{"a":1,"__proto__":{"polluted":true}}', { schema });
    expect(judged).toMatchObject({ kind: 'ok', value: { a: 1 } });
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
    expect(Object.keys((judged as { value: object }).value)).toEqual(['a']);
  });

  it('of several candidates the first that is right is the answer', () => {
    expect(judgeJson('As [1] says, e.g. {"a":"x"}: {"a":2}', { schema })).toMatchObject({ kind: 'ok', value: { a: 2 } });
  });
});
