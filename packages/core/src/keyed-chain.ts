import type { CallOptions, Chain } from './chain-spec.ts';
import type { LiveKey } from './live-key.ts';
import type { Model, Part, Wrap } from './model.ts';
import type { HealthStore } from './ports.ts';
import { ModelFailure } from './rules/failure.ts';
import { scopeAt } from './rules/scope.ts';
import type { RequestFacts, Target } from './rules/target.ts';

/** The repair of a refused key: the same target once more, with another key (section 2, `auth`). */
export const REFRESH = 'refresh';

/** A target whose fingerprint is that of its key as it is now (H7). */
export function withLiveFingerprint(target: Target, key: LiveKey): Target {
  const live: Target = { ...target };
  Object.defineProperty(live, 'fingerprint', { get: () => key.fingerprint, enumerable: true });
  return live;
}

/**
 * Asks with the key as it is now, and hears when it is refused. `isRefusal`: the error says that the key is no good. What becomes of the
 * attempt is told of that key: a refusal that comes after the key was renewed says nothing of the new one.
 */
export function withKey<Q>(key: LiveKey, isRefusal: (error: unknown, target: Target) => boolean): Wrap<Q, Part> {
  const pinned = pin();
  return (inner) => async (request, attempt) => {
    const { signal, target } = attempt;
    if (attempt.repair === REFRESH) await key.renew(signal);
    const value = await key.current(signal);
    attempt.target = pinned(target, key.fingerprintOf(value));
    try {
      const source = await inner(request, attempt);
      key.accepted(value);
      return source;
    } catch (error) {
      if (!signal.aborted && isRefusal(error, target)) await key.refused(value, signal);
      throw error;
    }
  };
}

/** One object for as long as it says the same: others keep what they know of a target by its identity. */
function pin(): (target: Target, fingerprint: string) => Target {
  let last: { readonly of: Target; readonly target: Target } | undefined;
  return (target, fingerprint) => {
    if (last?.of !== target || last.target.fingerprint !== fingerprint) last = { of: target, target: { ...target, fingerprint } };
    return last.target;
  };
}

/** Opens a model anew whenever its key is another. */
export function openedWith(key: LiveKey, open: (value: string) => Model | Promise<Model>): () => Promise<Model> {
  let last: { readonly value: string; readonly model: Promise<Model> } | undefined;
  return async () => {
    const value = await key.current(new AbortController().signal);
    if (last?.value !== value) {
      const model = Promise.resolve(open(value));
      const mine = (last = { value, model });
      model.catch(() => {
        if (last === mine) last = undefined;
      });
    }
    return last!.model;
  };
}

/** A refused key may be tried once more only where there may be another; any other word about it says nothing to the plan. */
export function refreshable(failure: ModelFailure, key: LiveKey | undefined): ModelFailure {
  if (failure.kind !== 'auth') return failure;
  const { repair, ...facts } = failure.facts;
  if (key?.mendable) return new ModelFailure('auth', failure.message, { ...facts, repair: REFRESH }, { cause: failure.cause });
  return repair === undefined ? failure : new ModelFailure('auth', failure.message, facts, { cause: failure.cause });
}

/**
 * A chain whose keys are looked at before a call: one that failed is looked for again, and one that is believed to be refused is read
 * before that is held against it, for it may have changed since (H7).
 */
export function keyed<Q>(chain: Chain<Q, Part>, keys: ReadonlyMap<number, LiveKey>, health: HealthStore): Chain<Q, Part> {
  if (keys.size === 0) return chain;
  const all = [...new Set(keys.values())];
  const unread = async (signal: AbortSignal): Promise<void> => {
    const waiting = [...keys].filter(([, key]) => !key.loaded);
    const scopes = waiting.map(([place]) => scopeAt(chain.targets[place]!, 'credential'));
    const beliefs = await health.read(scopes);
    const doubted = waiting.filter((_, index) => beliefs.has(scopes[index]!));
    // Where nobody else may answer the call waits for it: what is held against the key may be over.
    const alone = doubted.length === chain.targets.length;
    await Promise.all(doubted.map(([, key]) => (alone ? Promise.resolve(key.current(signal)).catch(() => {}) : key.read(signal))));
  };
  return {
    name: chain.name,
    targets: chain.targets,
    async call(request: Q, facts: RequestFacts, options: CallOptions) {
      if (all.some(({ loaded }) => !loaded)) await unread(options.signal);
      const failing = all.filter((key) => key.failing);
      if (failing.length > 0) await Promise.all(failing.map((key) => key.look(options.signal)));
      return chain.call(request, facts, options);
    },
  };
}
