import type { Identity, Runtime, SessionStore } from '@holdfast/agent/engine';
import type { Clock, NewId } from '@holdfast/core/engine';

/** One agent file that is served. */
export interface ServedTeam {
  /** What clients call it: the base name of its file. */
  readonly name: string;
  /** Real path of its file: sessions of it belong here. */
  readonly file: string;
  /** Who answers when nobody is named. */
  readonly agent: string;
  /** Where its tools work. */
  readonly cwd: string;
  readonly runtime: Runtime;
}

export type Shelf = Pick<SessionStore, 'create' | 'head' | 'list' | 'read' | 'update' | 'delete' | 'search'>;

/** What the run API is built from. The runtimes work on `store`. */
export interface RunApiParts {
  readonly teams: readonly ServedTeam[];
  readonly store: Shelf;
  readonly alive: Identity['alive'];
  readonly clock: Clock;
  readonly newId: NewId;
  /** Of what a request says, to tell a repeated one from another one under the same key. */
  readonly hash: (text: string) => Uint8Array;
}
