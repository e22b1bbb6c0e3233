import type { Part } from './model.ts';
import { isModelFailure } from './rules/failure.ts';
import { END, type End, type Source } from './source.ts';

/**
 * The inside's source as the outside's stream, once. A failure becomes the protocol's own error part, after which the stream
 * ends without a finish part: never a clean end (C8). The caller's own cancel rejects with the caller's reason, as AI SDK users expect.
 *
 * `told` hears of every error before the consumer does.
 *
 * This runs for every part: nothing is allocated for one but the promise it comes with. `pull` answers at once; the stream asks again
 * by itself when a part was handed over and another read waits, and never while one is under way (S1).
 */
export function streamOf(source: Source<Part>, caller: AbortSignal, told: (error: unknown) => void): ReadableStream<Part> {
  let out: ReadableStreamDefaultController<Part>;
  let asking = false;
  let left = false;
  /** Let go at the end: who keeps a stream that is over keeps nothing of its call (K2), and the collector has less to follow. */
  let from: Source<Part> | undefined = source;
  const onPart = (part: Part | End): void => {
    asking = false;
    if (left) return;
    if (part !== END) return out.enqueue(part);
    from = undefined;
    out.close();
  };
  const onFailure = (error: unknown): void => {
    asking = false;
    from = undefined;
    if (left) return;
    const cancelled = caller.aborted && isModelFailure(error) && error.kind === 'cancelled';
    told(cancelled ? caller.reason : error);
    if (cancelled) return out.error(caller.reason);
    out.enqueue({ type: 'error', error });
    out.close();
  };
  return new ReadableStream<Part>(
    {
      pull: (controller) => {
        if (asking || from === undefined) return;
        asking = true;
        out = controller;
        if (from.pull) from.pull(onPart, onFailure);
        else from.next().then(onPart, onFailure);
      },
      cancel: (reason) => {
        left = true;
        from?.cancel(reason);
        from = undefined;
      },
    },
    { highWaterMark: 0 },
  );
}
