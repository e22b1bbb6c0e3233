import type { AgentFile } from '@holdfast/agent/engine';
import { clearScopes, type ProviderEntry } from '@holdfast/core/engine';

type Entries = ReadonlyMap<string, ProviderEntry>;

const entriesOf = ({ providers, models }: AgentFile): Entries =>
  new Map([...models.values(), ...providers.values()].flatMap(({ entry }) => (entry ? [[entry.name, entry] as const] : [])));

const where = ({ api, base_url, headers }: ProviderEntry): string => JSON.stringify([api, base_url, headers]);
const who = ({ token_key, token_keys, token_file, token_command, token_env, account }: ProviderEntry): string =>
  JSON.stringify([token_key, token_keys, token_file, token_command, token_env, account]);

/** Field note 40: scopes of which nothing is believed any more, because what stands behind them is another endpoint, key or account by now. */
export function changedScopes(before: AgentFile, after: AgentFile): readonly string[] {
  const old = entriesOf(before);
  return [...entriesOf(after)].flatMap(([name, entry]) => {
    const was = old.get(name);
    if (was === undefined || (where(was) === where(entry) && who(was) === who(entry))) return [];
    const all = clearScopes({ entry: name, credentials: [], accounts: entry.account === undefined ? [] : [entry.account] });
    return where(was) === where(entry) ? all.filter((scope) => !scope.startsWith('endpoint:')) : all;
  });
}
