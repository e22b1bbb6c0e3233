import type { FailureKind } from '../failure.ts';
import type { Protocol } from '../target.ts';

/** What the classifier is told besides the error itself. */
export interface ClassifyContext {
  readonly protocol: Protocol;
  /** The provider entry, or the name of a known vendor. */
  readonly provider?: string;
  /** The model id that was sent: some refusals mean something else when they name it. */
  readonly model?: string;
  /** Epoch ms. */
  readonly now: number;
  /** Whether the response's head had come when it broke. */
  readonly phase?: 'before' | 'after';
  readonly userRows?: readonly UserRow[];
}

/** A row of a config file's `classify:`; every given field must match. */
export interface UserRow {
  readonly provider?: string;
  readonly protocol?: Protocol;
  readonly status?: number;
  readonly code?: string;
  /** A case-insensitive part of the provider's message, or `/a regular expression/`. */
  readonly match?: string;
  readonly kind: FailureKind;
}

/** What a pattern cannot say. */
export type Condition =
  /** The provider's message names the model that was sent. */
  | 'names-model'
  /** The body is a web page, or the answer came from a bot check. */
  | 'html'
  /** Nothing but the words of the status: nobody who speaks this protocol wrote it. */
  | 'bare'
  /** "Limit N, Requested M" with M above N: waiting does not help. */
  | 'over-limit'
  /** A rate-limit header says that nothing is left. */
  | 'spent'
  /** The message says when to come back. */
  | 'timed'
  /** Nobody spoke of an error. */
  | 'silent';

/**
 * One entry of a table: every given field must match, the first that does decides. Words are looked for in the provider's message
 * only. `code` is compared in lower case with every code, type, reason and error name that was sent; `*` at an end is any rest.
 */
export interface Row {
  readonly id: string;
  readonly provider?: readonly string[];
  readonly protocol?: readonly Protocol[];
  /** 0 stands for in-band: no status is known. */
  readonly status?: readonly number[];
  readonly code?: readonly string[];
  readonly match?: RegExp;
  readonly unless?: RegExp;
  readonly when?: Condition;
  readonly kind: FailureKind;
  /** A window of time, not money: it rests the limit group when it names a model. */
  readonly window?: true;
  readonly perModel?: true;
  readonly repair?: string;
  /** The request may have reached the provider (H5). */
  readonly sent?: true;
  /** In place of the kind's own sentence. */
  readonly say?: string;
}

export const range = (from: number, to: number): readonly number[] => Array.from({ length: to - from + 1 }, (_, i) => from + i);
