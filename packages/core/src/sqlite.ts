/** What several processes share, in SQLite: it needs Node or Bun and is therefore no part of the package's main entry. */
export { sqliteAffinity } from './io/affinity-open.ts';
export { sqliteBudgets, type SharedBudgetsOptions } from './io/budget-open.ts';
export { sqliteHealth, type SharedHealthOptions } from './io/health-open.ts';
export { sqliteMoving } from './io/moving-open.ts';
export { sqliteCalls, type SharedCallsOptions } from './io/calls-open.ts';
export type { CallFilter, CallStore, StoredCall } from './calls.ts';
