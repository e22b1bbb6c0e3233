import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Clock } from '@holdfast/core';
import type { Checked } from '../checker/index.ts';
import type { Outage } from '../outage.ts';
import { checkedAnswers, isList, type Scripts } from '../script.ts';
import type { KeyJudge, LabAnswer, LabModel } from './decide.ts';
import type { WireStyle } from './deliver.ts';
import { Desk } from './desk.ts';
import { answer, bodyOf, headersOf } from './exchange.ts';
import type { Protocol, ProtocolName } from './protocol.ts';
import { PROTOCOL } from './protocols.ts';
import { holdPort, listen, type HeldPort } from './refused.ts';
import { RequestLog, type Asked, type Entry } from './request-log.ts';
import { wallClock } from './wall-clock.ts';

export interface LabProviderOptions {
  /** By which the outage knows it. */
  readonly name: string;
  readonly protocol: ProtocolName;
  /** Those that exist; without a list every name is served. */
  readonly models?: Readonly<Record<string, LabModel>>;
  /** A list is answered one by one, the last again and again. */
  readonly script?: Scripts<LabAnswer>;
  readonly outage?: Outage;
  /** Default: a free one. A provider that comes back after its process was killed takes the port it had. */
  readonly port?: number;
  /** With one, every other key is refused; a function says of each key why. */
  readonly key?: string | KeyJudge;
  readonly clock?: Clock;
  /** Between pings of the `pings` fault; default 20. */
  readonly pingMs?: number;
  readonly wire?: WireStyle;
  /** Of models that say nothing themselves. */
  readonly checked?: Checked | true;
}

export interface LabProvider extends AsyncDisposable {
  readonly name: string;
  /** The base URL a client is given, `/v1` (or `/v1beta`) included. */
  readonly url: string;
  readonly port: number;
  /** Every request so far, oldest first. */
  readonly requests: readonly Asked[];
  /** Connections that are open now. */
  readonly sockets: number;
  onRequest(listener: (asked: Asked) => void): () => void;
  waitFor(match: (asked: Asked) => boolean, signal?: AbortSignal): Promise<Asked>;
  /** Resolves when no connection is open; a client that keeps one has left it behind. */
  drained(): Promise<void>;
  close(): Promise<void>;
}

/** Starts a provider on a free port of loopback. See the head of `index.ts` in this folder. */
export async function labProvider(options: LabProviderOptions): Promise<LabProvider> {
  const server = new LabServer(options);
  await server.open(options.port ?? 0);
  return server;
}

class LabServer implements LabProvider {
  readonly name: string;
  readonly #protocol: Protocol;
  readonly #desk: Desk;
  readonly #clock: Clock;
  readonly #how: WireStyle & { readonly clock: Clock; readonly pingMs: number };
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #waiting: (() => void)[] = [];
  readonly #log = new RequestLog();
  #port = 0;
  #held: Promise<HeldPort> | undefined;
  #closing: Promise<void> | undefined;

  constructor({ name, protocol, models, script, outage, key, clock = wallClock, pingMs = 20, wire, checked }: LabProviderOptions) {
    this.name = name;
    this.#clock = clock;
    this.#how = { ...wire, clock, pingMs };
    this.#protocol = PROTOCOL[protocol];
    const said = script ?? { text: `The answer of ${name}.` };
    for (const list of [said, ...Object.values(models ?? {}).map((model) => model.script)])
      if (list !== undefined && isList(list)) checkedAnswers(list, 'script');
    const lab = {
      name,
      protocol: this.#protocol,
      protocolName: protocol,
      models,
      script: said,
      outage: outage ?? { rules: [] },
      key,
      checked,
    };
    this.#desk = new Desk(lab, clock);
    this.#server = createServer((req, res) => void this.#serve(req, res));
    this.#server.on('connection', (socket: Socket) => this.#connected(socket));
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}${this.#protocol.base}`;
  }
  get port(): number {
    return this.#port;
  }
  get requests(): readonly Asked[] {
    return this.#log.entries;
  }
  get sockets(): number {
    return this.#sockets.size;
  }
  onRequest(listener: (asked: Asked) => void): () => void {
    return this.#log.onRequest(listener);
  }
  waitFor(match: (asked: Asked) => boolean, signal?: AbortSignal): Promise<Asked> {
    return this.#log.waitFor(match, signal);
  }
  drained(): Promise<void> {
    return this.#sockets.size === 0 ? Promise.resolve() : new Promise((resolve) => this.#waiting.push(resolve));
  }

  async open(port: number): Promise<void> {
    await listen(this.#server, port);
    this.#port = (this.#server.address() as AddressInfo).port;
    this.#shutIfGone();
    await this.#held;
  }

  close(): Promise<void> {
    this.#closing ??= this.#end();
    return this.#closing;
  }
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #end(): Promise<void> {
    this.#log.close();
    const closed = [...this.#sockets].map((socket) => new Promise((resolve) => socket.once('close', resolve)));
    if (this.#server.listening) closed.push(new Promise((resolve) => this.#server.close(resolve)));
    for (const socket of this.#sockets) socket.destroy();
    await Promise.all(closed);
    await (await this.#held)?.close();
  }

  /** A rule that refuses every request from now on closes the port for good: who connects is refused by the kernel. */
  #shutIfGone(): void {
    if (this.#held || this.#closing || !this.#desk.refusesForGood) return;
    // answers on their way are finished; `close` waits for them, the port is free at once
    this.#server.close();
    this.#held = new Promise((resolve) => setImmediate(resolve)).then(() => holdPort(this.#port));
    this.#held.catch(() => {});
  }

  #connected(socket: Socket): void {
    this.#sockets.add(socket);
    socket.setNoDelay(true);
    socket.on('error', () => {}).on('close', () => this.#disconnected(socket));
    if (!this.#desk.refusesNext) return;
    const nth = this.#desk.refuse();
    this.#log.add({ ...this.#entry('', '', {}, undefined), nth, fault: { do: 'refused' }, state: 'refused' });
    socket.resetAndDestroy();
    this.#shutIfGone();
  }

  #disconnected(socket: Socket): void {
    this.#sockets.delete(socket);
    if (this.#sockets.size > 0) return;
    for (const resolve of this.#waiting.splice(0)) resolve();
  }

  async #serve(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const read = await bodyOf(req);
    if (!read) return;
    const at = new URL(req.url ?? '/', 'http://lab');
    const entry = this.#entry(req.method ?? '', at.pathname + at.search, headersOf(req), read.body);
    const decision = this.#desk.decide(entry, at);
    entry.fault = decision.fault;
    entry.status = decision.delivery.head?.status;
    this.#log.add(entry);
    // a kept connection would carry the next request past the door that is to refuse it
    if (this.#desk.refusesNext) res.setHeader('connection', 'close');
    this.#shutIfGone();
    await answer(entry, res, decision, this.#log, this.#how);
  }

  #entry(method: string, path: string, headers: Entry['headers'], body: unknown): Entry {
    const open = { nth: 0, facts: undefined, fault: undefined, status: undefined, frames: 0, state: 'open', aborted: false } as const;
    return { ...open, method, path, headers, body, at: this.#clock.mono() };
  }
}
