import type { EventRow, LiveEvent, RunResult } from '@holdfast/agent';
import type { CallEvent } from '@holdfast/core/engine';

/** One event a line. `on` says whose: the run's log, a model call, the live channel, or the result. */
export const jsonRow = ({ event, ...envelope }: EventRow): string => JSON.stringify({ on: 'run', ...envelope, ...event });
export const jsonCall = (event: CallEvent): string => JSON.stringify({ on: 'call', ...event });
export const jsonLive = (event: LiveEvent): string => JSON.stringify({ on: 'live', ...event });
/** Of a run that did not begin: wrong usage, an invalid file, a session that another process drives. */
export const jsonRefused = (message: string, exit: number): string =>
  JSON.stringify({ on: 'result', why: 'failed', failure: { kind: 'refused', message }, exit });
export const jsonResult = (session: string, result: RunResult, exit: number): string =>
  JSON.stringify({ on: 'result', session, ...result, exit });
