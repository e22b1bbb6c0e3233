import { AsyncLocalStorage } from 'node:async_hooks';
import type { Attribution } from '../ports.ts';
import { labelled, type Labels } from '../rules/labels.ts';

/** Labels that belong to whatever runs inside a function, however many awaits and queues lie between. */
export interface AsyncAttribution extends Attribution {
  /** Runs `work` under `labels`, on top of those that hold already; "" says nothing. */
  run<T>(labels: Labels, work: () => T): T;
}

/** Attribution by `AsyncLocalStorage`: calls side by side do not mix. For `holdfast({ attribution })`. */
export function asyncAttribution(): AsyncAttribution {
  const storage = new AsyncLocalStorage<Labels>();
  const current = (): Labels => storage.getStore() ?? {};
  return { current, run: (labels, work) => storage.run(labelled(current(), labels), work) };
}
