import {
  chainOf,
  refChain,
  type AgentFile,
  type AgentSpec,
  type ChainSpec,
  type ChainTarget,
  type ModelSpec,
} from '@holdfast/agent/engine';
import { knownModel, resolveProvider, type Environment, type ResolvedProvider } from '@holdfast/core/engine';
import type { Member } from './agent-setup.ts';
import { placesIn } from './model-setup.ts';

/** The model an agent names, where that is an entry of the file: it says who names sessions and who summarises. */
export const modelOf = ({ models }: AgentFile, { model = '' }: AgentSpec): ModelSpec | undefined => models.get(model.trim());

/** A chain for work beside the conversation: what the file names for it, then the agent's own. What cannot be asked here is left out. */
export function beside(file: AgentFile, ref: string, { targets, settings }: ChainSpec, env: Environment): ChainSpec {
  const all = [...usable(targetsOf(file, ref, env), env), ...targets];
  return { name: ref, targets: all, members: [all.map((_, place) => place)], routes: [], settings };
}

/** The chain of an agent with another model for its own; its fallback stays. Throws a plain Error. */
export function otherChain(file: AgentFile, agent: string, ref: string, env: Environment): ChainSpec {
  const found = chainOf(file, agent, { env, model: ref });
  if ('chain' in found) return found.chain;
  const said = found.findings.map(({ message, nearest }) => `${message}${nearest === undefined ? '' : `; did you mean "${nearest}"?`}`);
  throw new Error(`the model "${ref}" cannot be asked: ${said.join('; ')}`);
}

/** Every provider that a team may ask, once each: of its chains, and of the models that its file names beside them. */
export function providersOf(file: AgentFile, team: readonly Member[], env: Environment): readonly ResolvedProvider[] {
  const targets = team.flatMap(({ spec, chain }) => [
    ...placesIn(chain),
    ...namedBeside(file, spec).flatMap((ref) => targetsOf(file, ref, env)),
  ]);
  const found = targets.flatMap(({ entry }) => {
    const answer = resolveProvider(entry, env);
    return 'ok' in answer ? [[entry.name, answer.ok] as const] : [];
  });
  return [...new Map(found).values()];
}

function namedBeside(file: AgentFile, spec: AgentSpec): readonly string[] {
  const model = modelOf(file, spec);
  const picked = spec.toolsets.flatMap(({ type, raw }) =>
    type === 'model_picker' && Array.isArray(raw['models']) ? raw['models'].map(String) : [],
  );
  const said = [model?.titleModel, model?.compactionModel, ...spec.toolsets.map((toolset) => toolset.model)];
  return [...picked, ...[...said, ...spec.skills.inline.map((skill) => skill.model)].flatMap((ref) => ref ?? [])];
}

function targetsOf(file: AgentFile, ref: string, env: Environment): readonly ChainTarget[] {
  const found = refChain(file, ref, env);
  return 'chain' in found ? found.chain.targets : [];
}

const usable = (targets: readonly ChainTarget[], env: Environment): readonly ChainTarget[] =>
  targets.filter(({ entry }) => 'ok' in resolveProvider(entry, env));

/** What is known of a target without asking: its input window in tokens, and whether it takes pictures. */
export function factsOf(
  { entry, model, settings }: ChainTarget,
  env: Environment,
): { readonly window?: number; readonly images?: boolean } {
  const answer = resolveProvider(entry, env);
  const known = knownModel(('ok' in answer ? answer.ok.vendor : undefined) ?? entry.name, model);
  const [window, images] = [settings.window ?? known?.window, settings.images ?? known?.images];
  return { ...(window !== undefined && { window }), ...(images !== undefined && { images }) };
}
