import { chainOf, expand, namesIn, type ChainSpec, type ChainTarget } from './chain.ts';
import type { AgentFile } from './file.ts';
import { checkRef, type Finding } from './refs.ts';
import type { Environment } from '@holdfast/core/engine';

/** The chain that a reference alone means: a tier, a name from `models`, or PROVIDER/MODEL. What is wrong with it comes back as findings. */
export function refChain(
  file: AgentFile,
  ref: string,
  env: Environment,
): { readonly chain: ChainSpec } | { readonly findings: readonly Finding[] } {
  const findings = checkRef('chain', ref, namesIn(file)).filter(({ level }) => level === 'error');
  if (findings.length > 0) return { findings };
  const targets = expand(ref, file, env);
  return {
    chain: { name: ref, targets, members: [targets.map((_, place) => place)], routes: [], settings: { ...file.tiers.get(ref)?.settings } },
  };
}

/** Every place that the agents and tiers of a file lead to. */
export function agentChains(file: AgentFile, env: Environment): readonly ChainTarget[] {
  const ofAgents = [...file.agents.keys()].flatMap((name) => {
    const found = chainOf(file, name, { env });
    return 'chain' in found ? [...found.chain.targets, ...found.chain.routes.flatMap(({ targets }) => targets)] : [];
  });
  return [...ofAgents, ...[...file.tiers.keys()].flatMap((tier) => expand(tier, file, env))];
}
