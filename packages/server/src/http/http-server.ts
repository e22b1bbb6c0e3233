import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Clock, NewId } from '@holdfast/core';
import type { ClientError } from '@holdfast/core/wire';
import type { Access } from './access.ts';
import { admit } from './admit.ts';
import { answerError } from './answer-error.ts';
import { bareServer, idled } from './bare-server.ts';
import { Connections, type Socket } from './connections.ts';
import { exchangeRunner, type Refuse, type ServerFault } from './exchange-runner.ts';
import { HeldExchange, type ExchangePorts } from './held-exchange.ts';
import { malformed } from './malformed.ts';
import type { Route } from '../ports.ts';
import { Refusal, refusal } from '../rules/refusal.ts';
import { routeTable } from '../rules/routes.ts';
import { listen, serverEnd } from './server-end.ts';
import { DEFAULT_LIMITS, type ServerLimits } from './server-limits.ts';

export interface HttpServerOptions {
  readonly routes: readonly Route[];
  /** Asked at every request: what it returns may change while the server runs. */
  readonly access: () => Access;
  readonly limits?: Partial<ServerLimits>;
  readonly clock: Clock;
  readonly newId: NewId;
  /** The body of an error, JSON in the protocol that is spoken at `path`. */
  readonly refuse: (path: string, error: ClientError) => string;
  readonly log?: (fault: ServerFault) => void;
}

export interface HttpServer {
  readonly server: Server;
  /** Exchanges that run. */
  readonly open: number;
  /** No new calls are taken; it is not ready any more. */
  readonly draining: boolean;
  /** Rejects with node's error (`EADDRINUSE`). Port 0 picks one; resolves with the port. */
  listen(host: string, port: number): Promise<number>;
  /**
   * Takes no new calls, waits for those that run, at most `graceMs`; then their signals fire (`closing`), they have a moment to end in their
   * protocol, and what is left is destroyed.
   */
  drain(graceMs: number): Promise<void>;
  /** At once. */
  close(): Promise<void>;
}

export function httpServer(options: HttpServerOptions): HttpServer {
  const { clock, newId } = options;
  const limits = { ...DEFAULT_LIMITS, ...options.limits };
  const connections = new Connections();
  const table = routeTable(options.routes);
  const ports: ExchangePorts = { limits, clock, newId };
  let draining = false;

  const refuse: Refuse = (req, res, path, { error, headers }, asked) => {
    answerError(req, res, { error, text: options.refuse(path, error), headers, id: asked.id, waits: asked.waits }, limits, clock);
  };
  const run = exchangeRunner(connections, refuse, options.log);

  const serve = (req: IncomingMessage, res: ServerResponse, expects = false): void => {
    // what is written to a client that has left is nobody's error
    res.on('error', ignored);
    const path = pathOf(req);
    const admitted = admit(req, res, path, { table, access: options.access(), draining });
    if (admitted === undefined || admitted instanceof Refusal) connections.owe(req.socket, res);
    if (admitted === undefined) return;
    if (admitted instanceof Refusal) return refuse(req, res, path, admitted, { id: newId(), waits: expects });
    const held = new HeldExchange(req, res, path, admitted, ports, expects);
    connections.begin(held);
    void run(held);
  };

  const server = bareServer(limits);
  server.on('connection', (socket: Socket) => connections.add(socket));
  server.on('request', (req, res) => serve(req, res));
  server.on('checkContinue', (req, res) => serve(req, res, true));
  server.on('checkExpectation', (req, res) => {
    res.on('error', ignored);
    connections.owe(req.socket, res);
    refuse(req, res, pathOf(req), EXPECTATION, { id: newId(), waits: true });
  });
  server.on('clientError', malformed(connections, { clock, newId, refuse: options.refuse }) as (error: Error, socket: unknown) => void);
  server.on('timeout', (socket: Socket) => idled(connections, socket));
  return {
    server,
    get open() {
      return connections.open;
    },
    get draining() {
      return draining;
    },
    listen: (host, port) => listen(server, host, port),
    ...serverEnd(server, connections, clock, () => (draining = true)),
  };
}

const EXPECTATION = refusal(417, 'invalid-request', 'The header expect can only be 100-continue.');

function pathOf({ url = '' }: IncomingMessage): string {
  const mark = url.indexOf('?');
  return mark === -1 ? url : url.slice(0, mark);
}

const ignored = (): void => {};
