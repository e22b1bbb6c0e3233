/** What needs Node or Bun: attribution that follows the work. */
export { asyncAttribution, type AsyncAttribution } from './io/attribution-async.ts';
