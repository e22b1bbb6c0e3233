/** One field of a form that a tool asks the user to fill in: a property of a flat JSON Schema. */
export interface Field {
  readonly name: string;
  readonly title: string;
  readonly description?: string;
  readonly kind: 'string' | 'number' | 'integer' | 'boolean' | 'choice' | 'choices' | 'json';
  readonly required: boolean;
  readonly fallback?: unknown;
  /** Of a choice: what is sent, and what is shown. */
  readonly options: readonly { readonly value: unknown; readonly label: string }[];
  readonly schema: Schema;
}

type Schema = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Schema => typeof value === 'object' && value !== null && !Array.isArray(value);
const textOf = (value: unknown): string | undefined => (typeof value === 'string' && value.trim() !== '' ? value : undefined);

/** Fields in the order of the schema; none: it only wants a yes or a no. */
export function fieldsOf(schema: Schema | undefined): readonly Field[] {
  const properties = isObject(schema?.['properties']) ? schema['properties'] : {};
  const required = Array.isArray(schema?.['required']) ? schema['required'] : [];
  return Object.entries(properties).map(([name, raw]) => fieldOf(name, isObject(raw) ? raw : {}, required.includes(name)));
}

function fieldOf(name: string, schema: Schema, required: boolean): Field {
  const description = textOf(schema['description']);
  const single = optionsOf(schema);
  const several = isObject(schema['items']) ? optionsOf(schema['items']) : [];
  const kind = single.length > 0 ? 'choice' : schema['type'] === 'array' && several.length > 0 ? 'choices' : kindOf(schema);
  return {
    name,
    title: textOf(schema['title']) ?? name,
    ...(description !== undefined && { description }),
    kind,
    required,
    ...('default' in schema && { fallback: schema['default'] }),
    options: single.length > 0 ? single : several,
    schema,
  };
}

function kindOf({ type }: Schema): Field['kind'] {
  const one = [type].flat().find((each) => each !== 'null');
  if (one === 'string' || one === 'number' || one === 'integer' || one === 'boolean') return one;
  return one === undefined ? 'string' : 'json';
}

/** `enum` with or without `enumNames`; titled options as `oneOf` or `anyOf` of constants. */
function optionsOf(schema: Schema): Field['options'] {
  const titled = [schema['oneOf'], schema['anyOf']].find(
    (list): list is readonly Schema[] => Array.isArray(list) && list.length > 0 && list.every((one) => isObject(one) && 'const' in one),
  );
  if (titled) return titled.map((one) => ({ value: one['const'], label: textOf(one['title']) ?? String(one['const']) }));
  const values = Array.isArray(schema['enum']) ? schema['enum'] : [];
  const names = Array.isArray(schema['enumNames']) ? schema['enumNames'] : [];
  return values.map((value, at) => ({ value, label: textOf(names[at]) ?? String(value) }));
}

const KIND_WORDS: Readonly<Record<Field['kind'], string>> = {
  string: 'text',
  number: 'a number',
  integer: 'a whole number',
  boolean: 'yes or no',
  choice: 'one of them',
  choices: 'any of them, with commas between',
  json: 'as JSON',
};

/** What is shown of a field before it is filled in. */
export function fieldLines({ title, description, kind, required, fallback, options }: Field): readonly string[] {
  const facts = [KIND_WORDS[kind], ...(required ? [] : ['optional']), ...(fallback === undefined ? [] : [`Enter for ${shown(fallback)}`])];
  const about = description === undefined || description === title ? '' : `: ${description}`;
  return [`${title}${about} (${facts.join(', ')})`, ...options.map(({ label }, at) => `  ${at + 1}) ${label}`)];
}

const shown = (value: unknown): string =>
  typeof value === 'string' ? value : typeof value === 'boolean' ? (value ? 'yes' : 'no') : JSON.stringify(value);
