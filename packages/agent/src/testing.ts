/** Contract suites for adapters of this package's ports. */
export { sessionStoreContract, type ContractCase } from './testing/session-store-contract.ts';
export { runtimeContract, type OpenRuntime } from './testing/runtime-contract.ts';
export { gatedTool, quickTool, scenePorts } from './testing/runtime-scene.ts';
export { callsTo, replyOf, scriptedModel } from './testing/scripted-model.ts';
