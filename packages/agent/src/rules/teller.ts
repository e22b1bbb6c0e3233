import type { RunEvent } from './events.ts';
import { fold, type RunState } from './fold.ts';
import type { Loop, Request, World } from './world.ts';

/** Thrown into the loop by a driver when the user stops the run: whatever it waited for, it ends with `stopped`. */
export class Stopped extends Error {
  override readonly name = 'Stopped';
}

/** What the parts of the loop share: the state, and the events told but not recorded yet. */
export interface Teller {
  readonly state: () => RunState;
  /** Folds events and queues them for the next append. */
  tell(...events: readonly RunEvent[]): void;
  /** Hands over what is queued: whoever takes it appends it. */
  take(): readonly RunEvent[];
  /** What was taken is stored. */
  stored(): void;
  /** Something was taken and is not stored: the log may lack it. */
  readonly lacking: () => boolean;
  /** Folds events that others have appended. */
  saw(events: readonly RunEvent[]): void;
}

/** The only cast: a driver answers the request it was given. */
export function* ask<K extends keyof World>(request: { readonly do: K } & World[K]['ask']): Loop<World[K]['answer']> {
  return (yield request as Request) as World[K]['answer'];
}

export function* flush(teller: Teller): Loop<void> {
  const events = teller.take();
  if (events.length > 0) yield* ask({ do: 'record', events });
  teller.stored();
}

export function tellerFrom(start: RunState): Teller {
  let state = start;
  let queue: RunEvent[] = [];
  let lacking = false;
  const saw = (events: readonly RunEvent[]) => {
    for (const event of events) state = fold(state, event);
  };
  return {
    state: () => state,
    saw,
    tell: (...events) => {
      saw(events);
      queue.push(...events);
    },
    take: () => {
      const events = queue;
      queue = [];
      lacking = true;
      return events;
    },
    stored: () => void (lacking = false),
    lacking: () => lacking,
  };
}
