import type { HooksConfig } from '../rules/hooks-config.ts';
import type { TierSettings } from '@holdfast/core/engine';
import type { Mark } from './problem.ts';

export interface AgentSpec {
  readonly name: string;
  readonly at: Mark;
  readonly description: string;
  readonly instruction: string;
  /** A comma list is Docker's alloy: one of them opens the chain, drawn anew for each call. Absent: any vendor there is a key for. */
  readonly model?: string;
  /** Where `model` stands, else the agent. */
  readonly modelAt: Mark;
  readonly fallback: readonly string[];
  /** Where each of `fallback` stands. */
  readonly fallbackAt: readonly Mark[];
  /** What `fallback` says about tries and rests. */
  readonly settings: TierSettings;
  readonly toolsets: readonly ToolsetSpec[];
  /** Model calls since the last input; 0 is no limit. */
  readonly maxIterations: number;
  /** Identical tool calls in a row; 0 is the default. */
  readonly maxConsecutiveToolCalls: number;
  readonly addDate: boolean;
  readonly addEnvironmentInfo: boolean;
  /** Only tools that change nothing. */
  readonly readOnly: boolean;
  readonly welcome?: string;
  /** Agents of this file that it passes tasks to. */
  readonly subAgents: readonly string[];
  /** Agents of this file that it hands the conversation to. */
  readonly handoffs: readonly string[];
  /** Goes on by itself when this agent stops. */
  readonly forceHandoff?: string;
  /** What it names as an agent and is not of this file: of a registry, a URL, another file. */
  readonly elsewhere: readonly ElsewhereSpec[];
  /** Files beside the agent file: the instruction. */
  readonly instructionFiles: readonly string[];
  /** Looked for in the working directory and the folders above it, then at home; added to the prompt. */
  readonly promptFiles: readonly string[];
  readonly structured?: StructuredSpec;
  /** 0 is no limit. */
  readonly historyItems: number;
  /** Tokens of old tool results that stay; absent: the default. */
  readonly oldToolTokens?: number;
  readonly compaction: { readonly auto: boolean; readonly threshold?: number };
  /** Of one run: ms, tokens, US dollars. */
  readonly limits?: { readonly timeMs?: number; readonly tokens?: number; readonly usd?: number };
  /** By name, without the slash. */
  readonly commands: ReadonlyMap<string, CommandSpec>;
  readonly skills: SkillsSpec;
  /** As the file has them. */
  readonly hooks?: HooksConfig;
}

export interface ElsewhereSpec {
  readonly ref: string;
  readonly at: Mark;
  readonly path: string;
}

export interface StructuredSpec {
  readonly name: string;
  readonly description?: string;
  readonly schema: Readonly<Record<string, unknown>>;
}

/** What `/name` says. */
export interface CommandSpec {
  readonly name: string;
  readonly at: Mark;
  readonly description?: string;
  /** Empty: what is typed after the name is said alone. */
  readonly instruction: string;
  /** The agent that answers from then on. */
  readonly agent?: string;
}

/** Which skills an agent has. */
export interface SkillsSpec {
  /** Those found in folders. */
  readonly local: boolean;
  /** Of those, only these; absent: all. */
  readonly names?: readonly string[];
  readonly inline: readonly InlineSkill[];
}

export interface InlineSkill {
  readonly name: string;
  readonly description: string;
  readonly instructions: string;
  readonly fork: boolean;
  readonly model?: string;
  readonly allowedTools?: readonly string[];
}

export interface ToolsetSpec {
  readonly type: string;
  readonly at: Mark;
  readonly readOnly: boolean;
  /** Only these, by name; absent: all. */
  readonly tools?: readonly string[];
  /** Stands beside the tools in the prompt. */
  readonly instruction?: string;
  /** Which model answers after its tools were called. */
  readonly model?: string;
  /** True: its tools are found by search only. A list: only these. */
  readonly defer?: boolean | readonly string[];
  /** Added to the environment of what it starts. */
  readonly env: Readonly<Record<string, string>>;
  /** Everything the file says about it. */
  readonly raw: Readonly<Record<string, unknown>>;
}

/**
 * A command that is run, or a variable that is sent, without a model having asked for it. Everything as it is written: no value of a
 * variable is in here.
 */
export interface ActSpec {
  readonly agent: string;
  readonly at: Mark;
  readonly path: string;
  /** What does it: `hook pre_tool_use of agent "root"`. */
  readonly what: string;
  readonly command?: readonly string[];
  /** Names of the variables whose values go along. */
  readonly variables: readonly string[];
  /** Where they are sent, when nothing is run. */
  readonly to?: string;
  /** What is said and done in a run goes there too. */
  readonly tells?: true;
}
