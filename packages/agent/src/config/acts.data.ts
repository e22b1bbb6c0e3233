/**
 * The keys Holdfast acts on, or that need no acting on, by the name of the object they stand in. Every other key of Docker's schema is
 * checked and warned of, once each. Objects that are not listed are acted on whole.
 */
export const ACTED_ON: Readonly<Record<string, readonly string[]>> = {
  file: ['version', 'metadata', 'agents', 'models', 'providers', 'toolsets', 'permissions', 'tiers', 'lanes', 'server', 'classify'],
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
  toolset: ['type', 'tools', 'readonly', 'env', 'instruction'],
  provider: [
    'provider',
    'api',
    'api_type',
    'base_url',
    'token_key',
    'token_keys',
    'token_command',
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

/** Toolset types that give an agent its tools; the others are left out, said at check and refused at run. */
export const SERVED_TOOLSETS: readonly string[] = ['filesystem', 'shell'];

/** Text meant for the model or for people: `${env.NAME}` in it is left alone, it may be about code, and no secret gets into a prompt that way. */
export const PROSE: ReadonlySet<string> = new Set(['instruction', 'description', 'welcome_message', 'readme']);
