import type { AgentParts } from './agent-parts.ts';
import type { Inbox } from './inbox.ts';
import type { PathLog } from './log.ts';
import type { ChildTask, RunEvent } from './rules/events.ts';
import type { RunState } from './rules/run-state.ts';
import type { InboxItem } from './rules/world.ts';
import type { Toolbox } from './toolbox.ts';

/** What the user allowed, and forbade, for a whole session: children inherit it, and what is allowed to one is allowed to all. */
export interface Grants {
  readonly allowed: ReadonlySet<string>;
  readonly allowAll: boolean;
  readonly rules?: RunState['rules'];
}

/** What belongs to the run of one agent path. */
export interface Scope {
  readonly path: readonly string[];
  readonly log: PathLog;
  /** Answers to questions wait here, whoever asks. */
  readonly inbox: Inbox;
  /** A question of this session that nobody has answered yet. */
  readonly isOpen: (question: string) => boolean;
  /** What was said to this path: children are told nothing. */
  readonly items: () => Promise<readonly InboxItem[]>;
  /** What the children of this path have spent. */
  readonly below: () => { readonly tokens: number; readonly usd: number };
  readonly grants: () => Grants;
  /** Some agent above this one may only read. */
  readonly readOnly: boolean;
  readonly parts: (agent: string) => AgentParts;
  readonly toolbox: (agent: string) => Toolbox;
}

/** Begins and ends children of one path. */
export interface ChildRuns {
  /** Runs a child to its end, or goes on with one that broke off. `opening` is told when it is new. Never rejects but for a stop. */
  run(child: ChildStart, signal: AbortSignal): Promise<ChildEnd>;
  /** Begins a child that outlives its call. */
  launch(child: ChildStart): void;
  stop(path: readonly string[]): Promise<void>;
  running(path: readonly string[]): boolean;
  /** Background children of the session that run, those counted too that have not been stored yet. */
  launched(): number;
  state(path: readonly string[]): RunState | undefined;
  /** Children of a path, in the order they began. */
  list(parent: readonly string[]): readonly { readonly path: readonly string[]; readonly state: RunState }[];
}

export interface ChildStart {
  readonly path: readonly string[];
  readonly agent: string;
  readonly task: ChildTask;
  readonly opening: readonly RunEvent[];
  readonly readOnly: boolean;
}

export interface ChildEnd {
  readonly why: NonNullable<RunState['ended']>['why'];
  readonly answer: string;
  readonly message?: string;
}
