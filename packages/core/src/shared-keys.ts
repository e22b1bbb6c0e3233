import { LiveKey, type LiveKeyPorts } from './live-key.ts';
import type { Credential } from './ports.ts';

/** By the clock they live under: a rehearsal shares no pause with the program. */
const known = new WeakMap<Credential, WeakMap<LiveKeyPorts['clock'], LiveKey>>();

/**
 * One key for one credential, whatever number of models and chains send it: a token that may be refreshed only once is refreshed once.
 * The first to name it names it for all.
 */
export function sharedKey(name: string, source: Credential, ports: LiveKeyPorts): LiveKey {
  const byClock = known.get(source) ?? new WeakMap<LiveKeyPorts['clock'], LiveKey>();
  known.set(source, byClock);
  const key = byClock.get(ports.clock) ?? new LiveKey(name, source, ports);
  byClock.set(ports.clock, key);
  return key;
}
