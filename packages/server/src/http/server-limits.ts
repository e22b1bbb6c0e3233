export interface ServerLimits {
  /** Bytes of a request's body, unpacked too. */
  readonly body: number;
  /** Levels of nesting in it. */
  readonly depth: number;
  /** Ms without a byte of a body that is due. */
  readonly bodyIdle: number;
  /** Ms for a whole body. */
  readonly bodyTotal: number;
  /** Bytes of a request's head. */
  readonly head: number;
  /** Ms for a request's head. */
  readonly headTotal: number;
  /** Ms in which a client takes no byte of what waits for it. A silent answer is no stall: nothing waits. */
  readonly stall: number;
  /** Ms that a connection without a request is kept. */
  readonly keepAlive: number;
  /** Open connections; further ones are dropped. */
  readonly connections?: number;
  /** Ms, and bytes, that a refused body is still read and thrown away, so that its sender gets to read why. */
  readonly linger: number;
  readonly lingerBytes: number;
}

const MIB = 1024 * 1024;

export const DEFAULT_LIMITS: ServerLimits = {
  body: 32 * MIB,
  depth: 200,
  bodyIdle: 30_000,
  bodyTotal: 300_000,
  head: 32 * 1024,
  headTotal: 30_000,
  stall: 300_000,
  keepAlive: 65_000,
  linger: 10_000,
  lingerBytes: 64 * MIB,
};
