import type { HooksConfig } from '../rules/hooks-config.ts';
/** An agent as its writer spells it. */
export interface RawAgent {
  readonly model?: string;
  readonly fallback?: { readonly models?: readonly string[]; readonly retries?: number; readonly cooldown?: string | number };
  readonly description?: string;
  readonly welcome_message?: string;
  readonly instruction?: string;
  readonly instruction_file?: string | readonly string[];
  readonly toolsets?: readonly RawToolset[];
  readonly use_toolsets?: readonly string[];
  readonly sub_agents?: readonly string[];
  readonly handoffs?: readonly string[];
  readonly force_handoff?: string;
  readonly max_iterations?: number;
  readonly max_consecutive_tool_calls?: number;
  readonly max_old_tool_call_tokens?: number;
  readonly num_history_items?: number;
  readonly session_compaction?: boolean;
  readonly compaction_threshold?: number;
  readonly add_date?: boolean;
  readonly add_environment_info?: boolean;
  readonly add_prompt_files?: readonly string[];
  readonly readonly?: boolean;
  readonly structured_output?: {
    readonly name: string;
    readonly description?: string;
    readonly schema: Readonly<Record<string, unknown>>;
  };
  readonly commands?: RawCommands;
  readonly use_commands?: readonly string[];
  readonly skills?: RawSkills;
  readonly use_skills?: readonly string[];
  readonly hooks?: HooksConfig;
  readonly limits?: { readonly time?: string | number; readonly tokens?: number; readonly usd?: number };
}

export interface RawToolset {
  readonly type: string;
  readonly tools?: readonly string[];
  readonly readonly?: boolean;
  readonly instruction?: string;
  readonly model?: string;
  readonly defer?: boolean | readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly ref?: string;
  readonly [key: string]: unknown;
}

interface RawCommand {
  readonly description?: string;
  readonly instruction?: string;
  readonly agent?: string;
}

type RawCommandMap = Readonly<Record<string, string | RawCommand>>;

/** A map, or a list of maps of one. */
export type RawCommands = RawCommandMap | readonly RawCommandMap[];

interface RawSkill {
  readonly name: string;
  readonly description: string;
  readonly instructions: string;
  readonly context?: string;
  readonly model?: string;
  readonly allowed_tools?: readonly string[];
}

export type RawSkills = boolean | readonly (string | RawSkill)[];
