import type { HealthStore } from './ports.ts';
import { parseDuration } from './rules/duration.ts';
import { ModelFailure } from './rules/failure.ts';
import type { OnPartial } from './rules/mend.ts';
import { nearest } from './rules/nearest.ts';

/** Milliseconds, or a duration such as `'30s'`. */
export type Duration = number | string;

/**
 * Checks of options as people write them. What cannot be meant is refused with a `ModelFailure` (`bad-request`, code `bad-option`) that
 * names the option and the way out. `where` is how the option is written: `holdfast({ patience })`.
 */
export const refuse = (where: string, message: string): never => {
  throw new ModelFailure('bad-request', `${where}: ${message}`, { code: 'bad-option' });
};

export function duration(where: string, value: unknown): number | undefined {
  if (value === undefined) return undefined;
  if (typeof value === 'number') return Number.isFinite(value) && value >= 0 ? value : refuse(where, 'must be zero or more milliseconds');
  if (typeof value !== 'string') return refuse(where, "must be milliseconds or a duration such as '30s'");
  const parsed = parseDuration(value);
  return 'ms' in parsed ? parsed.ms : refuse(where, parsed.error);
}

export function count(where: string, value: unknown, least: number): number | undefined {
  if (value === undefined) return undefined;
  return Number.isInteger(value) && (value as number) >= least
    ? (value as number)
    : refuse(where, `must be a whole number of at least ${least}`);
}

export function oneOf<T extends string>(where: string, value: unknown, words: readonly T[]): T | undefined {
  if (value === undefined || words.includes(value as T)) return value as T | undefined;
  return refuse(where, `must be ${words.map((word) => `'${word}'`).join(' or ')}`);
}

export function yesNo(where: string, value: unknown): boolean | undefined {
  return value === undefined || typeof value === 'boolean' ? value : refuse(where, 'must be true or false');
}

export const onPartialOf = (where: string, value: unknown): OnPartial | undefined => oneOf(where, value, ['continue', 'restart', 'fail']);

const STORE_VERBS = ['read', 'claim', 'report'] as const;

export function storeOf(where: string, value: HealthStore | undefined): HealthStore | undefined {
  const given: unknown = value;
  if (
    given === undefined ||
    (typeof given === 'object' && given !== null && STORE_VERBS.every((verb) => typeof value![verb] === 'function'))
  )
    return value;
  return refuse(where, "must be a health store; sqliteHealth('~/.holdfast') of @holdfast/core/sqlite makes one of a path");
}

/** A store with all its verbs, where one is given: one of another kind would fail at the first call, and then of another reason. */
export function storeWith<S extends object>(where: string, store: S | undefined, verbs: readonly (keyof S & string)[]): S | undefined {
  if (store === undefined) return undefined;
  if (typeof store === 'object' && store !== null && verbs.every((verb) => typeof store[verb] === 'function')) return store;
  return refuse(where, `must be a store: ${verbs.join(', ')}`);
}

/** A misspelt option would be a silent default. */
export function known(given: object, names: readonly string[], where: (name: string) => string): void {
  for (const name of Object.keys(given)) {
    if (names.includes(name)) continue;
    const near = nearest(name, names);
    refuse(where(name), near === undefined ? `is no option; there are ${names.join(', ')}` : `is no option; did you mean ${near}?`);
  }
}

export const TIMEOUT_NAMES = ['connect', 'firstToken', 'stall', 'silence', 'attempt', 'total'] as const;

export type TimeoutOptions = { readonly [K in (typeof TIMEOUT_NAMES)[number]]?: Duration };

/** Limits in ms. */
export function timeoutsOf(given: unknown, where: (name: string) => string): { readonly [K in keyof TimeoutOptions]?: number } {
  if (given === undefined) return {};
  if (typeof given !== 'object' || given === null) return refuse(where('timeouts'), 'must be an object of durations');
  known(given, TIMEOUT_NAMES, (name) => where(`timeouts.${name}`));
  return Object.fromEntries(
    Object.entries(given).flatMap(([name, value]) => {
      const ms = duration(where(`timeouts.${name}`), value);
      // A `total` of 0 asks once, and waits for nobody.
      if (ms === 0 && name !== 'total') refuse(where(`timeouts.${name}`), 'must be more than 0: leave it out for the default');
      return ms === undefined ? [] : [[name, ms]];
    }),
  );
}
