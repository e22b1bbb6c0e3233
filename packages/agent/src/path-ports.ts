import type { Clock, Model, NewId } from '@holdfast/core';
import type { AgentParts } from './agent-parts.ts';
import type { Live } from './live.ts';
import type { Reap, Redact, SessionStore } from './ports.ts';
import type { Spent } from './rules/run-state.ts';
import type { Tree } from './rules/tree.ts';
import type { ChildRuns, Scope } from './scope.ts';

/** What every path of every session shares. */
export interface PathPorts {
  readonly store: SessionStore;
  readonly clock: Clock;
  readonly newId: NewId;
  readonly redact: Redact;
  readonly reap: Reap;
  readonly live: Live;
  readonly caller?: string;
  readonly agents: (name: string) => AgentParts;
  readonly modelFor?: (agent: string, ref: string) => Model;
  readonly windowOf?: (ref: string) => number | undefined;
  readonly keepOutput?: (session: string, call: string, text: string) => Promise<string>;
  /** A child of this session ended. */
  readonly idle: (session: string) => void;
}

export interface PathFacts extends Pick<Scope, 'path' | 'log' | 'inbox' | 'items' | 'readOnly'> {
  readonly tree: Tree;
  readonly children: ChildRuns;
  /** What children had spent before this run. */
  readonly before: Spent;
  readonly attended: boolean;
}
