import * as fc from 'fast-check';

/** A schema, a value that fits it, and one that does not with the path of what is wrong. */
export interface SchemaCase {
  readonly schema: Readonly<Record<string, unknown>>;
  readonly right: unknown;
  readonly wrong: unknown;
  readonly at: readonly (string | number)[];
}

const leaf: fc.Arbitrary<SchemaCase> = fc.oneof(
  fc.string().map((right) => ({ schema: { type: 'string' }, right, wrong: 7, at: [] })),
  fc.integer().map((right) => ({ schema: { type: 'integer', minimum: right }, right, wrong: right - 1, at: [] })),
  fc.integer().map((right) => ({ schema: { type: 'integer' }, right, wrong: right + 0.5, at: [] })),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((right) => ({ schema: { type: 'number' }, right, wrong: String(right), at: [] })),
  fc.boolean().map((right) => ({ schema: { const: right }, right, wrong: !right, at: [] })),
  fc
    .uniqueArray(fc.string(), { minLength: 1, maxLength: 5 })
    .map((words) => ({ schema: { enum: words }, right: words[0], wrong: `${words.join('')}x`, at: [] })),
  fc.constant({ schema: { type: ['string', 'null'] }, right: null, wrong: {}, at: [] }),
  fc
    .string({ maxLength: 4 })
    .map((right) => ({ schema: { type: 'string', maxLength: [...right].length }, right, wrong: `${right}x`, at: [] })),
);

const name = fc.stringMatching(/^[a-z]{1,5}$/);

const plain: fc.Arbitrary<SchemaCase> = fc.letrec<{ one: SchemaCase }>((tie) => ({
  one: fc.oneof(
    { maxDepth: 3 },
    leaf,
    fc.record({ of: tie('one'), key: name, others: fc.dictionary(name, leaf, { maxKeys: 3 }) }).map(({ of, key, others }) => {
      const all = { ...others, [key]: of };
      const values = Object.fromEntries(Object.entries(all).map(([field, one]) => [field, one.right]));
      const properties = Object.fromEntries(Object.entries(all).map(([field, one]) => [field, one.schema]));
      const schema = { type: 'object', properties, required: Object.keys(all), additionalProperties: false };
      return { schema, right: values, wrong: { ...values, [key]: of.wrong }, at: [key, ...of.at] };
    }),
    fc.record({ of: tie('one'), before: fc.nat(2) }).map(({ of, before }) => {
      const right = Array.from({ length: before + 1 }, () => of.right);
      return {
        schema: { type: 'array', items: of.schema, minItems: 1 },
        right,
        wrong: right.with(before, of.wrong),
        at: [before, ...of.at],
      };
    }),
    fc.record({ of: tie('one') }).map(({ of }) => ({ ...of, schema: { allOf: [of.schema, {}] } })),
  ),
})).one;

export const schemaCase = fc.oneof(
  plain,
  plain.map((of): SchemaCase => ({ ...of, schema: { $ref: '#/$defs/it', $defs: { it: of.schema } } })),
);
