import { HOOK_EVENTS } from '../rules/hook-types.ts';

/**
 * The keys Holdfast acts on, or that need no acting on, by the name of the object they stand in. Every other key of Docker's schema is
 * checked and warned of, once each. Objects that are not listed are acted on whole.
 */
export const ACTED_ON: Readonly<Record<string, readonly string[]>> = {
  file: [
    'version',
    'metadata',
    'agents',
    'models',
    'providers',
    'toolsets',
    'mcps',
    'commands',
    'skills',
    'permissions',
    'tiers',
    'lanes',
    'budgets',
    'server',
    'classify',
    'records',
    'sessions',
  ],
  agent: [
    'model',
    'fallback',
    'description',
    'instruction',
    'instruction_file',
    'welcome_message',
    'toolsets',
    'use_toolsets',
    'sub_agents',
    'handoffs',
    'force_handoff',
    'max_iterations',
    'max_consecutive_tool_calls',
    'max_old_tool_call_tokens',
    'num_history_items',
    'session_compaction',
    'compaction_threshold',
    'add_date',
    'add_environment_info',
    'add_prompt_files',
    'readonly',
    'structured_output',
    'commands',
    'use_commands',
    'skills',
    'use_skills',
    'hooks',
    'limits',
  ],
  command: ['description', 'instruction', 'agent'],
  skill: ['name', 'description', 'instructions', 'context', 'model', 'allowed_tools'],
  remote: ['url', 'transport_type', 'headers'],
  lifecycle: ['profile', 'startup_timeout', 'call_timeout', 'restart', 'max_restarts', 'backoff'],
  hooks: HOOK_EVENTS,
  provider: [
    'provider',
    'api',
    'api_type',
    'base_url',
    'token_key',
    'token_keys',
    'token_file',
    'token_command',
    'token_env',
    'account',
    'groups',
    'headers',
    'temperature',
    'max_tokens',
    'top_p',
    'frequency_penalty',
    'presence_penalty',
    'parallel_tool_calls',
    'provider_opts',
    'thinking_budget',
    'track_usage',
  ],
  model: [
    'provider',
    'model',
    'context',
    'cost',
    'base_url',
    'token_key',
    'temperature',
    'max_tokens',
    'top_p',
    'frequency_penalty',
    'presence_penalty',
    'parallel_tool_calls',
    'provider_opts',
    'thinking_budget',
    'track_usage',
    'capabilities',
    'first_available',
    'routing',
    'title_model',
    'compaction_model',
    'compaction_threshold',
  ],
  capabilities: ['image'],
};

/** Why a key has no effect, or what there is instead, where there is more to say than that. */
export const INSTEAD: Readonly<Record<string, string>> = {
  'agent.harness': 'this agent is asked through its model; to supervise a coding agent of its own, run it by itself',
  'agent.rag': 'searching documents is not there yet; give the agent the filesystem toolset',
  'file.rag': 'searching documents is not there yet',
  'agent.cache': 'every question is asked anew',
  'agent.code_mode_tools': 'its tools are called one by one',
  'agent.redact_secrets': 'keys and variables of this file are always redacted, whatever it says',
  'agent.max_tool_result_tokens': 'outputs over 50 kB go into a file, and their head and tail to the model',
  'agent.add_description_parameter': 'the arguments of a call are shown',
  'command.url': 'nothing is opened',
  'remote.oauth': 'put a token into "headers"',
  'lifecycle.required': 'a server that does not start is a warning, and tried again',
  'file.runtime': 'a run works in its working directory, under its permissions',
};

/** Keys of a toolset that act with every type. */
const ANY_TYPE: ReadonlySet<string> = new Set(['type', 'name', 'tools', 'readonly', 'instruction', 'model', 'defer', 'env']);

/** What else acts, by type. */
const OF_TYPE: Readonly<Record<string, readonly string[]>> = {
  filesystem: ['allow_list', 'deny_list', 'ignore_vcs', 'post_edit'],
  shell: ['timeout', 'safer'],
  background_jobs: [],
  script: ['shell', 'timeout'],
  think: ['shared'],
  todo: ['shared'],
  tasks: ['path'],
  memory: ['path'],
  fetch: ['timeout', 'allowed_domains', 'blocked_domains', 'allow_private_ips', 'headers'],
  api: ['api_config', 'timeout', 'allow_private_ips'],
  openapi: ['url', 'headers', 'timeout', 'allow_private_ips'],
  model_picker: ['models'],
  mcp: ['command', 'args', 'remote', 'ref', 'working_dir', 'lifecycle'],
};

export const actsInToolset = (type: string, key: string): boolean => ANY_TYPE.has(key) || OF_TYPE[type]?.includes(key) === true;
const JOBS: readonly string[] = ['run_background_job', 'list_background_jobs', 'view_background_job', 'stop_background_job'];

interface ToolNames {
  readonly here: readonly string[];
  readonly elsewhere?: readonly string[];
  /** It has more tools, named by the file or by a document that is read at run. */
  readonly open?: true;
}

