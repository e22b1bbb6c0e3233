import { orAbort } from '@holdfast/core/engine';
import { Stopped } from './rules/teller.ts';
import type { Loop, World } from './rules/world.ts';

export type Handle<K extends keyof World> = (request: World[K]['ask'], signal: AbortSignal) => Promise<World[K]['answer']>;
export type Handlers = { readonly [K in keyof World]: Handle<K> };

/** These carry events that have been folded: they are served to the end, stopped or not, and bound themselves. */
const CARRIES: ReadonlySet<keyof World> = new Set(['record', 'tools']);

/** Runs a loop in this process. A stop reaches the loop at once, whatever it waits for; a handler that does not heed it is left behind. */
export async function drive<T>(loop: Loop<T>, handlers: Handlers, signal: AbortSignal): Promise<T> {
  let step = loop.next();
  while (!step.done) {
    const request = step.value;
    const carries = CARRIES.has(request.do);
    if (signal.aborted && !carries) {
      step = loop.throw(new Stopped('stopped'));
      continue;
    }
    const handle = handlers[request.do] as (request: object, signal: AbortSignal) => Promise<unknown>;
    const work = handle(request, signal);
    const settled = await (carries ? work : orAbort(work, signal)).then(
      (value) => ({ value }),
      (error: unknown) => ({ error }),
    );
    if ('value' in settled) step = loop.next(settled.value);
    else step = loop.throw(signal.aborted && !carries ? new Stopped('stopped') : settled.error);
  }
  return step.value;
}
