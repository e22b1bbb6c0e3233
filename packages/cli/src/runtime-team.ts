import {
  chosenSkills,
  findSkills,
  keepOutput,
  providerNeeds,
  skillAgent,
  toolsetsFor,
  type AgentParts,
  type AgentTools,
  type RuntimePorts,
  type SessionStore,
} from '@holdfast/agent/engine';
import { systemClock, type Model, type SecretRegistry } from '@holdfast/core/engine';
import { forkOf, partsOf, type PartsPorts } from './agent-parts.ts';
import type { AgentPlace } from './agent-settings.ts';
import type { ChosenAgent } from './agent-setup.ts';
import { grantedNeeds } from './consent.ts';
import { outputsFolder } from './io/session-store.ts';
import type { Context } from './context.ts';
import { besideFile, home } from './io/folders.ts';
import { readTextFile } from './io/text-file.ts';
import { LazyTeam } from './lazy-team.ts';
import { fileModels, placesIn, type FileModels, type ModelPorts } from './model-setup.ts';
import { namedKeys, type NamedKeys } from './named-keys.ts';
import { resolvedFor } from './reached-targets.ts';
import { beside, factsOf, modelOf, otherChain, providersOf } from './side-models.ts';
import { userRules } from './user-rules.ts';

export interface TeamOptions {
  readonly yolo: boolean;
  readonly readOnly: boolean;
  readonly cwd: string;
  /** Real path of the agent file, and as the user named it. */
  readonly path: string;
  readonly named: string;
  readonly maxIterations?: number;
  readonly promptFiles: readonly string[];
  readonly state: string;
  readonly store: SessionStore;
  readonly notice: (text: string) => void;
}

/** What a runtime is given of a file: the agent that is run, its team, and the models around them. */
export interface Team {
  readonly ports: AgentParts & Pick<RuntimePorts, 'team' | 'modelFor' | 'windowOf' | 'titles' | 'keepOutput'>;
  readonly keys: NamedKeys;
  close(): Promise<void>;
}

/** A whole team. Consent is asked for all of it, once; of who is never called nothing else is made. */
export async function openTeam(
  context: Context,
  chosen: ChosenAgent,
  options: TeamOptions,
  models: ModelPorts,
  secrets: SecretRegistry,
): Promise<Team> {
  const { file, team } = chosen;
  const { env, signal } = context;
  const user = await userRules(options.state, signal);
  await models.consent(providersOf(file, team, env), new Set(team.map(({ spec }) => spec.name)));
  const granted = await grantedNeeds(context, options.state, options.named, file);
  const found = team.some(({ spec }) => spec.skills.local) ? await findSkills(home(), options.cwd, signal) : { skills: [], warnings: [] };
  found.warnings.forEach(options.notice);
  for (const { spec } of team)
    for (const name of chosenSkills(found.skills, spec.skills).missing) options.notice(`agent "${spec.name}": there is no skill "${name}"`);
  const chains = fileModels(file, models);
  const opened: AgentTools[] = [];
  const modelFor = chosenModels(chosen, options, models, { granted, chains });
  const shared: Omit<PartsPorts, 'place'> = {
    yolo: options.yolo,
    user,
    tools: toolPorts(context, options, secrets),
    models: chains,
    skills: found.skills,
    files: filesOf(chosen, options),
    opened: (tools) => void opened.push(tools),
    modelFor,
  };
  const lazy = lazyTeam(chosen, { file, path: options.path, cwd: options.cwd, env, readOnly: options.readOnly }, options, shared);
  const titled = modelOf(file, chosen.spec)?.titleModel;
  const targets = team.flatMap(({ chain }) => placesIn(chain));
  const windows = new Map(targets.map((target) => [target.ref, factsOf(target, env).window]));
  return {
    ports: {
      ...lazy.get(chosen.spec.name)!,
      team: lazy,
      modelFor,
      windowOf: (ref) => windows.get(ref),
      keepOutput: keepOutput(outputsFolder(options.state)),
      ...(titled !== undefined && { titles: chains.model(beside(file, titled, chosen.chain, env)) }),
    },
    keys: namedKeys(targets.map((target) => ({ target, provider: resolvedFor(target, models) }))),
    close: async () => void (await Promise.allSettled([...opened.map((tools) => tools.close()), chains.close()])),
  };
}

/** Skills that fork are agents of the team too, by the names `skillAgent` gives them. */
function lazyTeam(
  { spec: first, team }: ChosenAgent,
  place: AgentPlace,
  { maxIterations }: TeamOptions,
  shared: Omit<PartsPorts, 'place'>,
): LazyTeam {
  const own = maxIterations === undefined ? {} : { maxIterations };
  const lazy: LazyTeam = new LazyTeam(
    team.map(({ spec }) => spec.name),
    (name) => {
      const member = team.find(({ spec }) => spec.name === name);
      if (member) return partsOf(member, { ...shared, place: { ...place, ...(name === first.name && own) } });
      const owner = ownerOf(name, team);
      return owner === undefined ? undefined : forkOf(lazy.get(owner)!, name, shared);
    },
  );
  return lazy;
}

/** The agent whose skill runs under this name. */
const ownerOf = (name: string, team: ChosenAgent['team']): string | undefined =>
  team.find(({ spec }) => name.startsWith(skillAgent(spec.name, '')))?.spec.name;

/** What a file says for an agent beside its own words; read before anything begins. */
function filesOf({ spec: first, team }: ChosenAgent, { path, promptFiles }: TeamOptions): PartsPorts['files'] {
  const read = (files: readonly string[]): readonly string[] => files.map((file) => readTextFile(besideFile(path, file)));
  const texts = new Map(team.map(({ spec }) => [spec.name, read(spec.instructionFiles)]));
  const more = promptFiles.map(readTextFile);
  return (agent) => [...(texts.get(agent) ?? []), ...(agent === first.name ? more : [])];
}

/** Models that are chosen while a session runs: nobody is asked then, so that only what has consent already can be chosen. */
function chosenModels(
  { file, team }: ChosenAgent,
  { named }: TeamOptions,
  models: ModelPorts,
  { granted, chains }: { readonly granted: ReadonlySet<string>; readonly chains: FileModels },
): PartsPorts['modelFor'] {
  return modelsBy((agent, ref) => {
    const known = team.some(({ spec }) => spec.name === agent);
    const chain = otherChain(file, known ? agent : (ownerOf(agent, team) ?? agent), ref, models.env);
    const needs = providerNeeds(placesIn(chain).map((target) => resolvedFor(target, models)));
    const open = needs.find(({ fingerprint }) => !granted.has(fingerprint));
    if (open) throw new Error(`the model "${ref}" needs your consent: ${open.says}; holdfast trust ${named}`);
    return chains.model(chain);
  });
}

/** Each made once: a choice lasts for many calls. */
function modelsBy(make: (agent: string, ref: string) => Model): (agent: string, ref: string) => Model {
  const made = new Map<string, Model>();
  return (agent, ref) => {
    const key = JSON.stringify([agent, ref]);
    const model = made.get(key) ?? make(agent, ref);
    made.set(key, model);
    return model;
  };
}

const toolPorts = (
  { environment }: Context,
  { cwd, path, state, store }: TeamOptions,
  secrets: SecretRegistry,
): Parameters<typeof toolsetsFor>[1] => ({
  clock: systemClock,
  home: home(),
  cwd,
  state,
  file: path,
  sessions: store,
  childEnvironment: (allow) => secrets.childEnvironment(environment, allow),
  scrub: secrets.redact,
  unsettled: secrets.unsettled,
});
