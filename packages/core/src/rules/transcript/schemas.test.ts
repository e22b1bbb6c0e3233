import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileSchema } from './schemas.ts';
import { ownNames, sentName } from './tool-names.ts';

const plain = (schema: unknown) => compileSchema(schema, 'plain');
const google = (schema: unknown) => compileSchema(schema, 'google');

describe('C11: the schema of a tool', () => {
  it('stays the same object where nothing has to change', () => {
    const schema = { type: 'object', properties: { a: { oneOf: [{ const: 1 }] } }, additionalProperties: false };
    expect(plain(schema)).toBe(schema);
  });

  it.each<[string, unknown, unknown]>([
    ['none', undefined, { type: 'object', properties: {} }],
    ['an empty object', { type: 'object' }, { type: 'object', properties: {} }],
    [
      'references, definitions and all',
      {
        type: 'object',
        properties: { a: { $ref: '#/$defs/x', description: 'own' } },
        $defs: { x: { type: 'string', description: 'its' } },
      },
      { type: 'object', properties: { a: { type: 'string', description: 'own' } } },
    ],
    ['a reference to nowhere', { type: 'object', properties: { a: { $ref: 'http://x/y' } } }, { type: 'object', properties: { a: {} } }],
    [
      'a union at the root: what all require stays required',
      {
        oneOf: [
          { type: 'object', properties: { a: { type: 'string' }, c: {} }, required: ['a', 'c'] },
          { type: 'object', properties: { a: { type: 'number' } }, required: ['a'] },
        ],
      },
      { type: 'object', properties: { a: { anyOf: [{ type: 'string' }, { type: 'number' }] }, c: {} }, required: ['a'] },
    ],
    [
      'an intersection at the root',
      { allOf: [{ properties: { a: {} }, required: ['a'] }, { properties: { b: {} } }], description: 'd' },
      { type: 'object', description: 'd', properties: { a: {}, b: {} }, required: ['a'] },
    ],
  ])('plain: %s', (_name, schema, compiled) => {
    expect(plain(schema)).toEqual(compiled);
  });

  it('a schema that refers to itself is cut open, deep down', () => {
    const tree = { type: 'object', properties: { child: { $ref: '#' }, name: { type: 'string' } } };
    const compiled = JSON.stringify(plain(tree));
    expect(compiled).not.toContain('$ref');
    expect(compiled.match(/"name"/g)!.length).toBeGreaterThan(2);
  });

  it('Google: only what function declarations know', () => {
    const schema = {
      $schema: 'x',
      type: 'object',
      additionalProperties: false,
      properties: {
        a: { const: 'x' },
        b: {
          oneOf: [
            { type: 'string', format: 'uri' },
            { type: 'integer', format: 'int32', exclusiveMinimum: 0 },
          ],
        },
        c: { type: 'array' },
        d: { type: 'object', patternProperties: {}, required: ['gone'] },
        e: { type: 'array', items: [{ type: 'string' }], uniqueItems: true },
      },
      required: ['a', 'gone'],
    };
    expect(google(schema)).toEqual({
      type: 'object',
      properties: {
        a: { enum: ['x'] },
        b: { anyOf: [{ type: 'string' }, { type: 'integer', format: 'int32' }] },
        c: { type: 'array', items: {} },
        d: { type: 'object', required: [] },
        e: { type: 'array', items: { type: 'string' } },
      },
      required: ['a'],
    });
  });
});

describe('C11: the name of a tool', () => {
  it('stays where it is taken; else it is another for every name, and known again', () =>
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.string({ minLength: 1, maxLength: 90 }), { maxLength: 20 }),
        fc.constantFrom('openai', 'google'),
        (names, rule) => {
          const sent = names.map((name) => sentName(name, rule));
          for (const name of sent) expect(name).toMatch(rule === 'google' ? /^[a-zA-Z_][a-zA-Z0-9_-]{0,63}$/ : /^[a-zA-Z0-9_-]{1,64}$/);
          expect(new Set(sent).size).toBe(names.length);
          const own = ownNames(names, rule);
          expect(sent.map((name) => own?.get(name) ?? name)).toEqual(names);
        },
      ),
    ));

  it('can still be read', () => {
    expect(sentName('mcp.files/read', 'openai')).toMatch(/^mcp_files_read_[a-zA-Z0-9]{12}$/);
    expect(sentName('1st', 'google')).toMatch(/^t_1st_/);
    expect(ownNames(['read_file'], 'openai')).toBeUndefined();
  });
});
