/** Health and budgets that several processes share, in SQLite: what needs Node or Bun and is therefore no part of the package's main entry. */
export { sqliteBudgets } from './io/budget-open.ts';
export { sqliteHealth, type SharedHealthOptions } from './io/health-open.ts';
