import type { Field } from './form-fields.ts';

/** What was typed for a field: its value, nothing at all, or what is wrong with it. */
export type Filled = { readonly value: unknown } | { readonly left: true } | { readonly error: string };

export function fillField(field: Field, typed: string): Filled {
  const text = typed.trim();
  if (text === '') {
    if (field.fallback !== undefined) return { value: field.fallback };
    return field.required ? { error: 'this one is needed (- declines all of it)' } : { left: true };
  }
  switch (field.kind) {
    case 'number':
    case 'integer':
      return numberIn(field, text);
    case 'boolean':
      if (/^(y|yes|true|1|on)$/i.test(text)) return { value: true };
      return /^(n|no|false|0|off)$/i.test(text) ? { value: false } : { error: 'yes or no' };
    case 'choice':
      return choiceIn(field, text);
    case 'choices':
      return choicesIn(field, text);
    case 'json':
      return jsonIn(text);
    default:
      return stringIn(field, text);
  }
}

function numberIn({ kind, schema }: Field, text: string): Filled {
  const value = Number(text);
  if (!Number.isFinite(value)) return { error: 'a number is needed' };
  if (kind === 'integer' && !Number.isInteger(value)) return { error: 'a whole number is needed' };
  const [least, most] = [schema['minimum'], schema['maximum']];
  if (typeof least === 'number' && value < least) return { error: `at least ${least}` };
  return typeof most === 'number' && value > most ? { error: `at most ${most}` } : { value };
}

const FORMATS: Readonly<Record<string, readonly [RegExp, string]>> = {
  email: [/^[^\s@]+@[^\s@]+$/, 'an e-mail address is needed'],
  uri: [/^[a-z][a-z0-9+.-]*:\S+$/i, 'an address such as https://example.com is needed'],
  date: [/^\d{4}-\d{2}-\d{2}$/, 'a date such as 2030-01-31 is needed'],
  'date-time': [/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})$/i, 'a time such as 2030-01-31T12:00:00Z is needed'],
};

function stringIn({ schema }: Field, text: string): Filled {
  const length = [...text].length;
  const [least, most] = [schema['minLength'], schema['maxLength']];
  if (typeof least === 'number' && length < least) return { error: `at least ${least} characters` };
  if (typeof most === 'number' && length > most) return { error: `at most ${most} characters; these are ${length}` };
  const format = FORMATS[String(schema['format'])];
  return format && !format[0].test(text) ? { error: format[1] } : { value: text };
}

function choiceIn({ options }: Field, text: string): Filled {
  const found = optionAt(options, text);
  return found ? { value: found.value } : { error: `one of ${options.map(({ label }) => label).join(', ')}, or its number` };
}

function choicesIn({ options }: Field, text: string): Filled {
  const words = text.split(',').map((word) => word.trim());
  const found = words.map((word) => optionAt(options, word));
  const missing = words.find((_, at) => found[at] === undefined);
  return missing === undefined ? { value: found.map((one) => one!.value) } : { error: `"${missing}" is none of them` };
}

/** What it is called comes before its number: options may be numbers. */
const optionAt = (options: Field['options'], text: string) =>
  options.find(({ value, label }) => label === text || String(value) === text) ??
  options.find(({ value, label }) => [label, String(value)].some((name) => name.toLowerCase() === text.toLowerCase())) ??
  (/^\d+$/.test(text) ? options[Number(text) - 1] : undefined);

function jsonIn(text: string): Filled {
  try {
    return { value: JSON.parse(text) };
  } catch {
    return { error: 'this is no JSON' };
  }
}
