/** What needs Node or Bun: attribution that follows the work, and a sink that writes to a file. */
export { asyncAttribution, type AsyncAttribution } from './io/attribution-async.ts';
export { jsonLines } from './io/sinks-jsonl.ts';
