import type { CheckedSchema, StandardSchema } from './object-schema.ts';

/** The values that a JSON schema written out in place describes, as far as the compiler can tell; else `unknown`. */
type JsonOf<S> = S extends { readonly const: infer C }
  ? C
  : S extends { readonly enum: readonly (infer E)[] }
    ? E
    : S extends { readonly anyOf: readonly (infer A)[] } | { readonly oneOf: readonly (infer A)[] }
      ? JsonOf<A>
      : S extends { readonly type: infer T }
        ? T extends readonly (infer One)[]
          ? Typed<S, One>
          : Typed<S, T>
        : unknown;

type Typed<S, T> = T extends 'string'
  ? string
  : T extends 'number' | 'integer'
    ? number
    : T extends 'boolean'
      ? boolean
      : T extends 'null'
        ? null
        : T extends 'array'
          ? S extends { readonly items: infer I }
            ? JsonOf<I>[]
            : unknown[]
          : T extends 'object'
            ? Fields<S>
            : unknown;

type Fields<S> = S extends { readonly properties: infer P }
  ? { [K in keyof P as K extends Needed<S> ? K : never]: JsonOf<P[K]> } & {
      [K in keyof P as K extends Needed<S> ? never : K]?: JsonOf<P[K]>;
    }
  : Record<string, unknown>;

type Needed<S> = S extends { readonly required: readonly (infer R)[] } ? R : never;

/** A JSON schema, a Standard Schema (zod, valibot, arktype …), or a JSON schema with a check of one's own. */
export type ObjectSchema = StandardSchema | CheckedSchema | Readonly<Record<string, unknown>>;

/** The value that a schema describes. */
export type ObjectOf<S> =
  S extends StandardSchema<infer T>
    ? T
    : S extends { readonly validate: (value: never) => infer V; readonly jsonSchema: unknown }
      ? Checked<V, S>
      : JsonOf<S>;

type Checked<V, S> =
  Awaited<V> extends infer R
    ? R extends { readonly success: true; readonly value: infer T }
      ? T
      : R extends { readonly success: false }
        ? never
        : S extends CheckedSchema<infer T>
          ? unknown extends T
            ? R
            : T
          : R
    : never;
