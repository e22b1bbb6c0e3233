import type { EventRow, Runtime } from '@holdfast/agent/engine';
import { follow, type Clock, type Link } from '@holdfast/core/engine';
import { encodeComment, encodeEvent } from '@holdfast/core/wire';
import { isFull, write } from '../http/write.ts';
import type { Exchange } from '../ports.ts';
import type { LiveHub } from './live-hub.ts';
import type { OpenStreams, StreamEnd } from './open-streams.ts';
import type { Shelf } from './run-ports.ts';
import type { ServedRun } from './served-runs.ts';

/** Ms between two signs of life. */
const HEARTBEAT = 15_000;
/** Bytes of pieces that may wait for a reader. Rows are read from the log as it takes them. */
const MOST_WAITING = 1024 * 1024;
/** Ms a reader has for the last word. */
const LAST = 2_000;

export interface StreamPorts {
  readonly hub: LiveHub;
  readonly streams: OpenStreams;
  readonly store: Pick<Shelf, 'head'>;
  readonly clock: Pick<Clock, 'after'>;
}

export interface Watched {
  readonly session: string;
  readonly runtime: Pick<Runtime, 'follow'>;
  /** Rows with a larger seq. */
  readonly after: number;
  /** Said first. */
  readonly first?: { readonly event: string; readonly data: unknown };
  /** The resume point is not of this log: it is said, and what comes from now on is shown. */
  readonly gap?: { readonly asked: string; readonly last: number };
  /** Ends with this run. */
  readonly run?: ServedRun;
}

const frame = (event: string, data: unknown, id?: number): string =>
  encodeEvent({ event, data: JSON.stringify(data), ...(id !== undefined && { id: String(id) }) });

/**
 * Rows of a session over SSE, each under its seq, and between them the pieces of what is under way, until the reader leaves, the run is over or the
 * session is deleted. A reader that is too slow for the pieces is let go: it comes back with its last id and misses nothing.
 */
export async function streamEvents(exchange: Exchange, watched: Watched, ports: StreamPorts): Promise<void> {
  const { res, signal } = exchange;
  if (signal.aborted) return;
  using link = follow(signal);
  head(exchange);
  if (exchange.req.method === 'HEAD') return void res.end();
  if (watched.first) res.write(frame(watched.first.event, watched.first.data));
  if (watched.gap) res.write(frame('gap', watched.gap));
  const why = await shown(exchange, watched, ports, link);
  if (signal.aborted && why === undefined) return void res.destroy();
  finish(exchange, last(watched, why), ports);
}

function head({ res, id }: Exchange): void {
  res.writeHead(200, {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store',
    'x-accel-buffering': 'no',
    'request-id': id,
    'x-request-id': id,
  });
  res.flushHeaders();
}

/** Resolves with why it ended; undefined: all was shown, or the reader has left. */
async function shown({ res }: Exchange, watched: Watched, ports: StreamPorts, link: Link): Promise<StreamEnd | undefined> {
  const { session, runtime, run } = watched;
  let ended: StreamEnd | undefined;
  const end = (why: StreamEnd): void => {
    // A run that is over ends its stream by itself, with what it came to.
    if (why === 'closing' && run?.last !== undefined) return;
    ended ??= why;
    link.abort(why);
  };
  using _open = ports.streams.open(session, end);
  using _live = ports.hub.watch(session, (piece) => {
    if (link.signal.aborted) return;
    res.write(frame('live', piece));
    if (res.writableLength > MOST_WAITING) end('slow');
  });
  using _beat = heartbeat(res, watched, ports, end);
  let seen = watched.after;
  const isAll = (): boolean => run?.last !== undefined && seen >= run.last;
  void run?.over.then(() => {
    if (isAll()) link.abort('over');
  });
  try {
    if (isAll()) return ended;
    for await (const row of runtime.follow(session, watched.after, link.signal)) {
      await write(res, rowFrame(row), link.signal);
      seen = row.seq;
      if (isAll()) break;
    }
  } catch (error) {
    if (!link.signal.aborted) throw error;
  }
  return ended;
}

const rowFrame = (row: EventRow): string => frame('row', row, row.seq);

/** A comment says that we live; and now and then it is looked whether the session still does: another process may have deleted it. */
function heartbeat(res: Exchange['res'], { session }: Watched, { clock, store }: StreamPorts, end: (why: StreamEnd) => void): Disposable {
  let over = false;
  let letGo = (): void => {};
  const beat = (): void => {
    if (!isFull(res)) res.write(encodeComment('keep-alive'));
    store.head(session).then(
      (known) => {
        if (known === undefined && !over) end('deleted');
      },
      () => {},
    );
    letGo = clock.after(HEARTBEAT, beat);
  };
  letGo = clock.after(HEARTBEAT, beat);
  return {
    [Symbol.dispose]: () => {
      over = true;
      letGo();
    },
  };
}

function last({ session, run }: Watched, why: StreamEnd | undefined): string {
  if (why === 'slow') return encodeComment('let go: this reader is too slow; come back with the last id');
  if (why === 'closing') return encodeComment('the server is closing');
  if (why === 'deleted') return frame('end', { session, why });
  if (run?.failed !== undefined) return frame('done', { session, run: run.run, error: run.failed });
  return run?.result ? frame('done', { session, run: run.run, result: run.result }) : frame('end', { session, why: 'over' });
}

function finish({ res }: Exchange, text: string, { clock }: StreamPorts): void {
  res.end(text);
  // Whoever does not read does not read this either.
  const cut = clock.after(LAST, () => res.destroy());
  res.once('close', cut);
}
