import type { SharedV4ProviderOptions } from '@ai-sdk/provider';
import type { Target } from '../target.ts';

/** Where a message or a block came from. Stands in `providerOptions.holdfast.origin` of the lossless history. */
export type Origin = Pick<Target, 'entry' | 'protocol' | 'model' | 'account'>;

interface Holder {
  readonly providerOptions?: SharedV4ProviderOptions | undefined;
}

export function originOf(holder: Holder): Origin | undefined {
  const origin = holder.providerOptions?.['holdfast']?.['origin'];
  return typeof origin === 'object' && origin !== null && 'entry' in origin ? (origin as unknown as Origin) : undefined;
}

/** T1: signed and encrypted blocks are valid for the model and account that made them. Unknown counts as native (note 11). */
export const isNative = (origin: Origin | undefined, target: Origin): boolean =>
  origin === undefined ||
  (origin.entry === target.entry &&
    origin.protocol === target.protocol &&
    origin.model === target.model &&
    origin.account === target.account);

/** Without what is ours; of a foreign block, without anything. */
export function metadata(holder: Holder, native: boolean): { providerOptions?: SharedV4ProviderOptions } {
  if (!native || !holder.providerOptions) return {};
  const { holdfast: _, ...rest } = holder.providerOptions;
  return Object.keys(rest).length === 0 ? {} : { providerOptions: rest };
}

/** A signature that nobody made: ours, that closed a block cut in half, or an empty one (note 11, T3). */
export function isCut(holder: Holder): boolean {
  return Object.values(holder.providerOptions ?? {}).some((options) =>
    Object.entries(options).some(([name, value]) => (name === 'signature' && value === '') || value === 'hf1.cut'),
  );
}
