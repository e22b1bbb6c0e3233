/** The clients: so many at a time, each with the next request when the last is answered. Undici without `fetch`, to cost little. */
import { Pool } from 'undici';

export interface Request {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  /** Where in it a number of eight digits stands that no two requests share. */
  readonly numberAt: number;
}

let asked = 0;

/** Each request begins a conversation of its own: a gateway that keeps conversations where they were answered is not asked for one of them alone. */
function numbered({ body, numberAt }: Request): Buffer {
  const copy = Buffer.from(body);
  copy.write(String(++asked).padStart(8, '0'), numberAt, 'latin1');
  return copy;
}

/** Milliseconds on the machine's own clock, which the upstream reads too. */
export const clock = (): number => Number(process.hrtime.bigint()) / 1e6;

/** Longer than any terminator. */
const TAIL = 64;

export interface Watch {
  onHead?(): void;
  onData?(piece: Buffer): void;
}

export interface Heard {
  readonly status: number;
  readonly bytes: number;
  /** Its end, in which a stream's terminator is. */
  readonly last: Buffer | undefined;
}

/** One request to its end. Rejects when the connection breaks. */
export function ask(pool: Pool, request: Request, watch: Watch = {}): { readonly heard: Promise<Heard>; leave(): void } {
  const { promise, resolve, reject } = Promise.withResolvers<Heard>();
  const { path, headers } = request;
  let status = 0;
  let bytes = 0;
  let last: Buffer | undefined;
  let abort: (() => void) | undefined;
  pool.dispatch(
    { path, method: 'POST', headers, body: numbered(request) },
    {
      onRequestStart: (controller) => void (abort = () => controller.abort(new Error('left'))),
      onResponseStart(_, code) {
        status = code;
        watch.onHead?.();
      },
      onResponseData(_, piece) {
        bytes += piece.length;
        // A terminator may be cut by a piece's end.
        last = last === undefined || piece.length >= TAIL ? piece : Buffer.concat([last.subarray(-TAIL), piece]);
        watch.onData?.(piece);
      },
      onResponseEnd: () => resolve({ status, bytes, last }),
      onResponseError: (_, error) => reject(error),
    },
  );
  return { heard: promise, leave: () => abort?.() };
}

export const poolOf = (origin: string, connections: number): Pool =>
  new Pool(origin, { connections, pipelining: 1, headersTimeout: 0, bodyTimeout: 0, keepAliveTimeout: 120_000 });

export async function textAt(pool: Pool, request: Request): Promise<{ readonly status: number; readonly text: string }> {
  const parts: Buffer[] = [];
  const { status } = await ask(pool, request, { onData: (piece) => void parts.push(piece) }).heard;
  return { status, text: Buffer.concat(parts).toString() };
}

export interface Loaded {
  readonly requests: number;
  readonly ms: number;
}

/** Asks for so long with so many at a time. Anything but a whole answer ends the run: a figure over errors is none. */
export async function load(
  pool: Pool,
  request: Request,
  whole: (heard: Heard) => boolean,
  concurrency: number,
  ms: number,
): Promise<Loaded> {
  const began = performance.now();
  let requests = 0;
  const client = async () => {
    while (performance.now() - began < ms) {
      const heard = await ask(pool, request).heard;
      if (!whole(heard))
        throw new Error(`an answer of status ${heard.status} and ${heard.bytes} bytes: ${heard.last?.toString().slice(-300)}`);
      requests++;
    }
  };
  await Promise.all(Array.from({ length: concurrency }, client));
  return { requests, ms: performance.now() - began };
}
