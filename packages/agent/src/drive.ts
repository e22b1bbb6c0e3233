import { Stopped } from './rules/teller.ts';
import type { Loop, World } from './rules/world.ts';

export type Handle<K extends keyof World> = (request: World[K]['ask'], signal: AbortSignal) => Promise<World[K]['answer']>;
export type Handlers = { readonly [K in keyof World]: Handle<K> };

/** These carry events that have been folded: they are served to the end, stopped or not, and bound themselves. */
const CARRIES: ReadonlySet<keyof World> = new Set(['record', 'tools']);

/** Runs a loop in this process. A stop reaches the loop at once, whatever it waits for; a handler that does not heed it is left behind. */
export async function drive<T>(loop: Loop<T>, handlers: Handlers, signal: AbortSignal): Promise<T> {
  using stop = new Stop(signal);
  let step = loop.next();
  while (!step.done) {
    const request = step.value;
    const carries = CARRIES.has(request.do);
    if (signal.aborted && !carries) {
      step = loop.throw(new Stopped('stopped'));
      continue;
    }
    const handle = handlers[request.do] as (request: object, signal: AbortSignal) => Promise<unknown>;
    let answer: unknown;
    try {
      const work = handle(request, signal);
      answer = await (carries ? work : stop.orStopped(work));
    } catch (error) {
      step = loop.throw(signal.aborted && !carries ? new Stopped('stopped') : error);
      continue;
    }
    step = loop.next(answer);
  }
  return step.value;
}

/** One listener for a whole run: one for each request would cost more than most requests do. */
class Stop implements Disposable {
  readonly #signal: AbortSignal;
  #cut: (reason: unknown) => void = () => {};

  constructor(signal: AbortSignal) {
    this.#signal = signal;
    signal.addEventListener('abort', this.#fired);
  }

  /** Settles as `work` does, or rejects the moment the signal fires. One at a time. */
  orStopped<T>(work: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      this.#cut = reject;
      if (this.#signal.aborted) this.#fired();
      work.then(resolve, reject);
    });
  }

  readonly #fired = (): void => this.#cut(this.#signal.reason);

  [Symbol.dispose](): void {
    this.#signal.removeEventListener('abort', this.#fired);
  }
}
