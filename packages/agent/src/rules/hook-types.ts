/** The moments at which hooks run, by Docker's names. */
export type HookEvent = (typeof HOOK_EVENTS)[number];

export const HOOK_EVENTS = [
  'pre_tool_use',
  'post_tool_use',
  'permission_request',
  'tool_response_transform',
  'session_start',
  'session_end',
  'user_prompt_submit',
  'user_steering_messages_submit',
  'user_followup_submit',
  'turn_start',
  'turn_end',
  'before_llm_call',
  'after_llm_call',
  'stop',
  'subagent_stop',
  'pre_compact',
  'before_compaction',
  'after_compaction',
  'notification',
  'on_user_input',
  'on_error',
  'on_max_iterations',
  'on_agent_switch',
  'on_session_resume',
  'on_tool_approval_decision',
] as const;

/**
 * The facts of one event, by the names a hook reads on its stdin (`tool_name`, `tool_input`, `source`, `prompt` …). `session_id`, `cwd`,
 * `hook_event_name` and `agent_name` are added by who runs the hooks.
 */
export type HookInput = Readonly<Record<string, unknown>>;

/** What the hooks of one event came to, their results joined in the order of the file. */
export interface HookOutcome {
  /** False: blocked. */
  readonly allowed: boolean;
  /** Why it was blocked or what the run is stopped with. */
  readonly message?: string;
  /** A verdict on a tool call; deny before ask before allow. */
  readonly decision?: 'allow' | 'deny' | 'ask';
  readonly decisionReason?: string;
  /** The decision is not answered by `--yolo` (`preempt_yolo`). */
  readonly preempts?: boolean;
  /** Arguments that replace those of the call. */
  readonly input?: Readonly<Record<string, unknown>>;
  /** Added to what the model is told. */
  readonly context?: string;
  /** Instead of a summary of our own (`before_compaction`). */
  readonly summary?: string;
  /** Instead of the tool's output (`tool_response_transform`). */
  readonly response?: string;
  /** For the user: `system_message`s, and hooks that failed without blocking. */
  readonly warnings: readonly string[];
}

/** The outcome of no hook. */
export const UNHOOKED: HookOutcome = Object.freeze({ allowed: true, warnings: Object.freeze([]) as readonly string[] });
