import type { ChainTarget } from '@holdfast/agent/engine';
import { jsonAbility, knownModel, withoutLong, type ResolvedKey, type ResolvedProvider, type Target } from '@holdfast/core/engine';
import { groupOf } from './provider-entries.ts';

/** What is known of one place of a chain: from the file first, then from what is known of the model. The chain numbers it. */
export function targetOf(target: ChainTarget, provider: ResolvedProvider, key: ResolvedKey, hash: (text: string) => string): Target {
  const vendor = provider.vendor ?? target.entry.name;
  const known = knownModel(vendor, target.model);
  const json = jsonAbility(vendor, withoutLong(target.model));
  const { settings } = target;
  const window = settings.window ?? known?.window;
  const price = settings.price ?? known?.price;
  const images = settings.images ?? known?.images;
  return {
    place: 0,
    ref: target.ref,
    entry: provider.name,
    model: target.model,
    protocol: provider.protocol,
    vendor: provider.vendor ?? target.entry.name,
    credential: key.credential,
    account: key.account,
    group: groupOf(target.entry, target.model) ?? target.model,
    ...(target.effort !== undefined && { effort: target.effort }),
    ...(provider.loopback && { loopback: true }),
    ...(window !== undefined && { window }),
    ...(known?.maxOutput !== undefined && { maxOutput: known.maxOutput }),
    ...(images !== undefined && { images }),
    ...(json && { json }),
    ...(key.value !== undefined && { fingerprint: hash(key.value) }),
    ...(price && { price }),
  };
}
