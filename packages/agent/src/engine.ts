/** For our own packages, without promise: the runtime, its ports and what they are built from. */
export * from './compose.ts';
export * from './io/process-group.ts';
export * from './io/sessions-memory.ts';
export * from './io/sessions-sqlite.ts';
export * from './io/writer-identity.ts';
export * from './live.ts';
export * from './ports.ts';
export * from './rules/events.ts';
export * from './rules/fold.ts';
export { permit, permissionPatterns, type PermissionPatterns, type PermissionRules, type PermitPolicy } from './rules/permit.ts';
export * from './rules/session-error.ts';
export * from './runtime.ts';
export * from './config/chain.ts';
export * from './config/check.ts';
export * from './config/file.ts';
export * from './config/load.ts';
export * from './config/problem.ts';
export * from './io/config-file.ts';
