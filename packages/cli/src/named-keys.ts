import { ModelFailure, SENTENCES, type ResolvedKey, type ResolvedProvider, type Target } from '@holdfast/core/engine';

/** Whose key is in which variable. */
export interface NamedKeys {
  of(ref: string): { readonly provider: string; readonly variables: readonly string[] } | undefined;
}

interface Place {
  readonly target: { readonly ref: string };
  readonly provider: Pick<ResolvedProvider, 'name' | 'keys'>;
}

export function namedKeys(places: readonly Place[]): NamedKeys {
  const known = new Map(
    places.map(({ target, provider: { name, keys } }) => [
      target.ref,
      { provider: name, variables: keys.flatMap((key) => placeOf(key) ?? []) },
    ]),
  );
  return { of: (ref) => known.get(ref) };
}

/** A refused key by the name of its variable, which is what can be changed. */
export function namingKey(failure: ModelFailure, { credential }: Pick<Target, 'credential'>): ModelFailure {
  const variable = credential.slice(credential.indexOf('#') + 1);
  if (failure.kind !== 'auth' || failure.message !== SENTENCES.auth || variable === '-') return failure;
  return new ModelFailure('auth', `the key in ${variable} was refused`, failure.facts, { cause: failure.cause });
}

/** What can be changed: the variable, or the setting that says where the key comes from. */
const placeOf = ({ variable, source }: ResolvedKey): string | undefined =>
  variable ?? (source && ('file' in source ? `token_file (${source.file})` : 'token_command'));
