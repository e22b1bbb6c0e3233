/** Sinks: who is told of calls, and what they are told. */
export { openSinks, type Sinks } from './open-sinks.ts';
export type { PayloadPolicy } from './payload.ts';
export type { SinkOptions } from './sink-options.ts';
export type { SinkStats } from './sink-queue.ts';
export type * from './sink-types.ts';
export type { WorkSink, WorkSpan } from './work-span.ts';
