import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { requestOf } from './openapi-request.ts';
import { operationsOf, type Operation } from './openapi.ts';

const document = (paths: object, more: object = {}) => ({ openapi: '3.0.3', info: {}, paths, ...more });
const one = (operation: object, path = '/a', method = 'get', more?: object): Operation =>
  operationsOf(document({ [path]: { [method]: operation } }, more))[0]!;

describe('operations of a document', () => {
  it('names: the operationId, else method and path; plain, short, each once', () => {
    const names = operationsOf(
      document({
        '/pets': { get: { operationId: 'listPets' }, post: { operationId: 'pets/create-one.now' } },
        '/pets/{id}': { get: { operationId: 'listPets' }, delete: {} },
        '/x': {
          get: { operationId: 'y'.repeat(100) },
          put: { operationId: 'y'.repeat(100) },
          patch: { operationId: 'ä' },
          trace: {},
          summary: 'not a method',
        },
      }),
    ).map(({ name }) => name);
    expect(names).toEqual([
      'listPets',
      'pets_create_one_now',
      'listPets_2',
      'delete_pets_id',
      'y'.repeat(64),
      `${'y'.repeat(60)}_2`,
      'patch_x',
    ]);
  });

  it('arguments: of the path and of the operation, of path, query and header; the body with body_ before its fields', () => {
    const operation = operationsOf(
      document({
        '/pets/{id}': {
          parameters: [
            { name: 'id', in: 'path', required: true, schema: { type: 'integer' } },
            { name: 'limit', in: 'query', schema: { type: 'integer' }, description: 'of the path' },
          ],
          put: {
            summary: 'Changes a pet',
            description: 'Changes a pet for good',
            parameters: [
              { name: 'limit', in: 'query', schema: { type: 'integer', example: 3 }, description: 'How many' },
              { name: 'filter[name]', in: 'query' },
              { name: 'id', in: 'query', schema: { type: 'string' } },
              { name: 'X-Trace', in: 'header', schema: { type: 'string' } },
              { name: 'Authorization', in: 'header', schema: { type: 'string' } },
              { name: 'session', in: 'cookie', schema: { type: 'string' } },
            ],
            requestBody: {
              required: true,
              content: {
                'application/json': {
                  schema: {
                    type: 'object',
                    required: ['name', 'id'],
                    properties: {
                      id: { type: 'integer', readOnly: true },
                      name: { type: 'string', nullable: true },
                      tags: { type: 'array', items: { type: 'string' } },
                    },
                  },
                },
              },
            },
          },
        },
      }),
    )[0]!;
    expect(operation.description).toBe('Changes a pet\nChanges a pet for good');
    expect(operation.parameters).toEqual({
      type: 'object',
      properties: {
        id: { type: 'integer' },
        limit: { type: 'integer', description: 'How many' },
        filter_name_: { type: 'string' },
        id_query: { type: 'string' },
        'X-Trace': { type: 'string' },
        body_name: { type: ['string', 'null'] },
        body_tags: { type: 'array', items: { type: 'string' } },
      },
      required: ['id', 'body_name'],
    });
    const input = { id: 7, limit: 2, filter_name_: 'a b', id_query: 'q', 'X-Trace': 't', body_name: 'n', body_tags: ['x'] };
    expect(requestOf(operation, input)).toEqual({
      path: '/pets/7?limit=2&filter%5Bname%5D=a%20b&id=q',
      headers: { accept: 'application/json, */*;q=0.5', 'x-trace': 't', 'content-type': 'application/json' },
      body: '{"name":"n","tags":["x"]}',
    });
  });

  it('a body that is no object is one argument; a form is sent as one; other media are left out', () => {
    const list = one(
      { requestBody: { content: { 'application/vnd.api+json': { schema: { type: 'array', items: { type: 'integer' } } } } } },
      '/a',
      'post',
    );
    expect(list.parameters['properties']).toEqual({ body: { type: 'array', items: { type: 'integer' } } });
    expect(requestOf(list, { body: [1, 2] })).toMatchObject({ body: '[1,2]', headers: { 'content-type': 'application/vnd.api+json' } });
    const form = { type: 'object', properties: { a: { type: 'string' }, b: { type: 'array' } } };
    const sent = one({ requestBody: { content: { 'application/x-www-form-urlencoded': { schema: form } } } }, '/a', 'post');
    expect(requestOf(sent, { body_a: 'x&y', body_b: [1, 2] }).body).toBe('a=x%26y&b=1&b=2');
    const raw = one({ requestBody: { content: { 'application/octet-stream': { schema: {} } } } }, '/a', 'post');
    expect([raw.parameters['properties'], raw.body]).toEqual([{}, undefined]);
  });

  it('styles of a query: exploded, joined, deep, as JSON', () => {
    const query = (parameter: object, value: unknown) =>
      requestOf(one({ parameters: [{ name: 'q', in: 'query', schema: {}, ...parameter }] }), { q: value }).path;
    expect(query({}, ['a', 'b'])).toBe('/a?q=a&q=b');
    expect(query({ explode: false }, ['a', 'b'])).toBe('/a?q=a%2Cb');
    expect(query({}, { x: 1, y: 2 })).toBe('/a?x=1&y=2');
    expect(query({ explode: false }, { x: 1 })).toBe('/a?q=x%2C1');
    expect(query({ style: 'deepObject' }, { x: 1 })).toBe('/a?q%5Bx%5D=1');
    expect(query({ schema: undefined, content: { 'application/json': { schema: { type: 'object' } } } }, { x: 1 })).toBe(
      '/a?q=%7B%22x%22%3A1%7D',
    );
  });

  it('what stands in a path cannot leave its segment, and is not left out', () => {
    const operation = one({ parameters: [{ name: 'id', in: 'path', schema: { type: 'string' } }] }, '/a/{id}/b');
    expect(requestOf(operation, { id: '../x?y#z' }).path).toBe('/a/..%2Fx%3Fy%23z/b');
    for (const id of ['..', '.', '']) expect(() => requestOf(operation, { id })).toThrow('it stands in a path');
    expect(() => requestOf(operation, {})).toThrow('The path of get_a_id_b needs "id".');
    expect(one({}, '/a/{id}/b').parameters).toEqual({ type: 'object', properties: { id: { type: 'string' } }, required: ['id'] });
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), (id) => {
        fc.pre(id !== '.' && id !== '..' && id.isWellFormed());
        const { pathname } = new URL(`http://h${requestOf(operation, { id }).path}`);
        expect(decodeURIComponent(pathname.split('/')[2]!)).toBe(id);
      }),
    );
  });

  it('R1: references are followed; those in a circle, outside or nowhere are "anything"', () => {
    const schemas = {
      Pet: {
        type: 'object',
        properties: { name: { type: 'string' }, friend: { $ref: '#/components/schemas/Pet' }, kind: { $ref: '#/components/schemas/a~1b' } },
      },
      'a/b': { type: 'string', enum: ['cat'] },
      Loop: { $ref: '#/components/schemas/Loop' },
    };
    const body = (ref: string) =>
      one({ requestBody: { $ref: '#/components/requestBodies/It' } }, '/a', 'post', {
        components: { schemas, requestBodies: { It: { content: { 'application/json': { schema: { $ref: ref } } } } } },
      }).parameters['properties'];
    expect(body('#/components/schemas/Pet')).toEqual({
      body_name: { type: 'string' },
      body_friend: {},
      body_kind: { type: 'string', enum: ['cat'] },
    });
    for (const ref of ['#/components/schemas/Loop', 'other.yaml#/X', '#/nowhere', '#/__proto__', '#/%'])
      expect(body(ref)).toEqual({ body: {} });
  });

  it('R1: a document that doubles with every reference ends', () => {
    const schemas = Object.fromEntries(
      Array.from({ length: 40 }, (_, n) => [
        `S${n}`,
        { type: 'object', properties: { a: { $ref: `#/components/schemas/S${n + 1}` }, b: { $ref: `#/components/schemas/S${n + 1}` } } },
      ]),
    );
    const schema = { $ref: '#/components/schemas/S0' };
    const { parameters } = one({ requestBody: { content: { 'application/json': { schema } } } }, '/a', 'post', { components: { schemas } });
    expect(JSON.stringify(parameters).length).toBeLessThan(100_000);
  });

  it('the server: of the operation, the path, the document; https before http; variables by their defaults', () => {
    const servers = (...urls: string[]) => ({ servers: urls.map((url) => ({ url, variables: { v: { default: 'v2' } } })) });
    const root = servers('http://a.example', 'https://a.example/{v}');
    const of = (paths: object) => operationsOf(document(paths, root)).map(({ server }) => server);
    expect(of({ '/a': { get: {}, post: servers('/own') }, '/b': { get: {}, ...servers('https://b.example') } })).toEqual([
      'https://a.example/v2',
      '/own',
      'https://b.example',
    ]);
    expect(one({}).server).toBeUndefined();
  });

  it.each([
    [{ swagger: '2.0', paths: {} }, 'it is of Swagger 2.0; only OpenAPI 3 is understood'],
    [{ paths: {} }, 'it is not an OpenAPI 3 document ("openapi: 3…" is missing)'],
    ['text', 'it is not an OpenAPI 3 document'],
    [null, 'it is not an OpenAPI 3 document'],
  ])('%j is refused', (value, message) => expect(() => operationsOf(value)).toThrow(message));

  it('nothing a document holds makes it throw anything else', () =>
    fc.assert(
      fc.property(
        fc.dictionary(
          fc.constantFrom('/a', '/b/{c}'),
          fc.dictionary(fc.constantFrom('get', 'post', 'parameters', 'servers'), fc.jsonValue()),
        ),
        (paths) => {
          for (const operation of operationsOf(document(paths as object))) expect(operation.name).toMatch(/^[A-Za-z0-9_]{1,64}$/);
        },
      ),
    ));
});
