import { follow, orAbort, type Link } from '@holdfast/core/engine';
import { SseFramer, type SseFrame } from '@holdfast/core/wire';
import { isSessionError } from '../rules/session-error.ts';
import { errorOf, Unreachable, wordsOf } from './remote-errors.ts';
import { pauseBefore, type RemotePorts } from './remote-options.ts';
import { headersOf } from './remote-request.ts';

/** Ms without a byte after which a connection is dead: three signs of life have not come. */
const SILENT = 45_000;

/** One event of a stream; of a kind that this version may not know. */
export interface RemoteFrame {
  readonly event: string;
  /** Seq of a stored row. */
  readonly id?: number;
  readonly data: unknown;
}

export interface StreamAsk {
  readonly session: string;
  readonly path: string;
  /** Rows with a larger seq. */
  readonly after: number;
  readonly signal: AbortSignal;
}

class Lost extends Error {}

/**
 * Events of a stream, from the first to the last, over as many connections as it takes: each goes on behind the last row that was seen. Ends
 * only with its reader or its signal; rejects with what the server said of it, or when nobody was reached for too long.
 */
export async function* remoteEvents(ask: StreamAsk, ports: RemotePorts): AsyncGenerator<RemoteFrame, void> {
  const { clock, random, connection, lostMs, url } = ports;
  const { session, signal } = ask;
  let seen = ask.after;
  let since = clock.mono();
  for (let attempt = 0; !signal.aborted;) {
    try {
      for await (const frame of connected({ ...ask, after: seen }, ports, () => {
        if (attempt > 0) connection({ type: 'restored', session, attempt });
        attempt = 0;
      })) {
        if (frame.id !== undefined) seen = frame.id;
        yield frame;
      }
    } catch (error) {
      if (signal.aborted) return;
      if (!(error instanceof Lost)) throw error;
      if (attempt === 0) {
        connection({ type: 'lost', session, error: error.message });
        since = clock.mono();
      } else if (clock.mono() - since >= lostMs)
        throw new Unreachable(`${url} was not reached for ${Math.round(lostMs / 1000)} s (${error.message}); what runs there goes on`, {
          cause: error,
        });
    }
    attempt++;
    await clock.sleep(pauseBefore(attempt, random), signal).catch(() => {});
  }
}

/** One connection. Rejects with `Lost` when it breaks, ends or is silent for too long. */
async function* connected(ask: StreamAsk, ports: RemotePorts, opened: () => void): AsyncGenerator<RemoteFrame, void> {
  using link = follow(ask.signal);
  const silence = new Silence(link, ports);
  try {
    const res = await orAbort(asked(ask, ports, link.signal), link.signal);
    if (!res.ok) {
      const error = errorOf(res.status, await orAbort(res.text(), link.signal), ports.url);
      const again = res.status >= 500 && (!isSessionError(error) || error.kind === 'locked');
      throw again ? new Lost(error.message) : error;
    }
    opened();
    const framer = new SseFramer();
    const reader = (res.body as ReadableStream<Uint8Array>).getReader();
    for (;;) {
      const { done, value } = await orAbort(reader.read(), link.signal);
      if (done) throw new Lost('the stream ended');
      silence.broken();
      for (const frame of framer.push(value)) {
        const read = frameOf(frame);
        if (read) yield read;
      }
    }
  } catch (error) {
    throw error instanceof TypeError ? new Lost(wordsOf(error), { cause: error }) : error;
  } finally {
    silence[Symbol.dispose]();
    // Lets go of the socket, wherever its reader stopped.
    link.abort(new Lost('left'));
  }
}

const asked = ({ path, after }: StreamAsk, ports: RemotePorts, signal: AbortSignal): Promise<Response> =>
  ports.fetch(ports.url + path, { headers: { ...headersOf(ports), accept: 'text/event-stream', 'last-event-id': String(after) }, signal });

/** Comments are signs of life; what cannot be read is no row of ours. */
function frameOf(frame: SseFrame): RemoteFrame | undefined {
  if (frame.type === 'comment' || frame.event === undefined) return undefined;
  const id = frame.id === undefined ? NaN : Number(frame.id);
  try {
    return { event: frame.event, data: JSON.parse(frame.data) as unknown, ...(Number.isSafeInteger(id) && { id }) };
  } catch (cause) {
    throw new Lost('the stream said what is no JSON', { cause });
  }
}

class Silence implements Disposable {
  readonly #link: Link;
  readonly #ports: RemotePorts;
  #last: number;
  #letGo: () => void;

  constructor(link: Link, ports: RemotePorts) {
    this.#link = link;
    this.#ports = ports;
    this.#last = ports.clock.mono();
    this.#letGo = ports.clock.after(SILENT, () => this.#look());
  }

  broken(): void {
    this.#last = this.#ports.clock.mono();
  }

  [Symbol.dispose](): void {
    this.#letGo();
  }

  /** One timer for a whole connection: it is armed anew when it fires, not with every byte. */
  #look(): void {
    const left = this.#last + SILENT - this.#ports.clock.mono();
    if (left > 0) this.#letGo = this.#ports.clock.after(left, () => this.#look());
    else this.#link.abort(new Lost(`nothing came for ${SILENT / 1000} s`));
  }
}
