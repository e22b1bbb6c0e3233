/** What a value says, without saying it: a header's value, a provider's options. Two of them are compared and never shown. */
export class Hidden {
  readonly text: string;

  constructor(value: unknown) {
    this.text = JSON.stringify(value) ?? '';
  }
}

/** A configuration as plain data: maps of maps, lists, scalars, in the words of the file. */
export type Shown = string | number | boolean | Hidden | undefined | readonly Shown[] | { readonly [key: string]: Shown };

/**
 * What is different between two configurations, a line each, in the order of the files: `tiers.smart.models: + openai/gpt-5`.
 * D1. No line for what is equal; equal configurations have no lines.
 * D2. What is hidden is never shown, only that it changed.
 */
export const configDiff = (before: Shown, after: Shown): readonly string[] => differ('', before, after);

type Map = { readonly [key: string]: Shown };

const isMap = (value: Shown): value is Map =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Hidden);
const isList = (value: Shown): value is readonly Shown[] => Array.isArray(value);

function differ(path: string, before: Shown, after: Shown): readonly string[] {
  if (same(before, after)) return [];
  if (isMap(before) && isMap(after)) return maps(path, before, after);
  if (isList(before) && isList(after)) return lists(path, before, after);
  if (before === undefined) return [`${path}: ${isMap(after) ? 'added' : `+ ${words(after)}`}`];
  if (after === undefined) return [`${path}: ${isMap(before) ? 'removed' : `- ${words(before)}`}`];
  if (before instanceof Hidden || after instanceof Hidden) return [`${path}: changed`];
  return [`${path}: ${words(before)} → ${words(after)}`];
}

function maps(path: string, before: Map, after: Map): readonly string[] {
  const keys = new Set([...Object.keys(before), ...Object.keys(after)]);
  const lines = [...keys].flatMap((key) => differ(join(path, key), own(before, key), own(after, key)));
  // The same ones in another order, which decides which alias or lane is meant.
  return lines.length > 0 ? lines : [`${path}: ${Object.keys(before).join(', ')} → ${Object.keys(after).join(', ')}`];
}

const own = (map: Map, key: string): Shown => (Object.hasOwn(map, key) ? map[key] : undefined);

function lists(path: string, before: readonly Shown[], after: readonly Shown[]): readonly string[] {
  const [had, has] = [before.map(words), after.map(words)];
  const lines = [
    ...has.filter((one) => !had.includes(one)).map((one) => `${path}: + ${one}`),
    ...had.filter((one) => !has.includes(one)).map((one) => `${path}: - ${one}`),
  ];
  if (lines.length > 0) return lines;
  // Hidden members look alike; else the same ones stand in another order, or as often as before no more.
  return [had.join() === has.join() ? `${path}: changed` : `${path}: ${had.join(', ')} → ${has.join(', ')}`];
}

const same = (a: Shown, b: Shown): boolean => exact(a) === exact(b);

const exact = (value: Shown): string =>
  JSON.stringify(value, (_, one: unknown) => (one instanceof Hidden ? { hidden: one.text } : one)) ?? '';

const words = (value: Shown): string => {
  if (value instanceof Hidden) return '(hidden)';
  if (typeof value === 'object') return JSON.stringify(value, (_, one: unknown) => (one instanceof Hidden ? '(hidden)' : one));
  return String(value);
};

const join = (path: string, key: string): string => {
  if (!/^[\w-]+$/u.test(key)) return `${path}[${JSON.stringify(key)}]`;
  return path === '' ? key : `${path}.${key}`;
};
