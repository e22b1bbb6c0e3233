import { isLoopback, resolveProvider } from '@holdfast/core/engine';
import type { Environment, ProviderEntry, ResolvedProvider } from '@holdfast/core/engine';
import { needs } from '../rules/trust.ts';
import type { Need } from '../rules/trust.ts';
import { asksOf } from './asks.ts';
import { join } from './check-node.ts';
import type { ActSpec, AgentFile } from './file.ts';
import type { Mark } from './problem.ts';

/** What needs consent, and where the file says so. */
export interface ConsentPlace extends Mark {
  readonly need: Need;
  /** The agent file, or the gateway file behind it. */
  readonly file: string;
  readonly path: string;
}

/**
 * Known vendors' keys that a run of the file's agents would send to others, and what its agents run or send by themselves; of a file without
 * agents, what its entries would send.
 */
export function consentPlaces(file: AgentFile, env: Environment): readonly ConsentPlace[] {
  const entries = [...file.providers.values()].map((provider) => ({ ...provider, path: join('providers', provider.entry.name) }));
  const own = [...file.models.values()].flatMap((model) =>
    model.entry === undefined ? [] : [{ entry: model.entry, at: model.at, file: model.file, path: join('models', model.name) }],
  );
  const asked = new Set(
    [...file.agents.values()].flatMap((agent) => asksOf(file, agent, env)).flatMap((asks) => asks.entries.map(({ name }) => name)),
  );
  return [...entries, ...own]
    .filter(({ entry }) => file.agents.size === 0 || asked.has(entry.name))
    .flatMap(({ entry, at, file: written, path }) => needsOf(entry, env).map((need) => ({ ...at, need, file: written, path })))
    .concat(file.acts.flatMap(({ at, path, ...act }) => actNeeds([act]).map((need) => ({ ...at, need, file: file.name, path }))));
}

/** What agents run or send by themselves; of the agents named. */
export const actNeeds = (acts: readonly Omit<ActSpec, 'at' | 'path'>[], agents?: ReadonlySet<string>): readonly Need[] => {
  const concerned = acts.filter(({ agent }) => agents?.has(agent) ?? true);
  return needs({
    sends: [],
    commands: concerned.flatMap(({ what, command, variables: env }) => (command === undefined ? [] : [{ what, command, env }])),
    headers: concerned.flatMap(({ what, variables, to, tells }) =>
      to === undefined || staysHere(to) ? [] : [{ what, variables, to, ...(tells && { tells }) }],
    ),
  });
};

const staysHere = (written: string): boolean => {
  const url = URL.parse(written);
  return url !== null && isLoopback(url);
};

function needsOf(entry: ProviderEntry, env: Environment): readonly Need[] {
  const answer = resolveProvider(entry, env);
  return 'error' in answer ? [] : providerNeeds([answer.ok]);
}

/** What providers would send away or run: a known vendor's key to somebody else's host, a file as a key, a command that prints one. */
export const providerNeeds = (providers: readonly ResolvedProvider[]): readonly Need[] =>
  needs({
    sends: providers.flatMap(({ name, consent, baseUrl }) => consent.map(({ variable }) => ({ variable, to: baseUrl, provider: name }))),
    files: providers.flatMap(({ name, keyConsent, baseUrl }) =>
      keyConsent.flatMap((source) => ('file' in source ? [{ file: source.file, to: baseUrl, provider: name }] : [])),
    ),
    commands: providers.flatMap(({ name, keyConsent }) =>
      keyConsent.flatMap((source) =>
        'command' in source ? [{ what: `token_command of "${name}"`, command: source.command, env: source.env ?? [] }] : [],
      ),
    ),
  });
