import type { EventRow, LiveEvent, RunResult } from '@holdfast/agent';
import type { CallEvent } from '@holdfast/core/engine';

/** One event a line. `on` says whose: the run's log, a model call, the live channel, or the result. */
export const jsonRow = ({ event, ...envelope }: EventRow): string => JSON.stringify({ on: 'run', ...envelope, ...event });
export const jsonCall = (event: CallEvent): string => JSON.stringify({ on: 'call', ...event });
export const jsonLive = (event: LiveEvent): string => JSON.stringify({ on: 'live', ...event });
export const jsonResult = (session: string, result: RunResult, exit: number): string =>
  JSON.stringify({ on: 'result', session, ...result, exit });
