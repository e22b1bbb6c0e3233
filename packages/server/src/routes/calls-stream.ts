import type { Clock } from '@holdfast/core/engine';
import { encodeComment, encodeEvent } from '@holdfast/core/wire';
import type { CallFeed } from '../operations/call-feed.ts';
import type { Exchange } from '../ports.ts';

export interface StreamPorts {
  readonly feed: CallFeed;
  readonly clock: Pick<Clock, 'after'>;
  /** Ms between two signs of life. */
  readonly keepAlive: () => number;
}

/** Bytes that may wait for a reader. */
const MOST_WAITING = 1024 * 1024;
/** Ms a reader has for the last comment. */
const LAST = 2_000;

/**
 * Events of calls over SSE until the reader leaves. A reader that is too slow is let go with a last comment: what waits for it has a
 * bound, and nobody else waits for it.
 */
export async function streamCalls(
  { res, signal }: Exchange,
  of: string | undefined,
  { feed, clock, keepAlive }: StreamPorts,
): Promise<void> {
  if (signal.aborted) return;
  res.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-store', 'x-accel-buffering': 'no' });
  res.write(encodeComment('calls as they happen'));
  await new Promise<void>((resolve) => {
    let stopTimer = (): void => {};
    let over = false;
    const leave = (): void => {
      over = true;
      unwatch();
      stopTimer();
      signal.removeEventListener('abort', gone);
      res.removeListener('close', gone);
      resolve();
    };
    const gone = (): void => {
      if (over) return;
      leave();
      res.destroy();
    };
    const last = (why: string): void => {
      if (over) return;
      leave();
      res.end(encodeComment(why));
      // Whoever does not read does not read this either.
      const cut = clock.after(LAST, () => res.destroy());
      res.once('close', cut);
    };
    const write = (text: string): void => {
      res.write(text);
      if (res.writableLength > MOST_WAITING) last('let go: this reader is too slow');
    };
    const beat = (): void => {
      write(encodeComment('keep-alive'));
      if (!over) stopTimer = clock.after(keepAlive(), beat);
    };
    let unwatch = (): void => {};
    signal.addEventListener('abort', gone);
    res.once('close', gone);
    stopTimer = clock.after(keepAlive(), beat);
    const stop = feed.watch({
      ...(of !== undefined && { of }),
      take: ({ event }) => write(encodeEvent({ event: event.type, data: JSON.stringify(event) })),
      end: last,
    });
    // A feed that has ended says so at once.
    if (over) stop();
    else unwatch = stop;
  });
}
