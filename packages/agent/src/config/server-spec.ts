import type { Mark } from './problem.ts';

/** The section `server`, whole: what the file leaves out is its default. Durations in ms, sizes in bytes. */
export interface ServerSpec {
  readonly keys: readonly ServerKeySpec[];
  /** In the order of the file: the first pattern that fits a name is meant. */
  readonly aliases: readonly AliasSpec[];
  /** Asked where a client names no model that is known here. */
  readonly defaultTier?: string;
  /** Names under which the gateway may be asked, beside those of this machine itself. */
  readonly hosts: readonly string[];
  /** Pages that may ask from a browser: `https://chat.example.com`. */
  readonly origins: readonly string[];
  readonly maxBody: number;
  /** How deep a body may be nested. */
  readonly jsonDepth: number;
  /** Until the head of a streamed answer is sent though nothing is known of it yet (H1). */
  readonly headAfter: number;
  /** Between two signs of life while nothing is said. */
  readonly keepAlive: number;
  /** How long a drain waits for calls that go on. */
  readonly grace: number;
  /** White space to clients that wait for a whole answer. */
  readonly jsonKeepalive: boolean;
  /** Headers of a request that reach a provider of the client's protocol. */
  readonly forwardHeaders: readonly string[];
  /** How long an answer of OpenAI's Responses can be referred to; absent: none is stored. */
  readonly storeResponses?: number;
  /** How long a client may take for its headers. */
  readonly headerTimeout: number;
  /** How long a client may take for its body. */
  readonly bodyTimeout: number;
  /** How long a connection may be idle between two requests. */
  readonly idleTimeout: number;
  /** How long a client may take nothing of an answer that waits for it. */
  readonly slowClient: number;
  readonly maxConnections: number;
}

/** Who may ask. The key itself is in the environment. */
export interface ServerKeySpec {
  readonly name: string;
  readonly env: string;
  /** The file it stands in. */
  readonly file: string;
  readonly at: Mark;
  /** The only tiers and models it may ask for; absent: all. */
  readonly tiers?: readonly string[];
  /** Sees everybody's calls, and may change what is believed. */
  readonly admin: boolean;
  readonly record?: 'content';
  /** Its share of each lane, where the lane itself gives it none. */
  readonly weight?: number;
  readonly rate: RateSpec;
}

/** What a key may ask for at most; absent: no limit. */
export interface RateSpec {
  /** Requests a minute. */
  readonly rpm?: number;
  /** Tokens a minute, of input and output. */
  readonly tpm?: number;
  /** Calls at the same time. */
  readonly concurrent?: number;
}

export interface AliasSpec {
  /** `*` stands for any run of characters. */
  readonly pattern: string;
  /** A model, a tier or `provider/model`. */
  readonly ref: string;
}

const KIB = 1024;

export const SERVER_DEFAULTS: ServerSpec = {
  keys: [],
  aliases: [],
  hosts: [],
  origins: [],
  maxBody: 32 * KIB * KIB,
  jsonDepth: 200,
  headAfter: 8_000,
  keepAlive: 10_000,
  grace: 30_000,
  jsonKeepalive: false,
  forwardHeaders: [],
  storeResponses: 86_400_000,
  headerTimeout: 30_000,
  bodyTimeout: 300_000,
  idleTimeout: 65_000,
  slowClient: 300_000,
  maxConnections: 10_000,
};
