import type { SessionStore } from '@holdfast/agent/engine';
import type { Context } from '../context.ts';
import type { OfFile } from '../session-ref.ts';

/** Of `holdfast sessions`. */
export interface SessionsOptions {
  readonly action: string;
  /** What follows the action: references, and for `title` the words. */
  readonly words: readonly string[];
  readonly file?: string;
  readonly search?: string;
  readonly starred?: boolean;
  readonly limit?: number;
  readonly at?: number;
  readonly yes?: boolean;
  readonly force?: boolean;
  readonly olderThan?: string;
  readonly format?: string;
  readonly output?: string;
}

/** What an action works with. */
export interface SessionsDesk {
  readonly store: SessionStore;
  readonly context: Context;
  readonly options: SessionsOptions;
  /** Of `--file`. */
  readonly of: OfFile | undefined;
}
