import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Decision } from './decide.ts';
import { deliver, type Pace } from './deliver.ts';
import type { Asked, Entry, RequestLog } from './request-log.ts';

/** Answers one request as decided, and keeps its log entry true until it is over, whoever ends it. */
export async function answer(
  entry: Entry,
  res: ServerResponse,
  { delivery, fault, gate, delayMs }: Decision,
  log: RequestLog,
  how: Pick<Pace, 'clock' | 'pingMs' | 'newline' | 'bom' | 'chop'>,
): Promise<void> {
  const gone = new AbortController();
  let cutByUs = false;
  const over = (state: Asked['state']) => {
    if (entry.state !== 'open') return;
    entry.state = state;
    log.changed(entry);
  };
  const closed = () => {
    if (res.writableFinished || cutByUs || log.closed) return gone.abort();
    entry.aborted = true;
    over('aborted');
    gone.abort(new Error('the client is gone'));
  };
  if (res.closed) return closed();
  res.once('close', closed);
  const sent = () => {
    entry.frames++;
    log.changed(entry);
  };
  const cutting = () => {
    cutByUs = true;
    over('broken');
  };
  const pace: Pace = { ...how, sent, cutting, gone: gone.signal, ...(gate && { gate }), ...(delayMs !== undefined && { delayMs }) };
  await deliver(res, delivery, pace).then(
    () => over(fault && delivery.head?.status === 200 ? 'broken' : 'done'),
    // a client that hung up: the entry says so already
    () => over('broken'),
  );
}

export const headersOf = (req: IncomingMessage): Record<string, string | undefined> =>
  Object.fromEntries(Object.entries(req.headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : value]));

/** The body: parsed if it parses, else its text; undefined if the client left before its end. */
export async function bodyOf(req: IncomingMessage): Promise<{ readonly body: unknown } | undefined> {
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of req) chunks.push(chunk as Buffer);
  } catch {
    return undefined;
  }
  const text = Buffer.concat(chunks).toString('utf8');
  try {
    return { body: JSON.parse(text) };
  } catch {
    return { body: text };
  }
}
