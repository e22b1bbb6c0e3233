import type { Budget, Effort, LaneTable, Price, ProviderEntry, TierSettings } from '@holdfast/core/engine';
import type { RetentionSpec } from '../rules/retention.ts';
import type { ActSpec, AgentSpec } from './agent-spec.ts';
import type { Mark } from './problem.ts';
import type { ServerSpec } from './server-spec.ts';

export type * from './agent-spec.ts';

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
  /** What agents run or send by themselves; consent is asked for it. */
  readonly acts: readonly ActSpec[];
  readonly classify: readonly ClassifySpec[];
  /** What calls may spend; those of `server.keys` too. */
  readonly budgets: readonly Budget[];
  readonly lanes: LaneTable;
  readonly server: ServerSpec;
  readonly records: RecordsSpec;
  readonly sessions: SessionsSpec;
  /** Every `${env.NAME}` that was met, set or not. */
  readonly variables: readonly VariableUse[];
}

/** What is kept of sessions. */
export type SessionsSpec = RetentionSpec;

/** What is kept of calls, in ms. */
export interface RecordsSpec {
  readonly keep?: number;
  /** What was asked is kept too, apart from the records. */
  readonly persistPrompts?: boolean;
  readonly keepPrompts?: number;
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
  /** Where an agent names this model alone, a message that is like an example goes to that rule's model. */
  readonly routing?: readonly RoutingRule[];
  /** Names the sessions of agents that ask this model. */
  readonly titleModel?: string;
  /** Summarises their conversations. */
  readonly compactionModel?: string;
  /** Of the window, 0 to 1; wins over the agent's. */
  readonly compactionThreshold?: number;
}

export interface RoutingRule {
  readonly ref: string;
  readonly at: Mark;
  readonly examples: readonly string[];
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
