import type { ServedProtocol } from './known.data.ts';

/** A provider entry as the files write it. `api_type` is Docker's spelling of `api`. */
export interface ProviderEntry {
  readonly name: string;
  readonly api?: string;
  readonly api_type?: string;
  readonly base_url?: string;
  readonly token_key?: string;
  readonly token_keys?: readonly string[];
  /** A file that holds a key, relative to the one the entry is written in. */
  readonly token_file?: string;
  /** A command that prints one: program and arguments, no shell. */
  readonly token_command?: readonly string[];
  /** Variables that the command gets although they hold secrets. */
  readonly token_env?: readonly string[];
  /** The file the entry is written in, as the user named it. */
  readonly writtenIn?: string;
  /** `token_key` is what its vendor uses, not what the file names: on loopback it need not be set. */
  readonly impliedKey?: true;
  readonly headers?: Readonly<Record<string, string>>;
  readonly account?: string;
  readonly groups?: Readonly<Record<string, readonly string[]>>;
}

/** A key that is not in the environment, and may change while we run. */
export type KeySource = ({ readonly file: string } | { readonly command: readonly string[]; readonly env?: readonly string[] }) & {
  /** The file the entry is written in, as the user named it: paths are relative to its folder. */
  readonly writtenIn?: string;
};

/** One key of an entry; an entry without a key has one with neither variable nor value. */
export interface ResolvedKey {
  readonly variable?: string;
  readonly value?: string;
  /** Where it is read when it is needed; it has no value then. */
  readonly source?: KeySource;
  /** `E#VARIABLE`, `E#token_file`, `E#token_command`, `E#-`. */
  readonly credential: string;
  /** The `account:` label, else the credential. */
  readonly account: string;
}

/** A known vendor's key that the entry would send somewhere else. */
export interface ConsentNeeded {
  readonly variable: string;
  readonly host: string;
}

/** What an entry reads or runs for a key, which is the user's to allow. `host`: where it goes. */
export type KeyConsent = KeySource & { readonly host: string };

export interface ResolvedProvider {
  readonly name: string;
  readonly protocol: ServedProtocol;
  /** Without a trailing slash. */
  readonly baseUrl: string;
  readonly loopback: boolean;
  /** The known vendor whose own host this is. */
  readonly vendor?: string;
  readonly keys: readonly ResolvedKey[];
  /** Variables that `token_keys` names and that are not set, while others are. */
  readonly missing: readonly string[];
  readonly headers: Readonly<Record<string, string>>;
  readonly groups: Readonly<Record<string, readonly string[]>>;
  /** Not empty: ask before the first request (contracts, Security). */
  readonly consent: readonly ConsentNeeded[];
  /** The same of files and commands. */
  readonly keyConsent: readonly KeyConsent[];
  readonly efforts?: readonly string[];
}

export type ProviderErrorKind = 'unknown-provider' | 'unknown-api' | 'missing-url' | 'bad-url' | 'missing-key';

/** What is wrong with an entry: which field, and the way out. `message` names the provider. */
export interface ProviderError {
  readonly kind: ProviderErrorKind;
  readonly provider: string;
  readonly field: 'name' | 'api' | 'base_url' | 'token_key' | 'token_keys';
  readonly message: string;
  readonly wayOut: string;
  readonly variable?: string;
}

export type ProviderAnswer = { readonly ok: ResolvedProvider } | { readonly error: ProviderError };

export type OrError<T> = { readonly ok: T } | { readonly error: ProviderError };
