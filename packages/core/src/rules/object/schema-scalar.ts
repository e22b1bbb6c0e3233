import { sameJson, shown, typeOf, type JsonObject } from './json-value.ts';

/** What a schema says of a value by itself: its type, a list of values, bounds of numbers and texts. Messages say what is expected. */
export function scalarProblems(schema: JsonObject, value: unknown): string[] {
  const wrong = typeProblem(schema, value);
  if (wrong !== undefined) return [wrong];
  const problems: string[] = [];
  const { enum: values, const: only } = schema;
  if (Array.isArray(values) && !(value === null && schema['nullable'] === true) && !values.some((one) => sameJson(one, value)))
    problems.push(`expected one of ${listed(values)}, got ${shown(value)}`);
  if (only !== undefined && !sameJson(only, value)) problems.push(`expected ${shown(only)}, got ${shown(value)}`);
  if (typeof value === 'number') problems.push(...numberProblems(schema, value));
  if (typeof value === 'string') problems.push(...textProblems(schema, value));
  return problems;
}

const MOST_LISTED = 12;

const listed = (values: readonly unknown[]): string =>
  values.length <= MOST_LISTED
    ? values.map(shown).join(', ')
    : `${values.slice(0, MOST_LISTED).map(shown).join(', ')} and ${values.length - MOST_LISTED} more`;

const WORDS: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  integer: 'a whole number',
  boolean: 'true or false',
  object: 'an object',
  array: 'an array',
  null: 'null',
};

function typeProblem(schema: JsonObject, value: unknown): string | undefined {
  const { type, nullable } = schema;
  const types = typeof type === 'string' ? [type] : Array.isArray(type) ? (type as string[]) : [];
  if (types.length === 0 || (value === null && nullable === true)) return undefined;
  const is = typeOf(value);
  if (types.some((one) => one === is || (one === 'number' && is === 'integer'))) return undefined;
  return `expected ${types.map((one) => WORDS[one] ?? one).join(' or ')}, got ${shown(value)}`;
}

const isNumber = (value: unknown): value is number => typeof value === 'number';

function numberProblems(schema: JsonObject, value: number): string[] {
  const { minimum, maximum, exclusiveMinimum: above, exclusiveMaximum: below, multipleOf } = schema;
  const out: string[] = [];
  // Draft 4 writes the exclusive bounds as a flag beside the bound.
  if (isNumber(minimum) && (above === true ? value <= minimum : value < minimum))
    out.push(`expected ${above === true ? 'more than' : 'at least'} ${minimum}, got ${value}`);
  if (isNumber(maximum) && (below === true ? value >= maximum : value > maximum))
    out.push(`expected ${below === true ? 'less than' : 'at most'} ${maximum}, got ${value}`);
  if (isNumber(above) && value <= above) out.push(`expected more than ${above}, got ${value}`);
  if (isNumber(below) && value >= below) out.push(`expected less than ${below}, got ${value}`);
  if (isNumber(multipleOf) && !isMultiple(value, multipleOf)) out.push(`expected a multiple of ${multipleOf}, got ${value}`);
  return out;
}

/** 0.3 is a multiple of 0.1, whatever binary fractions say. */
function isMultiple(value: number, of: number): boolean {
  const times = value / of;
  return Math.abs(times - Math.round(times)) <= 1e-9 * Math.max(1, Math.abs(times));
}

function textProblems(schema: JsonObject, value: string): string[] {
  const { minLength, maxLength, pattern, format } = schema;
  const out: string[] = [];
  if (isNumber(minLength) || isNumber(maxLength)) {
    const length = [...value].length;
    if (isNumber(minLength) && length < minLength) out.push(`expected at least ${minLength} characters, got ${length}`);
    if (isNumber(maxLength) && length > maxLength) out.push(`expected at most ${maxLength} characters, got ${length}`);
  }
  if (typeof pattern === 'string' && !patternOf(pattern)?.test(value)) out.push(`expected a text like /${pattern}/, got ${shown(value)}`);
  if (typeof format === 'string' && FORMATS[format]?.(value) === false) out.push(`expected a ${format}, got ${shown(value)}`);
  return out;
}

/** Undefined for what is no regular expression. */
export function patternOf(source: string): RegExp | undefined {
  for (const flags of ['u', '']) {
    try {
      return new RegExp(source, flags);
    } catch {
      // Patterns written without the `u` flag in mind may be right without it.
    }
  }
  return undefined;
}

const isDate = (text: string): boolean => {
  const [, year, month, day] = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text) ?? [];
  if (year === undefined) return false;
  const days = [
    31,
    Number(year) % 4 === 0 && (Number(year) % 100 !== 0 || Number(year) % 400 === 0) ? 29 : 28,
    31,
    30,
    31,
    30,
    31,
    31,
    30,
    31,
    30,
    31,
  ];
  return Number(day) >= 1 && Number(day) <= (days[Number(month) - 1] ?? 0);
};

const isTime = (text: string): boolean => /^(?:[01]\d|2[0-3]):[0-5]\d:(?:[0-5]\d|60)(?:\.\d+)?(?:z|[+-]\d{2}:?\d{2})$/i.test(text);

/** The formats that models are asked for; any other is a remark, as the standard has it. */
const FORMATS: Readonly<Record<string, (text: string) => boolean>> = {
  date: isDate,
  time: isTime,
  'date-time': (text) => /^.{10}[t ]/i.test(text) && isDate(text.slice(0, 10)) && isTime(text.slice(11)),
  email: (text) => /^[^\s@]+@[^\s@]+\.[^\s@.]+$/.test(text),
  uuid: (text) => /^[\da-f]{8}-(?:[\da-f]{4}-){3}[\da-f]{12}$/i.test(text),
  uri: (text) => /^[a-z][a-z\d+.-]*:\S+$/i.test(text),
  ipv4: (text) => /^(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.(?!$)|$)){4}$/.test(text),
};