/**
 * Toolset types that give an agent its tools, and the names of those; the other types are said at check and when an agent that has one is run.
 * `elsewhere`: tools of the same toolset in Docker's runtime, now or once, that are not here. `open`: its tools are the file's or a server's.
 */
export const TOOLS_OF: Readonly<Record<string, ToolNames>> = {
  filesystem: {
    here: [
      'read_file',
      'read_multiple_files',
      'write_file',
      'edit_file',
      'list_directory',
      'directory_tree',
      'search_files_content',
      'create_directory',
      'remove_directory',
    ],
    elsewhere: [
      'move_file',
      'get_file_info',
      'search_files',
      'list_allowed_directories',
      'list_directory_with_sizes',
      'add_allowed_directory',
    ],
  },
  shell: { here: ['shell', ...JOBS], elsewhere: ['run_shell_background'] },
  background_jobs: { here: JOBS, elsewhere: ['wait_background_job', 'run_shell_background'] },
  think: { here: ['think'] },
  todo: { here: ['create_todo', 'create_todos', 'update_todos', 'list_todos'], elsewhere: ['update_todo'] },
  tasks: {
    here: ['create_task', 'get_task', 'update_task', 'delete_task', 'list_tasks', 'next_task', 'add_dependency', 'remove_dependency'],
  },
  memory: { here: ['add_memory', 'get_memories', 'delete_memory', 'search_memories', 'update_memory'] },
  fetch: { here: ['fetch'] },
  user_prompt: { here: ['user_prompt'] },
  model_picker: { here: ['change_model', 'revert_model'] },
  background_agents: {
    here: ['run_background_agent', 'list_background_agents', 'view_background_agent', 'stop_background_agent'],
  },
  script: { here: [], open: true },
  api: { here: [], open: true },
  openapi: { here: [], open: true },
  mcp: { here: [], open: true },
};

/** Tools an agent has for what else its file says of it: sub-agents, handoffs, skills, deferred tools. */
export const TEAM_TOOLS: readonly string[] = [
  'transfer_task',
  'handoff',
  'read_skill',
  'read_skill_file',
  'run_skill',
  'search_tool',
  'add_tool',
];

/** The arguments of tools, by which permission rules hold them. */
export const ARGUMENTS_OF: Readonly<Record<string, readonly string[]>> = {
  read_file: ['path', 'offset', 'limit'],
  read_multiple_files: ['paths', 'json'],
  write_file: ['path', 'content'],
  edit_file: ['path', 'edits'],
  list_directory: ['path'],
  directory_tree: ['path', 'max_depth'],
  search_files_content: ['path', 'query', 'is_regex', 'includePatterns', 'excludePatterns'],
  create_directory: ['paths'],
  remove_directory: ['paths'],
  shell: ['cmd', 'cwd', 'timeout'],
  transfer_task: ['agent', 'task', 'expected_output'],
  handoff: ['agent'],
  read_skill: ['name'],
  read_skill_file: ['name', 'path'],
  run_skill: ['name', 'task'],
  search_tool: ['query'],
  add_tool: ['name'],
  run_background_agent: ['agent', 'task', 'expected_output'],
  list_background_agents: [],
  view_background_agent: ['task_id'],
  stop_background_agent: ['task_id'],
  think: ['thought'],
  create_todo: ['description'],
  create_todos: ['descriptions'],
  update_todos: ['updates'],
  list_todos: [],
  create_task: ['title', 'description', 'path', 'priority', 'dependencies'],
  get_task: ['id'],
  update_task: ['id', 'title', 'description', 'path', 'priority', 'dependencies', 'status'],
  delete_task: ['id'],
  list_tasks: ['status', 'priority'],
  next_task: [],
  add_dependency: ['taskId', 'dependsOnId'],
  remove_dependency: ['taskId', 'dependsOnId'],
  add_memory: ['memory', 'category'],
  get_memories: [],
  delete_memory: ['id'],
  search_memories: ['query', 'category'],
  update_memory: ['id', 'memory', 'category'],
  fetch: ['urls', 'format', 'timeout'],
  user_prompt: ['message', 'title', 'schema'],
  change_model: ['model'],
  revert_model: [],
  run_background_job: ['cmd', 'cwd'],
  list_background_jobs: [],
  view_background_job: ['job_id'],
  stop_background_job: ['job_id'],
};

export const isServedToolset = (type: string): boolean => Object.hasOwn(TOOLS_OF, type);

/** All names of its tools are in the table: another name is a slip. */
export const hasKnownTools = (type: string): boolean => isServedToolset(type) && TOOLS_OF[type]!.open !== true;

/** Text meant for the model or for people: `${env.NAME}` in it is left alone, it may be about code, and no secret gets into a prompt that way. */
export const PROSE: ReadonlySet<string> = new Set([
  'instruction',
  'instructions',
  'description',
  'welcome_message',
  'readme',
  'commands',
  'examples',
]);
