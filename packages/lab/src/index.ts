export {
  always,
  failsFromNowOn,
  FAULT_NAMES,
  faultFor,
  inTurn,
  once,
  REASONS,
  times,
  type Fault,
  type FaultName,
  type Outage,
  type OutageRule,
  type Reason,
} from './outage.ts';
export { checkOutage, isOutage, type OutageError } from './outage-check.ts';
export { outage, parseOutage, type TextError } from './outage-text.ts';
export {
  byLastMessage,
  byTurn,
  countTokens,
  pieces,
  sequence,
  type Answer,
  type Facts,
  type Script,
  type ScriptedCall,
  type ScriptedFinish,
  type ScriptedUsage,
  type Turn,
} from './script.ts';
export { BEHAVIOURS, continuationOf, secondTarget, type Behaviour, type Continuation } from './second-target.ts';
export { texts, type TextName } from './texts.data.ts';
export { VirtualClock, type VirtualClockOptions } from './virtual-clock.ts';
export type { ModelFault } from './model-fault.ts';
export { preparedModel } from './prepared-model.ts';
export { scriptedModel, type ModelAnswer, type ModelLogLine, type ScriptedModel, type ScriptedModelOptions } from './scripted-model.ts';
export { complaints, type Checked, type Complaint } from './checker/index.ts';
export * from './provider/index.ts';
export { tempState, type TempState } from './io/temp-state.ts';
