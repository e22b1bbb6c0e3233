import type { IncomingMessage, ServerResponse } from 'node:http';
import type { RawJson } from './rules/raw-json.ts';

/** Who asks: the holder of a key of the file, or, on loopback without keys, whoever is on this machine. */
export interface Holder {
  /** To lanes, budgets and records: the caller. */
  readonly name: string;
  /** The only tiers and models it may ask for; absent: all. */
  readonly tiers?: readonly string[];
  /** Sees everybody's calls. */
  readonly admin: boolean;
  /** What it asks and is answered is kept. */
  readonly record?: 'content';
}

/** The JSON body of a request, as it came and as it was read. */
export type RequestBody = RawJson;

/** One HTTP request that was let in. */
export interface Exchange {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  /** `request-id` on its answer, and the id of its call's record. */
  readonly id: string;
  /** Without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** What the route's pattern left open, decoded. */
  readonly params: Readonly<Record<string, string>>;
  readonly holder: Holder;
  /** What the call is booked under: the holder's name, or what `x-holdfast-caller` names below it (`ci/nightly`). */
  readonly caller: string;
  /** Fires with a `Gone` when the client has left or takes nothing any more, or when the server no longer waits for the answer. */
  readonly signal: AbortSignal;
  /** Reads the body: JSON, within all limits. Rejects with a `Refusal`, or with the signal's reason. */
  body(): Promise<RequestBody>;
}

/**
 * Resolves once its answer is ended (`res.end`, or `cutOff`). What it throws before the answer's head is sent becomes the client's error: a
 * `Refusal` and a `BadRequest` as they are, anything else as a fault of ours. Thrown later, it cuts the answer off.
 */
export type Handler = (exchange: Exchange) => Promise<void>;

/** How a route is found and guarded. `path`: segments, `:name` for one that is open. */
export interface Route {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'HEAD';
  readonly path: string;
  /** `open`: no key is asked for · `key`: a client's key · `token`: the state folder's token or a key that is `admin`, on loopback too · `api`: a key or the token. */
  readonly access: 'open' | 'key' | 'token' | 'api';
  readonly handle: Handler;
}
