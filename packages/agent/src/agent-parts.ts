import type { Model } from '@holdfast/core';
import type { OnPartial } from '@holdfast/core/engine';
import type { Hooks, Permit, Tool, Toolset } from './ports.ts';
import type { CompactionSettings, RunLimits } from './rules/agent-rules.ts';
import type { EnvironmentInfo } from './rules/prompt.ts';
import type { Skill } from './rules/skill.ts';
import type { AgentInfo } from './runtime.ts';

/** One agent as its file describes it. */
export interface AgentSettings {
  readonly name: string;
  /** Real path of the agent file. */
  readonly file: string;
  readonly instruction: string;
  /** Real path; tools work here. */
  readonly cwd: string;
  readonly description?: string;
  readonly welcome?: string;
  /** Agents it can transfer tasks to and run in the background. */
  readonly subAgents?: readonly string[];
  /** Agents it can hand the conversation to. */
  readonly handoffs?: readonly string[];
  /** Goes on by itself when this agent stops. */
  readonly forceHandoff?: string;
  /** It may change nothing, nor may who works for it. */
  readonly readOnly?: boolean;
  /** It has the tools that run sub-agents in the background. */
  readonly background?: boolean;
  /** Turns since the last input; 0 or absent: no limit. */
  readonly maxIterations?: number;
  /** Identical batches of calls in a row that end a run; 0 or absent: 5. */
  readonly maxConsecutiveToolCalls?: number;
  /** Of one run, children included. */
  readonly limits?: RunLimits;
  /** Conversation messages a prompt may hold; those of the user count, and always stay. 0 or absent: all. */
  readonly historyItems?: number;
  /** Tokens of tool results that stay when the conversation is summarised; 0 or less: all; absent: 40,000. */
  readonly toolResultTokens?: number;
  readonly compaction?: CompactionSettings;
  /** What every answer without calls has to be. */
  readonly structured?: { readonly name: string; readonly description?: string; readonly schema: Readonly<Record<string, unknown>> };
  readonly addDate?: boolean;
  /** Given when the agent file asks for it. */
  readonly environment?: Omit<EnvironmentInfo, 'cwd'>;
  /** The reference its chain begins with, for displays. */
  readonly ref?: string;
  /** Input window of that model in tokens, where it is known: what counts until a model has answered. */
  readonly window?: number;
  /** False: no model of its chain takes pictures; prompts go without. */
  readonly images?: boolean;
  readonly commands?: AgentInfo['commands'];
}

/** One agent of a team: what it is, and what it works with. */
export interface AgentParts {
  readonly agent: AgentSettings;
  readonly tools: readonly Tool[];
  /** Tools with a life of their own. */
  readonly toolsets?: readonly Toolset[];
  /** It can read them; one that forks is run as the agent `skillAgent` names, which the team has too. */
  readonly skills?: readonly Skill[];
  readonly model: Model;
  readonly permit: Permit;
  readonly hooks?: Hooks;
  /** Summarises; absent: `model`. */
  readonly summaries?: Model;
  /** What becomes of a reply that breaks after its first text: taken back and begun again (default), or the run fails with it. */
  readonly onPartial?: OnPartial;
}
