import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fieldLines, fieldsOf, type Field } from './form-fields.ts';
import { fillField } from './form-fill.ts';

const field = (schema: object, required = true): Field => fieldsOf({ properties: { x: schema }, ...(required && { required: ['x'] }) })[0]!;
const fill = (schema: object, typed: string, required = true) => fillField(field(schema, required), typed);

describe('the fields of a form', () => {
  it('come in the order of the schema, with what is needed and what is not', () => {
    const fields = fieldsOf({
      type: 'object',
      properties: {
        name: { type: 'string', title: 'Your name', description: 'as on the door' },
        size: { type: 'string', enum: ['s', 'l'], enumNames: ['Small', 'Large'] },
        count: { type: 'integer', default: 2 },
        on: { type: 'boolean', default: false },
      },
      required: ['name'],
    });
    expect(fields.flatMap(fieldLines)).toEqual([
      'Your name: as on the door (text)',
      'size (one of them, optional)',
      '  1) Small',
      '  2) Large',
      'count (a whole number, optional, Enter for 2)',
      'on (yes or no, optional, Enter for no)',
    ]);
  });

  it.each([undefined, {}, { properties: null }, { type: 'object', properties: {} }])(
    'none: only a yes or a no is wanted (%j)',
    (schema) => {
      expect(fieldsOf(schema as never)).toEqual([]);
    },
  );

  it.each([
    [{ oneOf: [{ const: 'a', title: 'First' }, { const: 'b' }] }, 'first', 'a'],
    [{ anyOf: [{ const: 1, title: 'one' }] }, '1', 1],
    [{ enum: [3, 2, 1] }, '1', 1],
    [{ type: 'array', items: { enum: ['red', 'blue'] } }, 'blue, 1', ['blue', 'red']],
    [{ type: ['string', 'null'] }, 'x', 'x'],
    [{ type: 'object' }, '{"a":1}', { a: 1 }],
    [{}, 'anything', 'anything'],
    [{ type: 'number' }, '-1.5e3', -1500],
    [{ type: 'boolean' }, 'N', false],
    [{ type: 'string', format: 'date' }, '2030-01-31', '2030-01-31'],
  ])('%j, filled in with %j', (schema, typed, value) => {
    expect(fill(schema, typed)).toEqual({ value });
  });

  it.each([
    [{ type: 'integer' }, '1.5', 'a whole number'],
    [{ type: 'integer' }, 'two', 'a number'],
    [{ type: 'number', minimum: 1, maximum: 9 }, '0', 'at least 1'],
    [{ type: 'number', minimum: 1, maximum: 9 }, '10', 'at most 9'],
    [{ type: 'boolean' }, 'perhaps', 'yes or no'],
    [{ enum: ['a', 'b'] }, 'c', 'one of a, b'],
    [{ enum: ['a', 'b'] }, '3', 'one of a, b'],
    [{ type: 'array', items: { enum: ['a'] } }, 'a, z', '"z" is none'],
    [{ type: 'string', minLength: 3 }, 'ab', 'at least 3'],
    [{ type: 'string', maxLength: 1 }, 'ab', 'at most 1'],
    [{ type: 'string', format: 'email' }, 'nobody', 'e-mail'],
    [{ type: 'string', format: 'uri' }, 'nowhere', 'https://'],
    [{ type: 'object' }, '{', 'no JSON'],
    [{ type: 'string' }, '  ', 'needed'],
  ])('%j refuses %j and says what is needed', (schema, typed, error) => {
    expect(fill(schema, typed)).toEqual({ error: expect.stringContaining(error) });
  });

  it('nothing typed is the default, or nothing where nothing is needed', () => {
    expect(fill({ type: 'string', default: 'd' }, '')).toEqual({ value: 'd' });
    expect(fill({ type: 'boolean', default: false }, '', false)).toEqual({ value: false });
    expect(fill({ type: 'string' }, '', false)).toEqual({ left: true });
  });

  it('any schema and any text come to a value, to nothing or to words', () => {
    fc.assert(
      fc.property(fc.object({ maxDepth: 3 }), fc.string(), (schema, typed) => {
        for (const one of fieldsOf({ properties: { x: schema } })) {
          expect(fieldLines(one).length).toBeGreaterThan(0);
          const filled = fillField(one, typed);
          expect(['value', 'left', 'error'].filter((key) => key in filled)).toHaveLength(1);
        }
      }),
    );
  });
});
