import type { IncomingMessage, ServerResponse } from 'node:http';
import type { GoneReason } from './gone.ts';
import type { HeldExchange } from './held-exchange.ts';

export type Socket = IncomingMessage['socket'];

interface Connection {
  readonly running: Set<HeldExchange>;
  /** Answers without an exchange that have not left. */
  owed: number;
}

/**
 * The open connections and what runs on each.
 *
 * K1. An exchange is over when its handler has settled and its answer has left, or its socket is gone.
 * K2. A socket that closes cuts every exchange on it: those too whose answers still wait behind another one's (pipelining), which node:http tells nothing.
 * K3. Nothing of a connection stays behind once it is closed and its handlers have settled.
 */
export class Connections {
  readonly #sockets = new Map<Socket, Connection>();
  #open = 0;
  #ends = false;
  #waiting: (() => void)[] = [];

  get open(): number {
    return this.#open;
  }

  add(socket: Socket): void {
    this.#sockets.set(socket, { running: new Set(), owed: 0 });
    socket.on('close', () => this.#shut(socket));
  }

  on(socket: Socket): ReadonlySet<HeldExchange> {
    return this.#sockets.get(socket)?.running ?? NOBODY;
  }

  begin(held: HeldExchange): void {
    this.#open++;
    this.#sockets.get(held.req.socket)?.running.add(held);
    held.res.on('close', () => this.#answered(held));
  }

  /** An answer that no handler gives: a refusal. */
  owe(socket: Socket, res: ServerResponse): void {
    const connection = this.#sockets.get(socket);
    if (!connection) return;
    connection.owed++;
    res.on('close', () => {
      connection.owed--;
      this.#endIfIdle(socket, connection);
    });
  }

  settled(held: HeldExchange): void {
    held.settled = true;
    if (held.closed) this.#over(held);
  }

  /** From now on a connection is closed when nothing runs on it any more. */
  endAll(): void {
    this.#ends = true;
    for (const { running } of this.#sockets.values())
      for (const { res } of running) if (!res.headersSent) res.setHeader('connection', 'close');
  }

  cutAll(why: GoneReason): void {
    for (const { running } of this.#sockets.values()) for (const held of running) held.cut(why);
  }

  destroyAll(): void {
    for (const socket of this.#sockets.keys()) socket.destroy();
  }

  /** Resolves when no exchange is open. */
  idle(): Promise<void> {
    return this.#open === 0 ? Promise.resolve() : new Promise((resolve) => this.#waiting.push(resolve));
  }

  #endIfIdle(socket: Socket, { running, owed }: Connection): void {
    if (this.#ends && running.size === 0 && owed === 0) socket.destroySoon();
  }

  #answered(held: HeldExchange): void {
    if (held.closed) return;
    held.closed = true;
    if (!held.res.writableFinished) held.cut('left');
    if (held.settled) this.#over(held);
  }

  #shut(socket: Socket): void {
    const running = this.on(socket);
    this.#sockets.delete(socket);
    for (const held of running) this.#answered(held);
  }

  #over(held: HeldExchange): void {
    this.#open--;
    const { socket } = held.req;
    const connection = this.#sockets.get(socket);
    connection?.running.delete(held);
    if (connection) this.#endIfIdle(socket, connection);
    if (this.#open > 0) return;
    for (const resolve of this.#waiting.splice(0)) resolve();
  }
}

const NOBODY: ReadonlySet<HeldExchange> = new Set();
