import type { Clock, NewId, Random } from '@holdfast/core';

/** What becomes of the connection, as it happens. `attempt` counts tries since it was lost. */
export type ConnectionEvent =
  | { readonly type: 'lost'; readonly session: string; readonly error: string }
  | { readonly type: 'restored'; readonly session: string; readonly attempt: number };

/** Where the runtime is, who asks, and what happens when the connection breaks; durations in ms. */
export interface RemoteOptions {
  /** Where `holdfast serve --agent FILE` listens: `http://127.0.0.1:4141`. */
  readonly url: string;
  /** The token of its state folder, or a key with `admin: true`. */
  readonly token?: string;
  /** Which of the served files, or which agent in one; absent: the only file there is. */
  readonly agent?: string;
  readonly fetch?: typeof globalThis.fetch;
  readonly clock?: Clock;
  readonly random?: Random;
  readonly newId?: NewId;
  /** Ms one request may take; streams have no such limit. Default 30 s. */
  readonly requestMs?: number;
  /** Ms a stream may be without a connection before its run is given up here; it goes on at the server. Default 60 s. */
  readonly lostMs?: number;
  /** Told when a stream has lost its connection, and when it is back. */
  readonly connection?: (event: ConnectionEvent) => void;
  /** Told of a live listener that threw and is listened to no more. */
  readonly lost?: (error: unknown) => void;
}

export interface RemotePorts extends Required<Omit<RemoteOptions, 'token' | 'agent' | 'lost'>> {
  readonly token: string | undefined;
}

/** Ms before each further try; the last one is used from then on. Halved at most by chance: many clients do not come back at once. */
const PAUSES = [100, 200, 400, 800, 1600];
export const TRIES = PAUSES.length;

export const pauseBefore = (attempt: number, random: Random): number =>
  PAUSES[Math.min(attempt, PAUSES.length) - 1]! * (0.5 + random() / 2);
