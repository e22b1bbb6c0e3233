import type { SharedV4ProviderOptions } from '@ai-sdk/provider';
import type { Target } from '../target.ts';
import { knownBy } from './opaque.ts';
import type { Wants } from './wants.ts';

/** Where a message or a block came from. Stands in `providerOptions.holdfast.origin` of the lossless history. */
export type Origin = Pick<Target, 'entry' | 'protocol' | 'model' | 'account'>;

/** Whom a history is projected for. */
export interface ProjectionTarget extends Origin {
  readonly wants: Wants;
  /** Where an opaque value that we handed out came from; undefined for one that is not ours. */
  readonly madeBy?: (value: string) => Origin | undefined;
  /** Messages (by place, the second excluded) whose signatures were refused: they are left out for good (T3). */
  readonly unsigned?: readonly [from: number, until: number];
}

interface Holder {
  readonly providerOptions?: SharedV4ProviderOptions | undefined;
}

function originOf(holder: Holder): Origin | undefined {
  const origin = holder.providerOptions?.['holdfast']?.['origin'];
  return typeof origin === 'object' && origin !== null && 'entry' in origin ? (origin as unknown as Origin) : undefined;
}

const isSame = (origin: Origin, target: Origin): boolean =>
  origin.entry === target.entry &&
  origin.protocol === target.protocol &&
  origin.model === target.model &&
  origin.account === target.account;

/**
 * T1: whether an opaque value of a client's history was made elsewhere, and must not be sent to this target. One that nobody here made counts as
 * native.
 */
export const madeElsewhere =
  (madeBy: (value: string) => Origin | undefined, target: Origin) =>
  (value: string): boolean => {
    const maker = madeBy(value);
    return maker !== undefined && !isSame(maker, target);
  };

/** Vendors' names under `providerOptions`; those that are not here belong to nobody we know. */
const VENDORS: ReadonlySet<string> = new Set([
  'anthropic',
  'openai',
  'azure',
  'openaiCompatible',
  'google',
  'googleVertex',
  'vertex',
  'bedrock',
]);

const isForeign = (name: string, { namespaces }: Wants): boolean =>
  namespaces.length > 0 && VENDORS.has(name) && !namespaces.includes(name);

/** `own`: this very target made it · `unknown`: nobody knows, and it counts as native (note 11) · `foreign`: another one made it. */
export type Standing = 'own' | 'unknown' | 'foreign';

/**
 * T1: signed and encrypted blocks are valid for the model and account that made them. What says nothing of its origin is known by its opaque
 * value, or by the vendor whose words it holds. `whole`: what is known of the message around it.
 */
export function standing(holder: Holder, target: ProjectionTarget, whole: Standing = 'unknown'): Standing {
  const origin = originOf(holder);
  if (origin) return isSame(origin, target) ? 'own' : 'foreign';
  if (whole !== 'unknown') return whole;
  if (target.madeBy) {
    for (const value of knownBy(holder)) {
      const maker = target.madeBy(value);
      if (maker) return isSame(maker, target) ? 'own' : 'foreign';
    }
  }
  const { providerOptions } = holder;
  if (!providerOptions) return 'unknown';
  let foreign = false;
  for (const name in providerOptions) {
    if (name === 'holdfast') continue;
    if (!isForeign(name, target.wants)) return 'unknown';
    foreign = true;
  }
  return foreign ? 'foreign' : 'unknown';
}

const NOTHING = {};

/** Without what is ours, and, where the target did not make it itself, what is another vendor's; of a foreign block nothing. */
export function metadata(holder: Holder, from: Standing, wants: Wants): { providerOptions?: SharedV4ProviderOptions } {
  const { providerOptions } = holder;
  if (from === 'foreign' || !providerOptions) return NOTHING;
  let kept: SharedV4ProviderOptions | undefined;
  for (const name in providerOptions) {
    if (name === 'holdfast' || (from !== 'own' && isForeign(name, wants))) continue;
    const options = providerOptions[name]!;
    (kept ??= {})[name] = wants.cacheMarks ? options : withoutMarks(options);
  }
  return kept ? { providerOptions: kept } : NOTHING;
}

/** Where the vendors' packages read a mark that ends what is cached. */
const MARKS: ReadonlySet<string> = new Set(['cacheControl', 'cache_control', 'cachePoint', 'promptCacheBreakpoint']);

type Options = SharedV4ProviderOptions[string];

const withoutMarks = (options: Options): Options => Object.fromEntries(Object.entries(options).filter(([name]) => !MARKS.has(name)));

/** Cache marks met so far: of the target's own kind, and of others. */
export interface Marks {
  own: number;
  foreign: number;
}

export function countMarks({ providerOptions }: Holder, wants: Wants, marks: Marks): void {
  if (providerOptions === undefined) return;
  for (const name in providerOptions) {
    if (name === 'holdfast') continue;
    const options = providerOptions[name]!;
    for (const mark of MARKS) if (options[mark] !== undefined) marks[isForeign(name, wants) ? 'foreign' : 'own']++;
  }
}

/** A signature that nobody made: ours, that closed a block cut in half, or an empty one (note 11, T3). */
export function isCut({ providerOptions }: Holder): boolean {
  if (!providerOptions) return false;
  if (providerOptions['holdfast']?.['cut'] === true) return true;
  return Object.values(providerOptions).some((options) =>
    Object.entries(options).some(
      ([name, value]) => (name === 'signature' && value === '') || (typeof value === 'string' && value.startsWith('hf1.')),
    ),
  );
}
