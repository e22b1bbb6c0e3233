import {
  KNOWN_PROVIDERS,
  nearest,
  parseScope,
  resolveProvider,
  type HealthStore,
  type ProviderEntry,
  type ProviderScopes,
} from '@holdfast/core/engine';
import { gatewayFile } from './config-files.ts';
import { CommandError, EXIT, type Context } from './context.ts';

/** The scopes of a provider as `health set` and `health clear` need them: from the file, else what is known by name, else what is believed. */
export async function providerScopes(
  context: Context,
  store: HealthStore,
  name: string,
  model: string | undefined,
): Promise<ProviderScopes> {
  const configured = (await gatewayFile(context))?.providers.get(name);
  const known = Object.hasOwn(KNOWN_PROVIDERS, name) ? KNOWN_PROVIDERS[name] : undefined;
  if (!configured && !known) return believedScopes(store, name);
  const entry: ProviderEntry = configured?.entry ?? { name };
  const resolved = resolveProvider(entry, context.env);
  const credentials =
    'ok' in resolved ? resolved.ok.keys.map(({ credential }) => credential) : [`${name}#${entry.token_key ?? known?.keyVariable ?? '-'}`];
  const accounts = 'ok' in resolved ? [...new Set(resolved.ok.keys.map(({ account }) => account))] : [entry.account ?? credentials[0]!];
  const group = model === undefined ? undefined : groupOf(entry, model);
  return { entry: name, credentials, accounts, ...(group !== undefined && { group }) };
}

/** Whether the gateway file or the table of known providers has it. */
export const isProvider = async (context: Context, name: string): Promise<boolean> =>
  Object.hasOwn(KNOWN_PROVIDERS, name) || ((await gatewayFile(context))?.providers.has(name) ?? false);

async function believedScopes(store: HealthStore, name: string): Promise<ProviderScopes> {
  const scopes = (await store.list()).flatMap(({ scope }) => parseScope(scope) ?? []);
  const own = scopes.filter(({ name: id }) => id === name || id.startsWith(`${name}/`) || id.startsWith(`${name}#`));
  if (own.length === 0) {
    const near = nearest(name, Object.keys(KNOWN_PROVIDERS));
    const way = 'Name one that is known, or give the file that defines it with --config FILE.';
    throw new CommandError(EXIT.usage, `no provider "${name}"${near === undefined ? '' : `; did you mean "${near}"?`}\n${way}`);
  }
  const credentials = own.filter(({ family }) => family === 'credential').map(({ name: id }) => id.split('/')[0]!);
  return { entry: name, credentials: [...new Set(credentials)], accounts: [] };
}

/** The limit group whose pattern covers a model. */
export function groupOf({ groups = {} }: ProviderEntry, model: string): string | undefined {
  const matches = (pattern: string): boolean =>
    new RegExp(
      `^${pattern
        .replace(/[.+^${}()|[\]\\]/g, '\\$&')
        .replaceAll('*', '.*')
        .replaceAll('?', '.')}$`,
    ).test(model);
  return Object.entries(groups).find(([, patterns]) => patterns.some(matches))?.[0];
}
