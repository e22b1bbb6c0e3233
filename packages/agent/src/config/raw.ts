import type { Effort, Environment } from '@holdfast/core/engine';
import { PROSE } from './acts.data.ts';
import type { RawAgent, RawCommands, RawSkills, RawToolset } from './raw-agent.ts';
import { substitute } from './substitute.ts';
import type { TreeNode } from './tree.ts';
import type { RawSessions } from './sessions-spec.ts';

/** A file as plain values, as its writer spells them. Only of a tree that passed the check: its types hold. */
export interface RawFile {
  readonly agents?: Readonly<Record<string, RawAgent>>;
  readonly models?: Readonly<Record<string, RawModel>>;
  readonly providers?: Readonly<Record<string, RawProvider | null>>;
  readonly tiers?: Readonly<Record<string, string | RawTierList | RawTier>>;
  readonly toolsets?: Readonly<Record<string, RawToolset>>;
  readonly mcps?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly commands?: Readonly<Record<string, RawCommands>>;
  readonly skills?: Readonly<Record<string, RawSkills>>;
  readonly permissions?: { readonly allow?: readonly string[]; readonly ask?: readonly string[]; readonly deny?: readonly string[] };
  readonly classify?: readonly {
    readonly provider?: string;
    readonly status?: number;
    readonly code?: string | number;
    readonly match?: string;
    readonly kind: string;
  }[];
  readonly budgets?: readonly unknown[];
  readonly lanes?: Readonly<Record<string, RawLane>>;
  readonly server?: RawServer;
  readonly records?: {
    readonly keep?: string | number;
    readonly persist_prompts?: boolean;
    readonly keep_prompts?: string | number;
  };
  readonly sessions?: RawSessions;
}

export interface RawServer {
  readonly keys?: readonly RawServerKey[];
  readonly aliases?: Readonly<Record<string, string>>;
  readonly default_tier?: string;
  readonly hosts?: readonly string[];
  readonly origins?: readonly string[];
  readonly max_body?: string | number;
  readonly json_depth?: number;
  readonly head_after?: string | number;
  readonly keep_alive?: string | number;
  readonly grace?: string | number;
  readonly json_keepalive?: boolean;
  readonly forward_headers?: readonly string[];
  readonly responses?: { readonly store?: string | number };
  readonly header_timeout?: string | number;
  readonly body_timeout?: string | number;
  readonly idle_timeout?: string | number;
  readonly slow_client?: string | number;
  readonly max_connections?: number;
}

export interface RawServerKey {
  readonly name: string;
  readonly env: string;
  readonly tiers?: readonly string[];
  readonly budget?: Readonly<Record<string, unknown>>;
  readonly admin?: boolean;
  readonly record?: 'content';
  readonly weight?: number;
  readonly rate?: { readonly rpm?: number; readonly tpm?: number; readonly concurrent?: number };
}

export interface RawLane {
  readonly match?: readonly string[];
  readonly concurrency?: number;
  readonly queue?: number;
  readonly queue_per_caller?: number;
  readonly weights?: Readonly<Record<string, number>>;
  readonly aging?: string | number;
  readonly exec_timeout?: string | number;
  readonly grace?: string | number;
  readonly queue_timeout?: string | number;
  readonly hold?: 'stream' | 'open';
  readonly max_open_streams?: number;
  readonly detach?: 'deadline' | 'all';
  readonly rpm?: number;
  readonly tpm?: number;
}

interface RawRates {
  readonly input: number;
  readonly output: number;
  readonly cache_read?: number;
  readonly cache_write?: number;
}

export interface RawCost extends RawRates {
  readonly longer?: RawRates & { readonly above: number };
}

export interface RawSettings {
  readonly temperature?: number;
  readonly max_tokens?: number;
  readonly top_p?: number;
  readonly frequency_penalty?: number;
  readonly presence_penalty?: number;
  readonly parallel_tool_calls?: boolean;
  readonly provider_opts?: Readonly<Record<string, unknown>>;
  readonly thinking_budget?: string | number;
  readonly context?: number;
  readonly cost?: RawCost;
  readonly capabilities?: { readonly image?: boolean };
}

export interface RawProvider extends RawSettings {
  readonly provider?: string;
  readonly api?: string;
  readonly api_type?: string;
  readonly base_url?: string;
  readonly token_key?: string;
  readonly token_keys?: readonly string[];
  readonly token_file?: string;
  readonly token_command?: readonly string[];
  readonly token_env?: readonly string[];
  readonly account?: string;
  readonly groups?: Readonly<Record<string, readonly string[]>>;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface RawModel extends RawSettings {
  readonly provider?: string;
  readonly model?: string;
  readonly base_url?: string;
  readonly token_key?: string;
  readonly first_available?: readonly string[];
  readonly routing?: readonly { readonly model: string; readonly examples: readonly string[] }[];
  readonly title_model?: string;
  readonly compaction_model?: string;
  readonly compaction_threshold?: number;
}

/** One target of a tier, written out. */
export interface RawTierTarget extends Omit<RawSettings, 'context' | 'capabilities'> {
  readonly model: string;
  readonly effort?: Effort;
}

export type RawTierList = readonly (string | RawTierTarget)[];

/** Its settings are read by core's tier grammar. */
export interface RawTier {
  readonly models: string | RawTierList;
}

/** Prose is left as it is written: `${env.NAME}` in it may be about code, and no secret gets into a prompt that way. */
export function toRaw(root: TreeNode, env: Environment): RawFile {
  const value = (node: TreeNode, key: string, prose: boolean): unknown => {
    if (node.kind === 'map')
      return Object.fromEntries(
        [...node.entries.values()].map((entry) => [entry.key, value(entry.node, entry.key, prose || PROSE.has(entry.key))]),
      );
    if (node.kind === 'list') return node.items.map((item) => value(item, key, prose));
    if (node.kind === 'null') return null;
    return node.kind === 'text' && !prose ? substitute(node.value, env, key === 'base_url').text : node.value;
  };
  return value(root, '', false) as RawFile;
}
