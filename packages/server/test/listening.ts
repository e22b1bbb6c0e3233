/** A client that listens while an answer comes, and may stop to. */
import { request, type IncomingMessage } from 'node:http';
import { CLIENT, bodyOf, type Asking, type Heard } from './readers/index.ts';
import type { Address, Client } from './gateway-process.ts';

export interface Listening {
  /** Rejects when there is none. */
  readonly head: Promise<IncomingMessage>;
  /** What has come so far. */
  readonly text: string;
  /** Resolves with what has come when this holds of it; rejects when it never will. */
  until(holds: (text: string) => boolean): Promise<string>;
  /** However it ends. */
  readonly over: Promise<Heard>;
  /** Hangs up. */
  leave(): void;
}

export interface ListenOptions {
  readonly headers?: Readonly<Record<string, string>>;
  /** Reads nothing of the body before `head`'s message is resumed. */
  readonly deaf?: boolean;
}

/** One request over a socket of its own. */
function listen(url: string, body: unknown, { headers, deaf = false }: ListenOptions = {}): Listening {
  const done = Promise.withResolvers<Heard>();
  const head = Promise.withResolvers<IncomingMessage>();
  head.promise.catch(() => {});
  const watchers = new Set<() => void>();
  let [res, text, ended] = [undefined as IncomingMessage | undefined, '', false];
  const end = (error?: NodeJS.ErrnoException) => {
    ended = true;
    head.reject(new Error('no head', { cause: error }));
    done.resolve({ status: res?.statusCode, headers: res?.headers ?? {}, text, complete: res?.complete ?? false, error: error?.code });
    for (const look of watchers) look();
  };
  const req = request(url, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, agent: false });
  req.on('error', end).on('response', (message) => {
    res = message.setEncoding('utf8');
    const take = (piece: string) => {
      text += piece;
      for (const look of watchers) look();
    };
    if (deaf) message.once('resume', () => message.on('data', take));
    else message.on('data', take);
    message.on('end', () => end()).on('error', end);
    head.resolve(message);
  });
  req.end(JSON.stringify(body));
  return {
    head: head.promise,
    get text() {
      return text;
    },
    until: (holds) =>
      new Promise((resolve, reject) => {
        const look = () => {
          if (!holds(text) && !ended) return;
          watchers.delete(look);
          if (holds(text)) resolve(text);
          else reject(new Error(`over before it was said:\n${text}`));
        };
        watchers.add(look);
        look();
      }),
    over: done.promise,
    leave: () => void req.destroy(),
  };
}

/** A client of a protocol asks a gateway. */
export const listenTo = (
  client: Client,
  { base, model }: Address,
  asking: Partial<Asking> = {},
  { headers, ...more }: ListenOptions = {},
): Listening =>
  listen(base + CLIENT[client].path, bodyOf(client, { model, ...asking }), { ...more, headers: { ...CLIENT[client].headers, ...headers } });
