import type { Splice, SpliceStart } from './continuing.ts';
import type { ModelFailure } from './failure.ts';
import type { CallRecord } from './record.ts';
import type { Usage } from './token-usage.ts';

export type { Usage } from './token-usage.ts';

/**
 * What a chain must know of the parts that flow through it, whatever they are: AI SDK stream parts, or a client protocol's raw
 * frames. There is one chain; a protocol is one `Reader<P>`.
 */

/** C1. `nothing`: the user saw nothing. `soft`: reasoning, forwarded at once, yet a failure after it is an ordinary one. `hard`: shown. */
export type Commit = 'nothing' | 'soft' | 'hard';

/** What one part is. Readers answer shared constants: no allocation per part. */
export interface Look {
  readonly commit: Commit;
  /** Content, reasoning and tool arguments included: feeds the `first_token` and `stall` limits (C4). */
  readonly progress: boolean;
  /** A ping or keep-alive of the provider: from then on `silence` is the shorter limit (C4). */
  readonly ping: boolean;
  /** Text is open after this part: the `stall` limit is the shorter one (C4). */
  readonly textOpen: boolean;
  /** Kept back, and what commits nothing behind it, until a part commits: pieces of a tool call that is not complete (C7), text that shows nothing yet. */
  readonly hold?: boolean;
  /** It is a piece of a tool call that is held (C7). */
  readonly call?: boolean;
  /** `finish` ends the answer (C2), `error` ends the attempt, whatever follows. */
  readonly ends: false | 'finish' | 'error';
}

export interface Finish {
  readonly reason: string;
  readonly raw?: string;
  readonly usage: Usage;
}

/**
 * The fold over one attempt's parts, owned by that attempt.
 *
 * R1. `look` is called once for every part, in order, before the part is handed on.
 * R2. `look` never throws and never changes the part.
 * R3. After a `finish` or an `error` nothing that follows changes the verdict.
 * R4. `closing()` closes exactly the blocks that are open for who reads them, in order; after those parts nothing is open. The attempt is
 *     over with it: what had been kept back (`hold`) is dropped.
 * R5. A tool call counts as complete only when the protocol says so (C7).
 */
export interface Reading<P> {
  look(part: P): Look;
  /** The failure an error part stands for, unclassified; undefined before one came. */
  readonly error: unknown;
  /** Set by the part that ended the answer. */
  readonly finish: Finish | undefined;
  /** Text that has come so far. */
  readonly text: string;
  /** … and that was handed on: what is salvaged when the answer cannot be finished, and what another target goes on from. */
  readonly shown: string;
  /** Completed tool calls, files and the like were seen: E2's *empty* is decided by these. */
  readonly calls: number;
  readonly files: number;
  readonly reasoned: boolean;
  readonly refused: boolean;
  /** Pieces of a tool call were handed on that is not complete (C7). */
  readonly cutCall?: boolean;
  closing(): P[];
  /**
   * R6. After a break, for an answer that goes on elsewhere (C5): closes what a continuation cannot go on in; from then on `look` is for the
   * parts of the joined answer. Undefined where what was shown cannot be gone on with.
   */
  suspend?(): P[] | undefined;
  /** After `suspend`. */
  splice?(start: SpliceStart): Splice<P>;
  /** What was held back has gone out all the same: the bound on it was reached (C1). */
  released?(): void;
}

export interface Reader<P> {
  start(): Reading<P>;
  /** The explicit event by which shown parts of an attempt are taken back (C5 `restart`). */
  withdrawn(attempt: number, failure: ModelFailure): P;
  /** Puts the call's record on the part that ends the answer. */
  finished?(part: P, record: CallRecord): P;
  /** About how many bytes a part holds, for the bound on what is held before the commit (C1). */
  bytes?(part: P): number;
  /** Ends a turn that nobody else ends: after completed tool calls (C7), at the caller's limit of tokens, at a stop sequence. */
  closeTurn(usage: Usage, reason: 'tool-calls' | 'length' | 'stop'): P[];
}
