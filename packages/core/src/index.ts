/**
 * Many models answer as one. The public face of the core: everything here has a promise; the subpaths `/engine`, `/wire` and
 * `/testing` serve our own packages and have none.
 */
export { BudgetExceeded, isBudgetExceeded } from './budget-exceeded.ts';
export { CallFailure, isCallFailure } from './call-failure.ts';
export { callInfoOf, type CallInfo } from './call-info.ts';
export type { CallEvent, FailureFact } from './events.ts';
export { systemClock, systemNewId } from './io/clock-system.ts';
export { laneRegistry } from './lane-library.ts';
export type { LaneOptions } from './lane-options.ts';
export type { Model } from './model.ts';
export type { AffinityStore, Attribution, Clock, Credential, Emit, Environment, HealthStore, NewId, Random } from './ports.ts';
export { isModelFailure, ModelFailure, type FailureFacts, type FailureKind } from './rules/failure.ts';
export type { Usage } from './rules/reader.ts';
export type { AttemptRecord, CallRecord, SkipRecord } from './rules/record.ts';
export { metaCalls } from './meta.ts';
export { generateWith } from './object.ts';
export { isModelOutputError, ModelOutputError } from './output-error.ts';
export { holdfast, type Duration, type HoldfastOptions, type ModelEntry } from './library.ts';
export { tiers, type Tiers } from './tiers.ts';
