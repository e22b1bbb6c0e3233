/** Contract suites for adapters of this package's ports, and the laws of readers. */
export { healthStoreContract, type SharedHealth, type Suite } from './testing/health-store.contract.ts';
export { affinityStoreContract, type SharedAffinity } from './testing/affinity-store.contract.ts';
export { callStoreContract, recordOf } from './testing/call-store.contract.ts';
export { movingStoreContract, type SharedMoving } from './testing/moving-store.contract.ts';
export { readerLaws, type ReaderLaws } from './testing/reader-laws.ts';
export { budgetStoreContract, type SharedBudgets } from './testing/budget-store.contract.ts';
export { equal, truthy } from './testing/expect.ts';
