import type { Attribution, Clock, Emit } from './ports.ts';
import type { Labels } from './rules/labels.ts';
import { openSinks, type Sinks } from './sinks/open-sinks.ts';
import type { SinkOptions } from './sinks/sink-options.ts';

interface Watchers {
  readonly emit?: Emit;
  readonly sinks?: SinkOptions | Sinks;
}

/** Those who watch cannot stop what they watch. */
const guarded =
  (emit: Emit): Emit =>
  (event) => {
    try {
      emit(event);
    } catch {
      // Its own business: nobody here could be told.
    }
  };

/** What an event reaches; undefined: nobody listens. */
export function emitOf({ emit, sinks }: Watchers, clock: Clock): Emit | undefined {
  const own = emit && guarded(emit);
  if (sinks === undefined) return own;
  const open = typeof sinks === 'object' && sinks !== null && 'emit' in sinks ? sinks : openSinks(sinks, clock);
  if (!own) return open.emit;
  return (event, payload) => {
    own(event);
    open.emit(event, payload);
  };
}

/** What it throws is dropped. */
export const labelsFrom = (attribution: Attribution) => (): Labels => {
  try {
    return attribution.current() ?? {};
  } catch {
    return {};
  }
};
