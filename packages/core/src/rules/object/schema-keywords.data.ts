// The words of JSON Schema that are looked at, draft 4 to 2020-12.
export const TYPES = ['string', 'number', 'integer', 'boolean', 'object', 'array', 'null'];

/** Keywords whose value is a schema, a list of them, or a map of them. */
export const ONE = [
  'additionalProperties',
  'propertyNames',
  'contains',
  'additionalItems',
  'not',
  'if',
  'then',
  'else',
  'unevaluatedProperties',
  'unevaluatedItems',
];
export const SEVERAL = ['allOf', 'anyOf', 'oneOf', 'prefixItems'];
export const NAMED = ['properties', 'patternProperties', '$defs', 'definitions', 'dependentSchemas'];
export const COUNTS = ['minLength', 'maxLength', 'minItems', 'maxItems', 'minProperties', 'maxProperties', 'minContains', 'maxContains'];
export const NUMBERS = ['minimum', 'maximum'];

/** Every word that a schema may hold; one that has none of them is something else. */
export const KEYWORDS: ReadonlySet<string> = new Set([
  ...ONE,
  ...SEVERAL,
  ...NAMED,
  ...COUNTS,
  ...NUMBERS,
  'items',
  'type',
  'enum',
  'const',
  'required',
  'pattern',
  'format',
  'multipleOf',
  'exclusiveMinimum',
  'exclusiveMaximum',
  'uniqueItems',
  'nullable',
  'dependencies',
  'dependentRequired',
  'title',
  'description',
  'default',
  'examples',
  'example',
  'deprecated',
  'readOnly',
  'writeOnly',
  'discriminator',
  'contentEncoding',
  'contentMediaType',
  'id',
]);
