import type { Part } from './model.ts';
import { isModelFailure } from './rules/failure.ts';
import { END, type Source } from './source.ts';

/**
 * The inside's source as the outside's stream, once. A failure becomes the protocol's own error part, after which the stream
 * ends without a finish part: never a clean end (C8). The caller's own cancel rejects with the caller's reason, as AI SDK users expect.
 */
export const streamOf = (source: Source<Part>, caller: AbortSignal): ReadableStream<Part> =>
  new ReadableStream<Part>(
    {
      // Not `async`: this runs for every part, and a promise less is a fifth of what it costs.
      pull: (out) =>
        source.next().then(
          (part) => (part === END ? out.close() : out.enqueue(part)),
          (error: unknown) => {
            if (caller.aborted && isModelFailure(error) && error.kind === 'cancelled') return out.error(caller.reason);
            out.enqueue({ type: 'error', error });
            out.close();
          },
        ),
      cancel: (reason) => source.cancel(reason),
    },
    { highWaterMark: 0 },
  );
