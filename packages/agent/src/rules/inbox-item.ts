import type { RunEvent } from './events.ts';

/** The inbox row an event consumes. */
export const itemOf = (event: RunEvent): string | undefined => ('item' in event ? event.item : undefined);
