/** Built-in hooks, by Docker's names. */
export const BUILTIN_HOOKS = [
  'add_date',
  'add_environment_info',
  'add_prompt_files',
  'add_git_status',
  'add_git_diff',
  'add_directory_listing',
  'add_user_info',
  'add_recent_commits',
  'max_iterations',
  'redact_secrets',
  'limit_large_tool_results',
  'safer_shell',
  'http_post',
] as const;

/** Docker has them; here they fail, and say so. */
export const UNSERVED_HOOKS: readonly string[] = ['snapshot', 'unload', 'cache_response'];
