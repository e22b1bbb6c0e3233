import type { ChainTarget } from '@holdfast/agent/engine';
import {
  askModel,
  openedWith,
  openModel,
  resolveProvider,
  withoutLong,
  type LiveKey,
  type Model,
  type Moving,
  type ResolvedKey,
  type ResolvedProvider,
  type Transport,
} from '@holdfast/core/engine';
import type { ReachedTarget } from '@holdfast/server';
import { CommandError, EXIT } from './context.ts';
import { defaultsOf } from './model-defaults.ts';
import { targetOf } from './target-facts.ts';

export interface ResolvePorts {
  readonly env: (name: string) => string | undefined;
  /** Every secret that leaves in a request is known to the registry first. */
  readonly secret: (name: string, value: string) => void;
}

/** The provider of a target, its keys known as secrets. Throws a `CommandError` with the way out. */
export function resolvedFor(target: ChainTarget, ports: ResolvePorts): ResolvedProvider {
  const answer = resolveProvider(target.entry, ports.env);
  if ('error' in answer) throw new CommandError(EXIT.usage, `${target.ref}: ${answer.error.message}; ${answer.error.wayOut}`);
  const { keys, headers, name } = answer.ok;
  for (const { variable, value } of keys) if (value !== undefined) ports.secret(variable ?? `${name} key`, value);
  for (const [header, value] of Object.entries(headers)) if (/auth|key|token|secret|cookie/i.test(header)) ports.secret(header, value);
  return answer.ok;
}

export interface Ways {
  readonly wire: Transport;
  readonly moving: Moving;
  readonly hash: (text: string) => string;
  readonly live: (provider: ResolvedProvider, key: ResolvedKey) => LiveKey | undefined;
}

/** A place of a chain, once for each of its provider's keys. No vendor package is loaded before the first call. */
export const reachedBy = (target: ChainTarget, provider: ResolvedProvider, ways: Ways): readonly ReachedTarget[] =>
  provider.keys.map((key) => reached(target, provider, key, ways));

function reached(
  target: ChainTarget,
  provider: ResolvedProvider,
  key: ResolvedKey,
  { wire, moving, hash, live: liveOf }: Ways,
): ReachedTarget {
  const open = (value?: string): Promise<Model> =>
    openModel(provider, withoutLong(target.model), { fetch: wire.fetch, key: value === undefined ? key : { ...key, value } });
  const live = liveOf(provider, key);
  const shared = { transport: wire, moving };
  const ask = live ? askModel(openedWith(live, open), { ...shared, varies: true }) : askModel(() => open(), shared);
  return {
    target: targetOf(target, provider, key, hash),
    provider,
    key,
    ask,
    defaults: defaultsOf(target, provider),
    ...(live && { live }),
  };
}
