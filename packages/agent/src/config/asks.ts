import { expand } from './chain.ts';
import { join } from './check-node.ts';
import type { AgentFile, AgentSpec } from './file.ts';
import type { Mark } from './problem.ts';
import { AUTO, parts } from './refs.ts';
import type { Environment, ProviderEntry } from '@holdfast/core/engine';

/** A place of an agent that names models, and the entries it leads to. */
export interface Asks {
  readonly at: Mark;
  readonly path: string;
  readonly entries: readonly ProviderEntry[];
}

/** Where an agent names the models it asks: its `model`, then each of its fallback. */
export function asksOf(file: AgentFile, agent: AgentSpec, env: Environment): readonly Asks[] {
  const path = join('agents', agent.name);
  const entriesOf = (text: string): readonly ProviderEntry[] =>
    parts(text).flatMap((part) => expand(part, file, env).map(({ entry }) => entry));
  return [
    { at: agent.modelAt, path: `${path}.model`, entries: entriesOf(agent.model ?? AUTO) },
    ...agent.fallback.map((ref, index) => ({
      at: agent.fallbackAt[index] ?? agent.at,
      path: `${path}.fallback.models[${index}]`,
      entries: entriesOf(ref),
    })),
  ];
}
