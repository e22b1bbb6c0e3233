import { request, type IncomingMessage } from 'node:http';

/** What came over the wire, however it ended. */
export interface Heard {
  readonly status: number | undefined;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
  /** HTTP's own end was seen. */
  readonly complete: boolean;
  /** The socket's error, where it broke. */
  readonly error: string | undefined;
}

export interface HearOptions {
  readonly headers?: Readonly<Record<string, string>>;
  readonly method?: string;
  /** Hangs up as soon as this holds of the text so far. */
  readonly until?: (text: string) => boolean;
}

/** One request over a socket of its own. Resolves however it ends. */
export function hear(url: string, body: unknown, { headers, method = 'POST', until }: HearOptions = {}): Promise<Heard> {
  const { promise, resolve } = Promise.withResolvers<Heard>();
  let res: IncomingMessage | undefined;
  let text = '';
  const over = (error?: NodeJS.ErrnoException) =>
    resolve({ status: res?.statusCode, headers: res?.headers ?? {}, text, complete: res?.complete ?? false, error: error?.code });
  const req = request(url, { method, headers: { 'content-type': 'application/json', ...headers }, agent: false });
  req.on('error', over);
  req.on('response', (head) => {
    res = head.setEncoding('utf8');
    res.on('data', (chunk: string) => {
      text += chunk;
      if (!until?.(text)) return;
      over();
      req.destroy();
    });
    res.on('end', () => over());
    res.on('error', over);
  });
  req.end(body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body));
  return promise;
}

/** Foreign JSON that a reader looks into: a path that is not there fails by itself. */
// oxlint-disable-next-line typescript/no-explicit-any
export type Loose = any;

export interface SseEvent {
  readonly event: string | undefined;
  readonly data: string;
}

/** The events of a stream; `rest` is what stands behind the last one. Comments are no events. */
export function eventsOf(text: string): { readonly events: readonly SseEvent[]; readonly rest: string } {
  const blocks = text.split(/\r?\n\r?\n/);
  const rest = blocks.pop()!;
  const events = blocks.flatMap((block) => {
    const lines = block.split(/\r?\n/);
    const data = lines.flatMap((line) => (line.startsWith('data:') ? [line.slice(5).replace(/^ /, '')] : []));
    const event = lines
      .findLast((line) => line.startsWith('event:'))
      ?.slice(6)
      .trim();
    return data.length === 0 && event === undefined ? [] : [{ event, data: data.join('\n') }];
  });
  return { events, rest };
}
