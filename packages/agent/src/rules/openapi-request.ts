import type { Operation } from './openapi.ts';
import { FORM, type Place } from './openapi-arguments.ts';
import { isPart } from './openapi-schema.ts';
import { textOf } from './url-template.ts';

/** One call of an operation, put together. */
export interface OperationRequest {
  /** With the query, to be joined to the server's URL. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** Throws a plain Error when an argument cannot stand where it belongs. */
export function requestOf(operation: Operation, input: Readonly<Record<string, unknown>>): OperationRequest {
  const given = operation.places.flatMap((place) => {
    const value = input[place.argument];
    return value === undefined || value === null ? [] : [{ place, value }];
  });
  const of = (where: Place['in']) => given.filter(({ place }) => place.in === where);
  const path = of('path').reduce(
    (text, { place, value }) => text.replaceAll(`{${place.name}}`, () => segment(place, value)),
    operation.path,
  );
  const missing = /\{([^{}]*)\}/.exec(path);
  if (missing) throw new Error(`The path of ${operation.name} needs "${missing[1]}".`);
  const query = of('query')
    .flatMap(({ place, value }) => pairs(place, value))
    .map((pair) => pair.map(encodeURIComponent).join('='));
  const body = bodyOf(operation, of('body'));
  return {
    path: query.length === 0 ? path : `${path}?${query.join('&')}`,
    headers: {
      accept: 'application/json, */*;q=0.5',
      ...Object.fromEntries(of('header').map(({ place, value }) => [place.name!.toLowerCase(), simple(value)])),
      ...(body !== undefined && { 'content-type': operation.body! }),
    },
    ...(body !== undefined && { body }),
  };
}

const simple = (value: unknown): string => (Array.isArray(value) ? value.map(textOf).join(',') : textOf(value));

/** `.` and `..` would be steps, even encoded; an empty one would be another path. */
function segment(place: Place, value: unknown): string {
  const text = place.json ? JSON.stringify(value) : simple(value);
  if (text === '' || text === '.' || text === '..')
    throw new Error(`${place.argument} cannot be ${JSON.stringify(text)}: it stands in a path.`);
  return encodeURIComponent(text);
}

function pairs({ name = '', json, explode, deep }: Place, value: unknown): [string, string][] {
  if (json) return [[name, JSON.stringify(value)]];
  if (Array.isArray(value)) return explode ? value.map((one) => [name, textOf(one)]) : [[name, value.map(textOf).join(',')]];
  if (!isPart(value)) return [[name, textOf(value)]];
  const fields = Object.entries(value);
  if (deep) return fields.map(([key, inner]) => [`${name}[${key}]`, textOf(inner)]);
  if (explode) return fields.map(([key, inner]) => [key, textOf(inner)]);
  return [[name, fields.flatMap(([key, inner]) => [key, textOf(inner)]).join(',')]];
}

function bodyOf({ body: type }: Operation, given: readonly { readonly place: Place; readonly value: unknown }[]): string | undefined {
  if (type === undefined || given.length === 0) return undefined;
  const whole = given.find(({ place }) => place.name === undefined);
  const value = whole ? whole.value : Object.fromEntries(given.map(({ place, value: field }) => [place.name!, field]));
  if (type !== FORM || !isPart(value)) return JSON.stringify(value);
  return Object.entries(value)
    .flatMap(([name, field]) =>
      (Array.isArray(field) ? field : [field]).map((one) => `${encodeURIComponent(name)}=${encodeURIComponent(textOf(one))}`),
    )
    .join('&');
}
