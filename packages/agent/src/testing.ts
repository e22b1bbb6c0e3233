/** Contract suites for adapters of this package's ports. */
export { sessionStoreContract, type ContractCase } from './testing/session-store-contract.ts';
