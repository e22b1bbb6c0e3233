import { expand, type ChainTarget } from './chain.ts';
import { join } from './check-node.ts';
import type { AgentFile, AgentSpec } from './file.ts';
import type { Mark } from './problem.ts';
import { AUTO, parts } from './refs.ts';
import type { Environment, ProviderEntry } from '@holdfast/core/engine';

/** A place of an agent that names models, and the entries it leads to. */
export interface Asks {
  readonly at: Mark;
  readonly path: string;
  readonly targets: readonly ChainTarget[];
  readonly entries: readonly ProviderEntry[];
}

/** Where an agent names the models it asks: its `model` and what that routes to, then each of its fallback. */
export function asksOf(file: AgentFile, agent: AgentSpec, env: Environment): readonly Asks[] {
  const path = join('agents', agent.name);
  const asked = (text: string): Pick<Asks, 'targets' | 'entries'> => {
    const targets = parts(text).flatMap((part) => expand(part, file, env));
    return { targets, entries: targets.map(({ entry }) => entry) };
  };
  const router = file.models.get(agent.model?.trim() ?? '');
  // A rule of the gateway file behind it has no place in this one.
  const routed = (router?.routing ?? []).map(({ ref, at }) => ({ ref, at: router?.file === file.name ? at : agent.modelAt }));
  return [
    { at: agent.modelAt, path: `${path}.model`, ...asked(agent.model ?? AUTO) },
    ...routed.map(({ ref, at }, index) => ({ at, path: `${join('models', router?.name ?? '')}.routing[${index}].model`, ...asked(ref) })),
    ...agent.fallback.map((ref, index) => ({
      at: agent.fallbackAt[index] ?? agent.at,
      path: `${path}.fallback.models[${index}]`,
      ...asked(ref),
    })),
  ];
}
