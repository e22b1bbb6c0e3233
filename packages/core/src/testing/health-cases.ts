import type { HealthStore } from '../ports.ts';
import type { Belief, Report, ReportTarget } from '../rules/belief.ts';
import type { FailureFacts, FailureKind } from '../rules/failure.ts';

/**
 * What every health store must do (H9), whatever it is made of. `a` and `b` are two ways into one state: two connections, or
 * two processes. Adapters are done when this passes.
 */
export interface SharedHealth {
  readonly a: HealthStore;
  readonly b: HealthStore;
  /** As a lease names them: one that lives, one that is gone. */
  readonly owner: string;
  readonly deadOwner: string;
  close(): Promise<void>;
}

export const T = 1_800_000_000_000;
export const MINUTE = 60_000;

export const TARGET: ReportTarget = { entry: 'work', model: 'small', credential: 'work#KEY', account: 'work#KEY', group: 'small' };
export const OTHER: ReportTarget = { ...TARGET, model: 'large', group: 'large' };
export const SCOPES = [
  'endpoint:work',
  'endpoint:work/small',
  'account:work#KEY',
  'account:work#KEY/small',
  'credential:work#KEY',
  'credential:work#KEY/small',
];
export const MODEL = 'endpoint:work/small';
export const GROUP = 'account:work#KEY/small';

export const ok = (began: number, more: Partial<Report> = {}): Report => ({
  outcome: 'ok',
  verdict: 'fact',
  phase: 'commit',
  began,
  chance: 0.5,
  ...more,
});

export const failed = (kind: FailureKind, began: number, more: Partial<Report> = {}, facts: FailureFacts = {}): Report => ({
  outcome: { kind, facts },
  verdict: 'fact',
  phase: 'end',
  began,
  chance: 0.5,
  ...more,
});

export async function one(store: HealthStore, scope: string): Promise<Belief | undefined> {
  return (await store.read([scope])).get(scope);
}

export async function untilOf(store: HealthStore, scope: string): Promise<number> {
  const belief = await one(store, scope);
  return belief === undefined || belief.tag === 'cool' ? 0 : belief.until;
}

export const tagOf = async (store: HealthStore, scope: string): Promise<string> => (await one(store, scope))?.tag ?? 'cool';

export type Case = readonly [name: string, run: (shared: SharedHealth) => Promise<void>];
