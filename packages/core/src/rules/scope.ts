import { NOT_A_CONTINUATION } from './continuing.ts';
import type { FailureFacts, FailureKind } from './failure.ts';
import type { Target } from './target.ts';

/**
 * Which scopes a target has, and which one of them a failure speaks of. Scopes are named by the place in the configuration,
 * never computed from values: two entries with the same URL or key share nothing unless a label joins them.
 */
export const SCOPE_LEVELS = ['endpoint', 'endpoint/model', 'account', 'account/group', 'credential', 'credential/model'] as const;
export type ScopeLevel = (typeof SCOPE_LEVELS)[number];

export type ScopedTarget = Pick<Target, 'entry' | 'model' | 'credential' | 'account' | 'group'>;

const named = new WeakMap<ScopedTarget, readonly string[]>();

/** The six scope ids of a target, in the order of `SCOPE_LEVELS`. A target is usable when all of them are. */
export function scopesOf(target: ScopedTarget): readonly string[] {
  const known = named.get(target);
  if (known) return known;
  const { entry, model, credential, account, group } = target;
  const scopes = [
    `endpoint:${entry}`,
    `endpoint:${entry}/${model}`,
    `account:${account}`,
    `account:${account}/${group}`,
    `credential:${credential}`,
    `credential:${credential}/${model}`,
  ];
  named.set(target, scopes);
  return scopes;
}

export const scopeAt = (target: ScopedTarget, level: ScopeLevel): string => scopesOf(target)[SCOPE_LEVELS.indexOf(level)] as string;

const BELONGS: Readonly<Record<FailureKind, ScopeLevel | undefined>> = {
  'rate-limit': 'account/group',
  quota: 'account',
  overload: 'endpoint/model',
  server: 'endpoint/model',
  network: 'endpoint',
  timeout: 'endpoint/model',
  auth: 'credential',
  'access-denied': 'credential/model',
  'model-missing': 'credential/model',
  'context-length': undefined,
  'too-large': undefined,
  refusal: undefined,
  'bad-request': undefined,
  empty: 'endpoint/model',
  truncated: 'endpoint/model',
  malformed: 'endpoint',
  local: undefined,
  cancelled: undefined,
  unknown: 'endpoint/model',
  resting: undefined,
};

/** The level a failure cools; undefined when it says nothing about the target. */
export function levelOf(kind: FailureKind, facts: FailureFacts): ScopeLevel | undefined {
  // A limit that the caller, a share or our own lag had shortened is our doing, not the target's; so is what a lane of ours says.
  if (facts.shortened) return undefined;
  if (facts.code === NOT_A_CONTINUATION) return undefined;
  // No key was found: nobody refused one, and the next call may find it.
  if (kind === 'auth' && facts.sent === false) return undefined;
  if (kind === 'quota' && facts.perModel) return 'account/group';
  if (kind === 'network' && facts.sent) return 'endpoint/model';
  return BELONGS[kind];
}

/** The scope a failure belongs to; undefined when it cools nothing. */
export function scopeOf(target: ScopedTarget, kind: FailureKind, facts: FailureFacts): string | undefined {
  const level = levelOf(kind, facts);
  return level && scopeAt(target, level);
}

/** H5: may be the request's own doing, and cools only with a second witness. */
export function isSuspicion(kind: FailureKind, facts: FailureFacts): boolean {
  switch (kind) {
    case 'server':
    case 'empty':
    case 'truncated':
    case 'unknown':
      return true;
    case 'malformed':
      return facts.code !== NOT_A_CONTINUATION;
    case 'timeout':
      return !facts.shortened;
    case 'network':
      return facts.sent === true;
    default:
      return false;
  }
}

const NOTHING: readonly ScopeLevel[] = [];
const ANSWERED: readonly ScopeLevel[] = ['endpoint'];
const ADMITTED: readonly ScopeLevel[] = ['endpoint', 'credential'];
const UNDERSTOOD: readonly ScopeLevel[] = ['endpoint', 'endpoint/model', 'credential', 'credential/model'];

/**
 * H6: the levels a failed probe nevertheless proves alive. A refusal is the model's own answer: everything on the way to it
 * works. A rejected request passed the door and the key, but a limit or a budget may be checked after it.
 */
export function provesLife(kind: FailureKind): readonly ScopeLevel[] {
  switch (kind) {
    case 'refusal':
      return SCOPE_LEVELS;
    case 'bad-request':
    case 'context-length':
    case 'too-large':
      return UNDERSTOOD;
    case 'rate-limit':
    case 'quota':
    case 'access-denied':
    case 'model-missing':
      return ADMITTED;
    case 'overload':
    case 'auth':
      return ANSWERED;
    default:
      return NOTHING;
  }
}
