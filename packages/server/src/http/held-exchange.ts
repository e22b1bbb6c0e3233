import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Clock, NewId } from '@holdfast/core';
import type { Access } from './access.ts';
import { Gone, type GoneReason } from './gone.ts';
import type { Exchange, Holder, RequestBody, Route } from '../ports.ts';
import { readBody } from './read-body.ts';
import type { ServerLimits } from './server-limits.ts';

/** What every exchange of a server shares. */
export interface ExchangePorts {
  readonly limits: ServerLimits;
  readonly clock: Clock;
  readonly newId: NewId;
}

/** Who was let in where. */
export interface Admitted {
  readonly route: Route;
  readonly params: Readonly<Record<string, string>>;
  readonly holder: Holder;
  readonly access: Access;
}

/** One request from its head to the last byte of its answer. A class for its getters: what no handler asks for is never made. */
export class HeldExchange implements Exchange {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  readonly path: string;
  readonly admitted: Admitted;
  /** Its handler has come to an end. */
  settled = false;
  /** Its answer has left, or its socket is gone. */
  closed = false;
  readonly #ports: ExchangePorts;
  readonly #expects: boolean;
  #told = false;
  #id: string | undefined;
  #query: URLSearchParams | undefined;
  #abort: AbortController | undefined;
  #gone: Gone | undefined;
  #body: Promise<RequestBody> | undefined;

  /** `expects`: the client sends its body only when told to go on. */
  constructor(req: IncomingMessage, res: ServerResponse, path: string, admitted: Admitted, ports: ExchangePorts, expects: boolean) {
    this.req = req;
    this.res = res;
    this.path = path;
    this.admitted = admitted;
    this.#ports = ports;
    this.#expects = expects;
  }

  get id(): string {
    return (this.#id ??= this.#ports.newId());
  }
  get query(): URLSearchParams {
    return (this.#query ??= new URLSearchParams(this.req.url!.slice(this.path.length)));
  }
  get params(): Readonly<Record<string, string>> {
    return this.admitted.params;
  }
  get holder(): Holder {
    return this.admitted.holder;
  }
  get caller(): string {
    return this.admitted.access.callerOf(this.holder, this.req.headers);
  }
  get signal(): AbortSignal {
    if (this.#abort) return this.#abort.signal;
    this.#abort = new AbortController();
    if (this.#gone) this.#abort.abort(this.#gone);
    return this.#abort.signal;
  }
  get gone(): Gone | undefined {
    return this.#gone;
  }
  /** The client waits with its body for a word that nobody has said. */
  get waits(): boolean {
    return this.#expects && !this.#told;
  }

  body(): Promise<RequestBody> {
    return (this.#body ??= this.#read());
  }

  /** Nobody waits for the answer any more, for the first reason that is given. */
  cut(why: GoneReason): void {
    if (this.#gone) return;
    this.#gone = new Gone(why);
    this.#abort?.abort(this.#gone);
  }

  #read(): Promise<RequestBody> {
    const { limits, clock } = this.#ports;
    // a length over the limit is refused before the client is asked to send it
    if (this.waits && !(Number(this.req.headers['content-length']) > limits.body)) {
      this.#told = true;
      this.res.writeContinue();
    }
    return readBody(this.req, limits, clock, this.signal);
  }
}
