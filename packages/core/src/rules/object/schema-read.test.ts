import { describe, expect, it } from 'vitest';
import * as fc from 'fast-check';
import { schemaCase } from './schema.fixture.ts';
import { schemaProblem } from './schema-read.ts';

const circular: Record<string, unknown> = { type: 'object' };
circular['properties'] = { self: circular };

describe('a schema that is not a schema', () => {
  const cases: readonly [name: string, schema: unknown, problem: RegExp][] = [
    ['a text', 'string', /^"string" is no JSON schema: expected an object/],
    ['nothing', null, /^null is no JSON schema/],
    ['a list', [], /^an empty array is no JSON schema/],
    [
      'a misspelt type',
      { type: 'object', properties: { age: { type: 'strng' } } },
      /^properties\.age\.type: "strng" is no JSON type; did you mean string\?$/,
    ],
    [
      'fields in place of a schema',
      { name: { type: 'string' }, age: { type: 'number' } },
      /^has no keyword of JSON Schema, only name, age; fields stand under/,
    ],
    ['properties as a list', { type: 'object', properties: ['a'] }, /^properties: expected an object of schemas, got an array of 1$/],
    [
      'required as a flag',
      { properties: { a: { type: 'string', required: true } } },
      /^properties\.a\.required: expected a list of names on the object/,
    ],
    ['an empty enum', { enum: [] }, /^enum: expected a list of values/],
    ['a pattern that is none', { pattern: '(' }, /^pattern: "\(" is no regular expression$/],
    ['a bound that is a text', { type: 'number', minimum: '1' }, /^minimum: expected a number, got "1"$/],
    ['a negative count', { maxItems: -1 }, /^maxItems: expected a whole number, got -1$/],
    ['a reference to nowhere', { $ref: '#/$defs/a' }, /^\$ref: "#\/\$defs\/a" leads nowhere/],
    ['a reference outside', { $ref: 'https://example.com/a' }, /^\$ref: .* lies outside the schema/],
    ['one that holds itself', circular, /holds itself: use \$ref$/],
    ['a function', () => true, /is no JSON schema/],
  ];
  it.each(cases)('%s is told, with its place', (_, schema, problem) => expect(schemaProblem(schema)).toMatch(problem));

  it('what is one passes', () => {
    expect(schemaProblem({})).toBeUndefined();
    expect(schemaProblem(true)).toBeUndefined();
    expect(schemaProblem({ 'x-mine': 1, type: 'string', format: 'anything', examples: ['a'] })).toBeUndefined();
    fc.assert(fc.property(schemaCase, ({ schema }) => void expect(schemaProblem(schema)).toBeUndefined()));
  });
});
