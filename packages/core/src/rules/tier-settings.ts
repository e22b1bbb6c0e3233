import { parseDuration } from './duration.ts';
import type { Timeouts } from './limits.ts';
import { nearest } from './nearest.ts';

/** What a tier says beside its models. Durations in ms. */
export interface TierSettings {
  readonly retries?: number;
  readonly maxAttempts?: number;
  readonly cooldown?: number;
  readonly onPartial?: 'continue' | 'restart' | 'fail';
  readonly onRefusal?: 'pass' | 'next';
  readonly hedge?: boolean;
  readonly structured?: 'held' | 'live';
  readonly toolDeltas?: 'complete' | 'live';
  readonly returnToPrimary?: 'when_cool' | 'next_session' | 'never';
  readonly patience?: number;
  readonly timeouts?: Timeouts;
}

export interface Problem {
  readonly at: 0;
  readonly path: readonly (string | number)[];
  readonly message: string;
  readonly nearest?: string;
}

export type Read = { readonly value: unknown } | { readonly error: string; readonly nearest?: string };
export type Reader = (value: unknown) => Read;

const duration: Reader = (value) => {
  const read = parseDuration(value);
  return 'error' in read ? read : { value: read.ms };
};

export const whole =
  (least: number): Reader =>
  (value) =>
    Number.isInteger(value) && (value as number) >= least ? { value } : { error: `expected a whole number of at least ${least}` };

export const oneOf =
  (...words: readonly string[]): Reader =>
  (value) => {
    if (typeof value === 'string' && words.includes(value)) return { value };
    const near = typeof value === 'string' ? nearest(value, words) : undefined;
    return { error: `expected one of ${words.join(', ')}`, ...(near !== undefined && { nearest: near }) };
  };

export const yesNo: Reader = (value) => (typeof value === 'boolean' ? { value } : { error: 'expected true or false' });

/** By the key as it is written: the key as we name it, and how its value is read. */
const SETTINGS: Readonly<Record<string, readonly [string, Reader]>> = {
  retries: ['retries', whole(0)],
  max_attempts: ['maxAttempts', whole(1)],
  cooldown: ['cooldown', duration],
  on_partial: ['onPartial', oneOf('continue', 'restart', 'fail')],
  on_refusal: ['onRefusal', oneOf('pass', 'next')],
  hedge: ['hedge', yesNo],
  structured: ['structured', oneOf('held', 'live')],
  tool_deltas: ['toolDeltas', oneOf('complete', 'live')],
  return_to_primary: ['returnToPrimary', oneOf('when_cool', 'next_session', 'never')],
  patience: ['patience', duration],
};

const TIMEOUTS: Readonly<Record<string, readonly [string, Reader]>> = {
  connect: ['connect', duration],
  first_token: ['firstToken', duration],
  stall: ['stall', duration],
  silence: ['silence', duration],
  attempt: ['attempt', duration],
  total: ['total', duration],
};

export const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The settings of a tier written as an object; unknown keys are errors. */
export function settingsOf(spec: Readonly<Record<string, unknown>>): {
  readonly settings: TierSettings;
  readonly errors: readonly Problem[];
} {
  const { models: _models, timeouts, ...rest } = spec;
  const errors: Problem[] = [];
  const settings = readSettings(rest, SETTINGS, [], ['models', 'timeouts'], errors);
  if (timeouts === undefined) return { settings, errors };
  if (isRecord(timeouts)) settings['timeouts'] = readSettings(timeouts, TIMEOUTS, ['timeouts'], [], errors);
  else errors.push({ at: 0, path: ['timeouts'], message: 'expected limits such as { first_token: 90s }' });
  return { settings, errors };
}

/** Reads values by a table of readers; what it cannot read is added to `errors`. */
export function readSettings(
  values: Readonly<Record<string, unknown>>,
  readers: Readonly<Record<string, readonly [string, Reader]>>,
  path: readonly (string | number)[],
  others: readonly string[],
  errors: Problem[],
): Record<string, unknown> {
  const out: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(values)) {
    const here = { at: 0 as const, path: [...path, key] };
    const [name, reader] = Object.hasOwn(readers, key) ? readers[key]! : [];
    if (name === undefined || reader === undefined) {
      const near = nearest(key, [...Object.keys(readers), ...others]);
      errors.push({ ...here, message: `unknown key "${key}"`, ...(near !== undefined && { nearest: near }) });
      continue;
    }
    const got = reader(value);
    if ('value' in got) out[name] = got.value;
    else errors.push({ ...here, message: got.error, ...(got.nearest !== undefined && { nearest: got.nearest }) });
  }
  return out;
}
