type Fetch = (input: string | URL, init?: RequestInit) => Promise<Response>;

/** Has no body by the rules of HTTP: a response with one cannot be made. */
const BODILESS = new Set([101, 204, 205, 304]);

const LF = 10;
const CR = 13;

/** Ends a body that holds more than `longest` bytes at a time: in all, or in one event of a stream of events. `onLong` is told. */
export function boundedFetch(fetch: Fetch, longest: number, onLong: () => void): Fetch {
  return async (input, init) => {
    const response = await fetch(input, init);
    const { body, status, statusText, headers } = response;
    if (!body || BODILESS.has(status)) return response;
    const events = headers.get('content-type')?.startsWith('text/event-stream') ?? false;
    return new Response(body.pipeThrough(bounded(longest, events, onLong)), { status, statusText, headers });
  };
}

function bounded(longest: number, events: boolean, onLong: () => void): TransformStream<Uint8Array, Uint8Array> {
  let held = 0;
  let blank = false;
  return new TransformStream({
    transform(chunk, out) {
      for (const byte of chunk) {
        held += 1;
        if (!events || byte === CR) continue;
        if (byte === LF && blank) held = 0;
        blank = byte === LF;
      }
      if (held > longest) {
        onLong();
        out.error(new Error(`more than ${longest / 1_000_000} MB`));
      } else {
        out.enqueue(chunk);
      }
    },
  });
}
