import type { ModelOptions } from './model.ts';
import type { OnPartial } from './rules/mend.ts';
import { OBJECT_MODES, type ObjectMode } from './rules/object/mode.ts';
import { LABELS, labelsOf, type Labels } from './rules/labels.ts';
import { count, duration, known, oneOf, onPartialOf, refuse, timeoutsOf, type Duration, type TimeoutOptions } from './option-checks.ts';

/** What a caller may say of one call: `providerOptions.holdfast`. */
export interface HoldfastCallOptions extends Labels {
  /** P8: where the conversation was last answered, as the caller knows it: kept after a tool result when the chain itself knows nothing. */
  readonly keep?: { readonly place: number; readonly ref: string };
  readonly onPartial?: OnPartial;
  readonly maxAttempts?: number;
  /**
   * C10: whether the request may be sent again after a break. `safe`: whatever its tools; `unsafe`: only where nothing can have run; by the id of a
   * provider's tool, for that tool. Default: tools that search or fetch are safe, other tools of providers are not.
   */
  readonly replay?: Replay;
  /** In lanes: a whole number, higher goes first; default 0. */
  readonly priority?: number;
  /** How JSON is asked for, whatever the target; by default as each target can (`docs/structured-output-and-meta-calls.md`). */
  readonly objectMode?: ObjectMode;
  /** They win over the chain's. `total`: the caller's own deadline. */
  readonly timeouts?: TimeoutOptions;
  /** The same as `timeouts.total`. */
  readonly total?: Duration;
}

/** The same, checked; durations in ms. */
export interface OwnOptions extends Omit<HoldfastCallOptions, 'timeouts' | 'total' | 'objectMode'> {
  readonly timeouts?: ReturnType<typeof timeoutsOf>;
  readonly total?: number;
}

export type Replay = 'safe' | 'unsafe' | Readonly<Record<string, 'safe' | 'unsafe'>>;

/** Of a call that says nothing of itself. */
export const NO_OPTIONS: OwnOptions = {};
const REPLAYS = ['safe', 'unsafe'] as const;
const where = (name: string): string => `providerOptions.holdfast.${name}`;

/** `tiers` is read by the models of tiers. */
const NAMES: readonly (keyof HoldfastCallOptions | 'tiers')[] = [
  ...LABELS,
  'keep',
  'onPartial',
  'maxAttempts',
  'replay',
  'priority',
  'objectMode',
  'timeouts',
  'total',
  'tiers',
];

/** Throws a `ModelFailure` (`bad-request`) for what cannot be meant: nobody is asked then. */
export function ownOptionsOf({ providerOptions }: ModelOptions): OwnOptions {
  const given: Readonly<Record<string, unknown>> | undefined = providerOptions?.['holdfast'];
  if (given === undefined) return NO_OPTIONS;
  if (typeof given !== 'object' || given === null || Array.isArray(given)) return refuse('providerOptions.holdfast', 'must be an object');
  known(given, NAMES, where);
  const onPartial = onPartialOf(where('onPartial'), given['onPartial']);
  const maxAttempts = count(where('maxAttempts'), given['maxAttempts'], 1);
  const { total: within, ...timeouts } = timeoutsOf(given['timeouts'], where);
  const total = duration(where('total'), given['total']) ?? within;
  const { keep, priority } = given as HoldfastCallOptions;
  if (priority !== undefined && !Number.isInteger(priority)) refuse(where('priority'), 'must be a whole number');
  oneOf(where('objectMode'), given['objectMode'], OBJECT_MODES);
  for (const name of LABELS) if (given[name] !== undefined && typeof given[name] !== 'string') refuse(where(name), 'must be a text');
  return {
    ...labelsOf(given as Labels),
    ...(keep !== undefined && { keep }),
    ...(onPartial !== undefined && { onPartial }),
    ...(maxAttempts !== undefined && { maxAttempts }),
    ...(given['replay'] !== undefined && { replay: replayOf(given['replay']) }),
    ...(total !== undefined && { total }),
    ...(priority !== undefined && { priority }),
    ...(Object.keys(timeouts).length > 0 && { timeouts }),
  };
}

function replayOf(given: unknown): Replay {
  if (typeof given !== 'object' || given === null) return oneOf(where('replay'), given, REPLAYS)!;
  for (const [tool, value] of Object.entries(given)) oneOf(where(`replay.${tool}`), value, REPLAYS);
  return given as Replay;
}
