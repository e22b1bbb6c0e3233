import type { ChildTask, RunEvent } from './events.ts';
import type { HookEvent } from './hook-types.ts';
import type { RecentCalls } from './recent-calls.ts';
import type { Teller } from './teller.ts';

/** When and how a conversation is summarised. */
export interface CompactionSettings {
  /** False: only by hand. */
  readonly auto: boolean;
  /** Of the window, 0 to 1; absent: 0.9. */
  readonly threshold?: number;
  /** Compactions in a row after overflows; absent: 1. */
  readonly maxOverflows?: number;
}

/** Limits of one run, children included. */
export interface RunLimits {
  readonly iterations?: number;
  readonly timeMs?: number;
  readonly tokens?: number;
  readonly usd?: number;
}

/** What the loop has to know of an agent: data, and which events have hooks. */
export interface AgentRules {
  readonly limits: RunLimits;
  /** Identical batches in a row; 0 is the default. */
  readonly maxConsecutiveToolCalls: number;
  readonly compaction: CompactionSettings;
  /** Input window until a model has answered, in tokens. */
  readonly window?: number;
  /** Estimated tokens of what every prompt begins with: system text and tools. Read only where nothing was reported yet. */
  readonly overhead?: number;
  /** The reference its chain begins with, for hooks. */
  readonly model?: string;
  /** Goes on when this agent stops. */
  readonly forceHandoff?: string;
  readonly hooks: (event: HookEvent) => boolean;
  /** Tools the loop detector does not count. */
  readonly polling: (tool: string) => boolean;
}

export interface LoopOptions {
  /** Who speaks first in a new session, and in one whose agent is gone. */
  readonly agent: string;
  /** A run that broke off, or was over, goes on without a new prompt. */
  readonly resumed: boolean;
  /** When this process took the run up, epoch ms. */
  readonly at: number;
  readonly path: readonly string[];
  readonly task?: ChildTask;
  /** What a new child hears first. */
  readonly opening?: readonly RunEvent[];
  readonly rules: (agent: string) => AgentRules;
  /** What is to be said of an agent that the file no longer has; undefined: it is there. */
  readonly absent?: (agent: string) => string | undefined;
}

/** What the parts of one run of the loop share. */
export interface RunScope {
  readonly teller: Teller;
  readonly options: LoopOptions;
  readonly rules: () => AgentRules;
  /** What hooks said at the start, for every model call of this run. */
  readonly context: string[];
  /** Of the agents that share the conversation. */
  readonly recent: RecentCalls;
  /** How often a hook kept this run from ending. */
  held: number;
  /** Tokens expected when the conversation was last summarised, or could not be, for its size. */
  tried?: number;
}
