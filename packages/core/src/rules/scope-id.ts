import { levelOf } from './scope.ts';
import { FAILURE_KINDS, type FailureKind } from './failure.ts';

/**
 * Scope ids as people write them: `endpoint:E`, `endpoint:E/MODEL`, `account:A`, `account:A/GROUP`, `credential:E#VAR`,
 * `credential:E#VAR/MODEL`.
 */
export interface ScopeId {
  readonly family: 'endpoint' | 'account' | 'credential';
  readonly name: string;
  /** False for `credential:E`, which names all keys of an entry: it can be cleared, not set. */
  readonly whole: boolean;
}

const LONGEST_ID = 500;
// The class is the point: an id with a line break or an escape in it is no id.
// oxlint-disable-next-line no-control-regex
const UNPRINTABLE = /[\u0000-\u0020\u007f]/;

/** Undefined for what is no scope id. */
export function parseScope(id: string): ScopeId | undefined {
  const colon = id.indexOf(':');
  const family = id.slice(0, colon);
  const name = id.slice(colon + 1);
  if (family !== 'endpoint' && family !== 'account' && family !== 'credential') return undefined;
  if (name === '' || id.length > LONGEST_ID || UNPRINTABLE.test(name) || /^[/#]|[/#]$/.test(name)) return undefined;
  return { family, name, whole: family !== 'credential' || name.includes('#') };
}

/** Whether `id` is `scope` or lies below it, by whole segments: `endpoint:work` is not above `endpoint:workshop`. */
export const isBelow = (id: string, scope: string): boolean =>
  id === scope || (id.startsWith(scope) && (id[scope.length] === '/' || id[scope.length] === '#'));

/** What `health set|clear PROVIDER[/MODEL]` must know of the provider entry. */
export interface ProviderScopes {
  readonly entry: string;
  /** `E#VARIABLE` of each key; `E#-` for an entry without one. */
  readonly credentials: readonly string[];
  /** Labels or credentials, one for each account. */
  readonly accounts: readonly string[];
  /** The limit group of `model`, when the entry's `groups:` names one. */
  readonly group?: string;
}

/** Kinds that can be the reason of a rest: what `health set --reason` accepts. */
export const RESTING_KINDS: readonly FailureKind[] = FAILURE_KINDS.filter((kind) => levelOf(kind, {}) !== undefined);

/** Where `health set` writes: where the kind belongs, as far as what was named allows. Empty for a kind that rests nothing. */
export function setScopes(provider: ProviderScopes, kind: FailureKind, model?: string): readonly string[] {
  const level = levelOf(kind, {});
  if (!level) return [];
  const credentials = provider.credentials.length > 0 ? provider.credentials : [`${provider.entry}#-`];
  const accounts = provider.accounts.length > 0 ? provider.accounts : credentials;
  if (model === undefined) {
    if (kind === 'auth') return credentials.map((credential) => `credential:${credential}`);
    if (kind === 'quota') return accounts.map((account) => `account:${account}`);
    return [`endpoint:${provider.entry}`];
  }
  if (level.startsWith('credential')) return credentials.map((credential) => `credential:${credential}/${model}`);
  if (level.startsWith('account')) return accounts.map((account) => `account:${account}/${provider.group ?? model}`);
  return [`endpoint:${provider.entry}/${model}`];
}

/** What `health clear PROVIDER[/MODEL]` clears, each with everything below it. */
export function clearScopes(provider: ProviderScopes, model?: string): readonly string[] {
  const { entry, credentials, accounts } = provider;
  if (model === undefined) {
    const own = [`endpoint:${entry}`, `account:${entry}`, `credential:${entry}`];
    return [...own, ...accounts.map((account) => `account:${account}`).filter((scope) => !own.some((above) => isBelow(scope, above)))];
  }
  return [
    `endpoint:${entry}/${model}`,
    ...accounts.map((account) => `account:${account}/${provider.group ?? model}`),
    ...credentials.map((credential) => `credential:${credential}/${model}`),
  ];
}

/**
 * Of the ids that something is believed of, those of a provider, or of one model of it: `openai` has `openai#KEY` of a file's entry,
 * and `openai.chat/gpt-5#key`, as the library names its models. `taken`: provider names with a dot that are their own.
 */
export function idsOfProvider(ids: readonly string[], provider: string, model?: string, taken: readonly string[] = []): readonly string[] {
  return ids.filter((id) => {
    const name = parseScope(id)?.name ?? '';
    const end = name.search(/[/#]/);
    const head = end < 0 ? name : name.slice(0, end);
    const rest = name.slice(head.length);
    if (head !== provider && (!head.startsWith(`${provider}.`) || taken.includes(head))) return false;
    return model === undefined || isBelow(rest, `/${model}`) || rest.replace(/^#[^/]*/, '') === `/${model}`;
  });
}
