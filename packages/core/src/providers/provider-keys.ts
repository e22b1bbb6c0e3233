import type { Environment } from '../ports.ts';
import { isLoopback, keyMayGoTo, knownKeyVariables } from './hosts.ts';
import type { KnownProvider } from './known.data.ts';
import type { OrError, ConsentNeeded, KeyConsent, KeySource, ProviderEntry, ProviderError, ResolvedKey } from './provider-entry.ts';

/** What an environment variable holds; white space around a key is a shell's doing and would break the header. */
const read = (env: Environment, variable: string): string | undefined => env(variable)?.trim() || undefined;

/** `missing`: variables that are named and not set, while another key is there. */
export interface Keys {
  readonly keys: readonly ResolvedKey[];
  readonly missing: readonly string[];
}

export function keysOf(entry: ProviderEntry, known: KnownProvider | undefined, loopback: boolean, env: Environment): OrError<Keys> {
  const key = (variable?: string, more: Pick<ResolvedKey, 'value' | 'source'> = {}, place = variable): ResolvedKey => {
    const credential = `${entry.name}#${place ?? '-'}`;
    return { credential, account: entry.account ?? credential, ...(variable !== undefined && { variable }), ...more };
  };
  const sources = sourcesOf(entry).map(([place, source]) => key(undefined, { source }, place));
  const written = entry.token_keys?.length ? entry.token_keys : entry.token_key !== undefined ? [entry.token_key] : undefined;
  const others = known?.otherVariables ?? [];
  const implied =
    known?.keyVariable === undefined || sources.length > 0
      ? []
      : [[known.keyVariable, ...others].find((one) => read(env, one)) ?? known.keyVariable];
  const wanted = [...new Set((entry.impliedKey && sources.length > 0 ? [] : written) ?? implied)];
  const set = wanted.flatMap((variable) => {
    const value = read(env, variable);
    return value === undefined ? [] : [key(variable, { value })];
  });
  const keys = [...set, ...sources];
  const missing = wanted.filter((variable) => read(env, variable) === undefined);
  if (keys.length > 0) return { ok: { keys, missing } };
  const named = written !== undefined && entry.impliedKey !== true;
  if (wanted.length === 0 || (loopback && !named)) return { ok: { keys: [key()], missing: [] } };
  return { error: noKey(entry, wanted, loopback) };
}

function noKey(entry: ProviderEntry, wanted: readonly string[], loopback: boolean): ProviderError {
  const variable = wanted[0] ?? '';
  const message = `provider "${entry.name}": no key, the environment variable ${wanted.join(', ')} is not set`;
  const field = entry.token_keys?.length ? 'token_keys' : 'token_key';
  const without = loopback ? `, or take \`${field}\` out if the server needs none` : '';
  const wayOut = `export ${variable}=… , or name another variable with \`token_key\`${without}`;
  return { kind: 'missing-key', provider: entry.name, field, message, wayOut, variable };
}

/** Keys that are read or printed when they are needed, and where they stand in the entry. */
function sourcesOf({
  token_file: file,
  token_command: command,
  token_env: env,
  writtenIn,
}: ProviderEntry): readonly (readonly [string, KeySource])[] {
  const where = writtenIn === undefined ? {} : { writtenIn };
  return [
    ...(file === undefined ? [] : [['token_file', { file, ...where }] as const]),
    ...(command === undefined || command.length === 0 ? [] : [['token_command', { command, ...(env && { env }), ...where }] as const]),
  ];
}

/** A command that is run is asked about wherever it is; a file that is sent, unless it stays here or goes to the vendor's own host. */
export const keyConsentFor = (keys: readonly ResolvedKey[], url: URL, known: boolean): readonly KeyConsent[] =>
  keys.flatMap(({ source }) =>
    source === undefined || ('file' in source && (isLoopback(url) || (known && url.protocol === 'https:')))
      ? []
      : [{ ...source, host: url.host }],
  );

/** Header values count too: a file may have put a vendor's key into one with `${env.NAME}`. */
export function consentFor(
  keys: readonly ResolvedKey[],
  headers: Readonly<Record<string, string>>,
  url: URL,
  env: Environment,
): ConsentNeeded[] {
  const inHeaders = knownKeyVariables().filter((variable) => {
    const value = read(env, variable);
    return value !== undefined && value.length >= 6 && Object.values(headers).some((header) => header.includes(value));
  });
  const variables = new Set([...keys.flatMap((key) => key.variable ?? []), ...inHeaders]);
  return [...variables].filter((variable) => keyMayGoTo(variable, url) !== 'yes').map((variable) => ({ variable, host: url.host }));
}
