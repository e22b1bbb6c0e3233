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
    'permissions',
    'tiers',
    'lanes',
    'budgets',
    'server',
    'classify',
    'records',
  ],
  agent: [
    'model',
    'fallback',
    'description',
    'instruction',
    'toolsets',
    'use_toolsets',
    'max_iterations',
    'max_consecutive_tool_calls',
    'add_date',
    'add_environment_info',
    'readonly',
  ],
  toolset: ['type', 'tools', 'readonly', 'env', 'instruction', 'allow_list', 'deny_list', 'ignore_vcs', 'timeout'],
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
  ],
  capabilities: ['image'],
};

/**
 * Toolset types that give an agent its tools, and the names of those; the other types are said at check and refused at run. `elsewhere`: tools
 * of the same toolset in Docker's runtime, now or once, that are not here.
 */
export const TOOLS_OF: Readonly<Record<string, { readonly here: readonly string[]; readonly elsewhere: readonly string[] }>> = {
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
  shell: {
    here: ['shell'],
    elsewhere: ['run_background_job', 'list_background_jobs', 'view_background_job', 'stop_background_job', 'run_shell_background'],
  },
};

/** The arguments of each tool, by which permission rules hold it. */
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
};

export const isServedToolset = (type: string): boolean => Object.hasOwn(TOOLS_OF, type);

/** Text meant for the model or for people: `${env.NAME}` in it is left alone, it may be about code, and no secret gets into a prompt that way. */
export const PROSE: ReadonlySet<string> = new Set(['instruction', 'description', 'welcome_message', 'readme']);
