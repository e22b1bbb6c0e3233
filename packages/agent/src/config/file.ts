import type { Budget, Effort, LaneTable, Price, ProviderEntry, TierSettings } from '@holdfast/core/engine';
import type { Mark } from './problem.ts';
import type { ServerSpec } from './server-spec.ts';

/** A checked agent file, names resolved to specs, variables substituted, durations in ms. Plain data. */
export interface AgentFile {
  /** As the user named it. */
  readonly name: string;
  /** In the order of the file. */
  readonly agents: ReadonlyMap<string, AgentSpec>;
  readonly providers: ReadonlyMap<string, ProviderSpec>;
  readonly models: ReadonlyMap<string, ModelSpec>;
  readonly tiers: ReadonlyMap<string, TierSpec>;
  readonly permissions: PermissionSpec;
  readonly classify: readonly ClassifySpec[];
  /** What calls may spend; those of `server.keys` too. */
  readonly budgets: readonly Budget[];
  readonly lanes: LaneTable;
  readonly server: ServerSpec;
  readonly records: RecordsSpec;
  /** Every `${env.NAME}` that was met, set or not. */
  readonly variables: readonly VariableUse[];
}

/** What is kept of calls, in ms. */
export interface RecordsSpec {
  readonly keep?: number;
  /** What was asked is kept too, apart from the records. */
  readonly persistPrompts?: boolean;
  readonly keepPrompts?: number;
}

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
  readonly settings: ChainSettings;
  readonly toolsets: readonly ToolsetSpec[];
  /** Model calls since the last input; 0 is no limit. */
  readonly maxIterations: number;
  /** Identical tool calls in a row; 0 is the default. */
  readonly maxConsecutiveToolCalls: number;
  readonly addDate: boolean;
  readonly addEnvironmentInfo: boolean;
  /** Only tools that change nothing. */
  readonly readOnly: boolean;
}

export interface ToolsetSpec {
  readonly type: string;
  readonly at: Mark;
  readonly readOnly: boolean;
  /** Only these, by name; absent: all. */
  readonly tools?: readonly string[];
  /** Stands beside the tools in the prompt. */
  readonly instruction?: string;
  /** Added to the environment of what it starts. */
  readonly env: Readonly<Record<string, string>>;
  /** Everything the file says about it. */
  readonly raw: Readonly<Record<string, unknown>>;
}

export interface ProviderSpec {
  /** The file it stands in. */
  readonly file: string;
  readonly at: Mark;
  /** Where its fields stand. */
  readonly marks: Readonly<Record<string, Mark>>;
  /** The vendor it builds on, when it says so. */
  readonly vendor?: string;
  /** Complete: what the file leaves out is filled in from the vendor it builds on. */
  readonly entry: ProviderEntry;
  /** Defaults for its models. */
  readonly settings: ModelSettings;
  readonly effort?: Effort;
}

export interface ModelSpec {
  readonly name: string;
  /** The file it stands in. */
  readonly file: string;
  readonly at: Mark;
  /** Where its fields stand. */
  readonly marks: Readonly<Record<string, Mark>>;
  /** Name of the provider, as written. */
  readonly provider: string;
  readonly model: string;
  /** Set when it has a base URL or a key of its own: then it is an endpoint of its own, `PROVIDER@NAME`. */
  readonly entry?: ProviderEntry;
  readonly settings: ModelSettings;
  readonly effort?: Effort;
  /** Instead of all of the above: the first of these there is a key for. */
  readonly firstAvailable?: readonly string[];
}

/** What is asked of a model with every call. */
export interface ModelSettings {
  readonly maxTokens?: number;
  readonly temperature?: number;
  readonly topP?: number;
  readonly frequencyPenalty?: number;
  readonly presencePenalty?: number;
  readonly parallelToolCalls?: boolean;
  /** Reasoning budget in tokens; 0 is none, -1 leaves it to the model. */
  readonly thinkingTokens?: number;
  /** Input window in tokens. */
  readonly window?: number;
  readonly images?: boolean;
  /** Instead of the published price. */
  readonly price?: Price;
  readonly options?: Readonly<Record<string, unknown>>;
}

export interface TierSpec {
  readonly name: string;
  /** The file it stands in. */
  readonly file: string;
  readonly at: Mark;
  readonly models: readonly TierPart[];
  readonly settings: ChainSettings;
}

/** One target of a tier: a reference, and what it alone is asked with. Another target's settings never reach it. */
export interface TierPart {
  readonly ref: string;
  readonly at: Mark;
  readonly effort?: Effort;
  readonly settings: ModelSettings;
}

/** Of one chain; what is absent is the engine's default. Durations in ms. */
export type ChainSettings = TierSettings;

export interface PermissionSpec {
  readonly allow: readonly string[];
  readonly ask: readonly string[];
  readonly deny: readonly string[];
}

/** A user's row, asked before the built-in ones; every given field must match. */
export interface ClassifySpec {
  readonly provider?: string;
  readonly status?: number;
  readonly code?: string;
  readonly match?: string;
  readonly kind: string;
}

export interface VariableUse {
  readonly name: string;
  readonly file: string;
  readonly path: string;
  readonly at: Mark;
  readonly missing: boolean;
}

/** The agent that runs when none is named: `root`, else the first. */
export const defaultAgent = (file: AgentFile): string => (file.agents.has('root') ? 'root' : ([...file.agents.keys()][0] ?? ''));

/** The agent's instruction, and what its toolsets add to it. */
export const instructionOf = (agent: AgentSpec): string =>
  [agent.instruction, ...agent.toolsets.map((toolset) => toolset.instruction?.replaceAll('{ORIGINAL_INSTRUCTIONS}', '') ?? '')]
    .map((text) => text.trim())
    .filter((text) => text !== '')
    .join('\n\n');

/** Whether an agent has this tool of a toolset: `tools` names those it keeps, `readonly` drops what changes something. */
export const keepsTool = (agent: AgentSpec, toolset: ToolsetSpec, tool: { readonly name: string; readonly readOnly: boolean }): boolean =>
  (toolset.tools?.includes(tool.name) ?? true) && (tool.readOnly || !(agent.readOnly || toolset.readOnly));
