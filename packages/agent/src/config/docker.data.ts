// The shape of Docker's agent file, version 12, converted from the schema Docker publishes (Apache-2.0, see NOTICE). Descriptions are left out;
// conditions that its schema means but does not enforce (what each type of toolset needs) are written as `when`.
import type { ObjectShape, Shape } from './shape.ts';

const TEXT: Shape = { is: 'text' };
const TEXTS: Shape = { is: 'list', of: TEXT };
const TEXT_MAP: Shape = { is: 'map', of: TEXT };
const VARIABLE: Shape = { is: 'text', variableName: true };
const INTEGER: Shape = { is: 'number', whole: true };
const BOOLEAN: Shape = { is: 'boolean' };
const ANY: Shape = { is: 'any' };
const THINKING: Shape = {
  is: 'either',
  of: [
    {
      is: 'text',
      oneOf: ['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max', 'adaptive'],
      orLike: '^adaptive/(low|medium|high|xhigh|max)$',
    },
    { is: 'number', min: -1, max: 32768, whole: true },
  ],
};
const URL: Shape = { is: 'text', url: true };
const URL_OR_VARIABLE: Shape = { is: 'text', url: true, variable: true };

const IDENTITY_TOKEN_SOURCE: Shape = {
  is: 'object',
  exactlyOne: ['file', 'env', 'command', 'url'],
  keys: { file: TEXT, env: TEXT, command: { is: 'list', of: TEXT, min: 1 }, url: TEXT, headers: TEXT_MAP, response_field: TEXT },
};

const FEDERATION_AUTH: Shape = {
  is: 'object',
  must: ['federation_rule_id', 'organization_id', 'identity_token'],
  keys: {
    federation_rule_id: { is: 'text', like: '^fdrl_' },
    organization_id: TEXT,
    service_account_id: { is: 'text', like: '^svac_' },
    identity_token: IDENTITY_TOKEN_SOURCE,
  },
};

const AUTH: Shape = {
  is: 'object',
  must: ['type'],
  when: { key: 'type', then: { workload_identity_federation: { must: ['workload_identity_federation'] } } },
  keys: { type: { is: 'text', oneOf: ['workload_identity_federation'] }, workload_identity_federation: FEDERATION_AUTH },
};

export const PROVIDER: ObjectShape = {
  is: 'object',
  name: 'provider',
  keys: {
    provider: { is: 'text', ref: 'vendor' },
    api_type: { is: 'text', oneOf: ['openai_chatcompletions', 'openai_responses'] },
    base_url: URL_OR_VARIABLE,
    token_key: VARIABLE,
    unload_api: TEXT,
    temperature: { is: 'number', min: 0, max: 2 },
    max_tokens: INTEGER,
    top_p: { is: 'number', min: 0, max: 1 },
    frequency_penalty: { is: 'number', min: -2, max: 2 },
    presence_penalty: { is: 'number', min: -2, max: 2 },
    parallel_tool_calls: BOOLEAN,
    provider_opts: { is: 'map', of: ANY },
    track_usage: BOOLEAN,
    thinking_budget: THINKING,
    task_budget: {
      is: 'either',
      of: [
        { is: 'number', min: 0, whole: true },
        { is: 'object', must: ['total'], keys: { type: { is: 'text', oneOf: ['tokens'] }, total: { is: 'number', min: 0, whole: true } } },
      ],
    },
    auth: AUTH,
  },
};

const FALLBACK: Shape = {
  is: 'object',
  name: 'fallback',
  keys: {
    models: { is: 'list', of: { is: 'text', ref: 'chain' } },
    retries: { is: 'number', min: -1, whole: true },
    cooldown: { is: 'duration' },
  },
};

const REMOTE_OAUTH: Shape = {
  is: 'object',
  must: ['clientId'],
  keys: {
    clientId: TEXT,
    clientSecret: TEXT,
    callbackPort: { is: 'number', min: 1, max: 65535, whole: true },
    scopes: TEXTS,
    callbackRedirectURL: TEXT,
  },
};

const REMOTE: Shape = {
  is: 'object',
  name: 'remote',
  must: ['url'],
  keys: { url: URL, transport_type: TEXT, headers: TEXT_MAP, oauth: REMOTE_OAUTH },
};

const SCRIPT_SHELL_TOOL: Shape = {
  is: 'object',
  keys: { cmd: TEXT, description: TEXT, args: { is: 'map', of: ANY }, required: TEXTS, env: TEXT_MAP, working_dir: TEXT },
};

const POST_EDIT: Shape = { is: 'object', must: ['path', 'cmd'], keys: { path: TEXT, cmd: TEXT } };

const API: Shape = {
  is: 'object',
  must: ['name', 'endpoint', 'method'],
  keys: {
    name: TEXT,
    instruction: TEXT,
    endpoint: URL,
    method: { is: 'text', oneOf: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] },
    headers: TEXT_MAP,
    args: { is: 'map', of: { is: 'object', open: true, keys: { type: TEXT, description: TEXT } } },
    required: TEXTS,
    output_schema: { is: 'map', of: ANY },
  },
};

const RAG: Shape = {
  is: 'object',
  must: ['strategies'],
  keys: {
    tool: { is: 'object', keys: { name: TEXT, description: TEXT, instruction: TEXT } },
    docs: TEXTS,
    respect_vcs: BOOLEAN,
    strategies: {
      is: 'list',
      of: {
        is: 'object',
        must: ['type'],
        keys: {
          type: { is: 'text', oneOf: ['bm25', 'chunked-embeddings', 'semantic-embeddings'] },
          embedding_model: { is: 'text', ref: 'model' },
          docs: TEXTS,
          database: TEXT,
          similarity_metric: { is: 'text', oneOf: ['cosine_similarity'] },
          vector_dimensions: { is: 'number', min: 1, whole: true },
          k1: { is: 'number', min: 0 },
          b: { is: 'number', min: 0, max: 1 },
          threshold: { is: 'number', min: 0 },
          limit: { is: 'number', min: 1, whole: true },
          chunking: {
            is: 'object',
            keys: {
              size: { is: 'number', min: 1, whole: true },
              overlap: { is: 'number', min: 0, whole: true },
              respect_word_boundaries: BOOLEAN,
              code_aware: BOOLEAN,
            },
          },
          embedding_batch_size: { is: 'number', min: 1, whole: true },
          max_embedding_concurrency: { is: 'number', min: 1, whole: true },
          max_indexing_concurrency: { is: 'number', min: 1, whole: true },
          respect_vcs: BOOLEAN,
          chat_model: { is: 'text', ref: 'model' },
          semantic_prompt: TEXT,
          ast_context: BOOLEAN,
        },
      },
      min: 1,
    },
    results: {
      is: 'object',
      keys: {
        limit: { is: 'number', min: 1, whole: true },
        fusion: {
          is: 'object',
          keys: {
            strategy: { is: 'text', oneOf: ['rrf', 'reciprocal_rank_fusion', 'weighted', 'max'] },
            k: { is: 'number', min: 1, whole: true },
            weights: { is: 'map', of: { is: 'number', min: 0, max: 1 } },
          },
        },
        reranking: {
          is: 'object',
          must: ['model'],
          keys: {
            model: { is: 'text', ref: 'model' },
            top_k: { is: 'number', min: 0, whole: true },
            threshold: { is: 'number', min: 0, max: 1 },
            criteria: TEXT,
          },
        },
        deduplicate: BOOLEAN,
        include_score: BOOLEAN,
        return_full_content: BOOLEAN,
      },
    },
  },
};

const LIFECYCLE: Shape = {
  is: 'object',
  name: 'lifecycle',
  keys: {
    profile: { is: 'text', oneOf: ['resilient', 'strict', 'best-effort'] },
    required: BOOLEAN,
    startup_timeout: TEXT,
    call_timeout: TEXT,
    restart: { is: 'text', oneOf: ['never', 'on_failure', 'always'] },
    max_restarts: { is: 'number', min: -1, whole: true },
    backoff: {
      is: 'object',
      keys: { initial: TEXT, max: TEXT, multiplier: { is: 'number', min: 0 }, jitter: { is: 'number', min: 0, max: 1 } },
    },
  },
};

const TOOLSET: Shape = {
  is: 'object',
  name: 'toolset',
  must: ['type'],
  when: {
    key: 'type',
    then: {
      mcp: { any: ['command', 'remote', 'ref'] },
      lsp: { must: ['command'] },
      api: { must: ['api_config'] },
      a2a: { must: ['url'] },
      openapi: { must: ['url'] },
      open_url: { must: ['url'] },
      model_picker: { must: ['models'] },
    },
  },
  keys: {
    type: {
      is: 'text',
      oneOf: [
        'mcp',
        'mcp_catalog',
        'script',
        'think',
        'memory',
        'filesystem',
        'shell',
        'background_jobs',
        'tasks',
        'plan',
        'session_plan',
        'session_context',
        'todo',
        'fetch',
        'api',
        'a2a',
        'lsp',
        'user_prompt',
        'openapi',
        'open_url',
        'model_picker',
        'background_agents',
        'rag',
      ],
    },
    instruction: TEXT,
    toon: TEXT,
    readonly: BOOLEAN,
    model: { is: 'text', ref: 'model' },
    ref: { is: 'text', ref: 'definition' },
    config: ANY,
    command: TEXT,
    remote: REMOTE,
    args: TEXTS,
    tools: TEXTS,
    env: TEXT_MAP,
    shared: BOOLEAN,
    path: TEXT,
    shell: { is: 'map', of: SCRIPT_SHELL_TOOL, like: '^[A-Za-z_][A-Za-z0-9_\\-]*$' },
    post_edit: { is: 'list', of: POST_EDIT },
    api_config: API,
    rag_config: RAG,
    ignore_vcs: BOOLEAN,
    allow_list: TEXTS,
    deny_list: TEXTS,
    defer: { is: 'either', of: [BOOLEAN, TEXTS] },
    timeout: { is: 'number', min: 1, whole: true },
    allowed_domains: TEXTS,
    blocked_domains: TEXTS,
    allow_private_ips: BOOLEAN,
    sudo_askpass: BOOLEAN,
    recall: BOOLEAN,
    safer: BOOLEAN,
    url: URL,
    headers: TEXT_MAP,
    name: TEXT,
    file_types: TEXTS,
    allowed_servers: TEXTS,
    blocked_servers: TEXTS,
    models: { is: 'list', of: { is: 'text', ref: 'model' } },
    version: TEXT,
    working_dir: TEXT,
    lifecycle: LIFECYCLE,
  },
};

const HARNESS: Shape = {
  is: 'object',
  must: ['type'],
  keys: {
    type: { is: 'text', oneOf: ['claude-code', 'codex', 'pi', 'opencode'] },
    model: TEXT,
    effort: { is: 'text', oneOf: ['low', 'medium', 'high', 'max'] },
    agent: TEXT,
    thinking: BOOLEAN,
  },
};

const COMMAND: Shape = {
  is: 'object',
  name: 'command',
  keys: { description: TEXT, instruction: TEXT, agent: { is: 'text', ref: 'team' }, url: TEXT },
};

const HOOK_DEFINITION: Shape = {
  is: 'object',
  must: ['type'],
  when: { key: 'type', then: { command: { must: ['command'] }, builtin: { must: ['command'] }, model: { must: ['model', 'prompt'] } } },
  keys: {
    name: TEXT,
    type: { is: 'text', oneOf: ['command', 'builtin', 'model'] },
    command: TEXT,
    args: TEXTS,
    timeout: { is: 'number', min: 1, whole: true },
    env: TEXT_MAP,
    working_dir: TEXT,
    on_error: { is: 'text', oneOf: ['warn', 'ignore', 'block'] },
    model: { is: 'text', ref: 'model' },
    prompt: TEXT,
    schema: TEXT,
  },
};

const HOOK_MATCHER: Shape = {
  is: 'object',
  must: ['hooks'],
  keys: { matcher: TEXT, hooks: { is: 'list', of: HOOK_DEFINITION }, preempt_yolo: BOOLEAN },
};

const HOOKS: Shape = {
  is: 'object',
  name: 'hooks',
  strict: 'slips',
  keys: {
    pre_tool_use: { is: 'list', of: HOOK_MATCHER },
    post_tool_use: { is: 'list', of: HOOK_MATCHER },
    permission_request: { is: 'list', of: HOOK_MATCHER },
    session_start: { is: 'list', of: HOOK_DEFINITION },
    user_prompt_submit: { is: 'list', of: HOOK_DEFINITION },
    user_steering_messages_submit: { is: 'list', of: HOOK_DEFINITION },
    user_followup_submit: { is: 'list', of: HOOK_DEFINITION },
    turn_start: { is: 'list', of: HOOK_DEFINITION },
    turn_end: { is: 'list', of: HOOK_DEFINITION },
    before_llm_call: { is: 'list', of: HOOK_DEFINITION },
    after_llm_call: { is: 'list', of: HOOK_DEFINITION },
    session_end: { is: 'list', of: HOOK_DEFINITION },
    pre_compact: { is: 'list', of: HOOK_DEFINITION },
    subagent_stop: { is: 'list', of: HOOK_DEFINITION },
    on_user_input: { is: 'list', of: HOOK_DEFINITION },
    stop: { is: 'list', of: HOOK_DEFINITION },
    notification: { is: 'list', of: HOOK_DEFINITION },
    on_error: { is: 'list', of: HOOK_DEFINITION },
    on_max_iterations: { is: 'list', of: HOOK_DEFINITION },
    on_agent_switch: { is: 'list', of: HOOK_DEFINITION },
    on_session_resume: { is: 'list', of: HOOK_DEFINITION },
    on_tool_approval_decision: { is: 'list', of: HOOK_DEFINITION },
    before_compaction: { is: 'list', of: HOOK_DEFINITION },
    after_compaction: { is: 'list', of: HOOK_DEFINITION },
    tool_response_transform: { is: 'list', of: HOOK_MATCHER },
    worktree_create: { is: 'list', of: HOOK_DEFINITION },
  },
};

const CACHE: Shape = { is: 'object', keys: { enabled: BOOLEAN, case_sensitive: BOOLEAN, trim_spaces: BOOLEAN, path: TEXT } };

const INLINE_SKILL: Shape = {
  is: 'object',
  name: 'skill',
  must: ['name', 'description', 'instructions'],
  keys: {
    name: TEXT,
    description: TEXT,
    instructions: TEXT,
    context: { is: 'text', oneOf: ['fork'] },
    model: { is: 'text', ref: 'model' },
    allowed_tools: TEXTS,
    toolsets: TEXTS,
  },
};

export const AGENT: ObjectShape = {
  is: 'object',
  name: 'agent',
  keys: {
    model: { is: 'text', ref: 'alloy' },
    fallback: FALLBACK,
    description: TEXT,
    welcome_message: TEXT,
    toolsets: { is: 'list', of: TOOLSET },
    instruction: TEXT,
    instruction_file: { is: 'either', of: [TEXT, TEXTS] },
    harness: HARNESS,
    code_mode_tools: BOOLEAN,
    sub_agents: { is: 'list', of: { is: 'text', ref: 'team' } },
    handoffs: { is: 'list', of: { is: 'text', ref: 'team' } },
    force_handoff: { is: 'text', ref: 'team' },
    add_date: BOOLEAN,
    add_environment_info: BOOLEAN,
    readonly: BOOLEAN,
    redact_secrets: BOOLEAN,
    max_iterations: { is: 'number', min: 0, whole: true },
    max_consecutive_tool_calls: { is: 'number', min: 0, whole: true },
    max_old_tool_call_tokens: { is: 'number', min: -1, whole: true },
    max_tool_result_tokens: { is: 'number', min: -1, whole: true },
    num_history_items: { is: 'number', min: 0, whole: true },
    session_compaction: BOOLEAN,
    compaction_threshold: { is: 'number', above: 0, max: 1 },
    add_prompt_files: TEXTS,
    commands: {
      is: 'either',
      of: [
        { is: 'map', of: { is: 'either', of: [TEXT, COMMAND] } },
        { is: 'list', of: { is: 'map', of: { is: 'either', of: [TEXT, COMMAND] } } },
      ],
    },
    structured_output: {
      is: 'object',
      must: ['name', 'schema'],
      keys: {
        name: TEXT,
        description: TEXT,
        strict: BOOLEAN,
        schema: {
          is: 'object',
          must: ['type', 'properties'],
          open: true,
          keys: {
            type: { is: 'text', oneOf: ['object'] },
            properties: { is: 'map', of: ANY },
            required: TEXTS,
            additionalProperties: BOOLEAN,
          },
        },
      },
    },
    add_description_parameter: BOOLEAN,
    hooks: HOOKS,
    cache: CACHE,
    skills: { is: 'either', of: [BOOLEAN, { is: 'list', of: { is: 'either', of: [TEXT, INLINE_SKILL] } }] },
    use_commands: { is: 'list', of: { is: 'text', ref: 'commands' } },
    use_skills: { is: 'list', of: { is: 'text', ref: 'skills' } },
    use_toolsets: { is: 'list', of: { is: 'text', ref: 'toolsets' } },
    // Of older versions; newer files use a toolset of type rag.
    rag: { is: 'list', of: { is: 'text', ref: 'definition' } },
  },
};

const ROUTING_RULE: Shape = { is: 'object', must: ['model', 'examples'], keys: { model: { is: 'text', ref: 'model' }, examples: TEXTS } };

const CAPABILITIES: Shape = { is: 'object', name: 'capabilities', keys: { image: BOOLEAN, pdf: BOOLEAN } };

export const MODEL: ObjectShape = {
  is: 'object',
  name: 'model',
  keys: {
    provider: { is: 'text', ref: 'provider' },
    model: TEXT,
    temperature: { is: 'number', min: 0, max: 2 },
    max_tokens: { is: 'number', min: 1, whole: true },
    top_p: { is: 'number', min: 0, max: 1 },
    frequency_penalty: { is: 'number', min: -2, max: 2 },
    presence_penalty: { is: 'number', min: -2, max: 2 },
    base_url: URL_OR_VARIABLE,
    parallel_tool_calls: BOOLEAN,
    token_key: VARIABLE,
    bypass_models_gateway: BOOLEAN,
    provider_opts: { is: 'map', of: ANY },
    track_usage: BOOLEAN,
    thinking_budget: THINKING,
    task_budget: {
      is: 'either',
      of: [
        { is: 'number', min: 0, whole: true },
        { is: 'object', must: ['total'], keys: { type: { is: 'text', oneOf: ['tokens'] }, total: { is: 'number', min: 0, whole: true } } },
      ],
    },
    routing: { is: 'list', of: ROUTING_RULE },
    auth: AUTH,
    first_available: { is: 'list', min: 1, of: { is: 'text', ref: 'model' } },
    title_model: { is: 'text', ref: 'model' },
    compaction_model: { is: 'text', ref: 'model' },
    compaction_threshold: { is: 'number', above: 0, max: 1 },
    capabilities: CAPABILITIES,
  },
};

const MCP_TOOLSET: Shape = {
  is: 'object',
  atLeastOne: ['command', 'remote', 'ref'],
  keys: {
    command: TEXT,
    args: TEXTS,
    ref: { is: 'text', like: '^docker:' },
    remote: REMOTE,
    config: ANY,
    version: TEXT,
    env: TEXT_MAP,
    tools: TEXTS,
    instruction: TEXT,
    name: TEXT,
    defer: { is: 'either', of: [BOOLEAN, TEXTS] },
    working_dir: TEXT,
    lifecycle: LIFECYCLE,
  },
};

const RAG_TOOLSET: Shape = {
  is: 'object',
  must: ['strategies'],
  keys: {
    tool: { is: 'object', keys: { name: TEXT, description: TEXT, instruction: TEXT } },
    docs: TEXTS,
    respect_vcs: BOOLEAN,
    strategies: {
      is: 'list',
      of: {
        is: 'object',
        must: ['type'],
        keys: {
          type: { is: 'text', oneOf: ['bm25', 'chunked-embeddings', 'semantic-embeddings'] },
          embedding_model: { is: 'text', ref: 'model' },
          docs: TEXTS,
          database: TEXT,
          similarity_metric: { is: 'text', oneOf: ['cosine_similarity'] },
          vector_dimensions: { is: 'number', min: 1, whole: true },
          k1: { is: 'number', min: 0 },
          b: { is: 'number', min: 0, max: 1 },
          threshold: { is: 'number', min: 0 },
          limit: { is: 'number', min: 1, whole: true },
          chunking: {
            is: 'object',
            keys: {
              size: { is: 'number', min: 1, whole: true },
              overlap: { is: 'number', min: 0, whole: true },
              respect_word_boundaries: BOOLEAN,
              code_aware: BOOLEAN,
            },
          },
          embedding_batch_size: { is: 'number', min: 1, whole: true },
          max_embedding_concurrency: { is: 'number', min: 1, whole: true },
          max_indexing_concurrency: { is: 'number', min: 1, whole: true },
          respect_vcs: BOOLEAN,
          chat_model: { is: 'text', ref: 'model' },
          semantic_prompt: TEXT,
          ast_context: BOOLEAN,
        },
      },
      min: 1,
    },
    results: {
      is: 'object',
      keys: {
        limit: { is: 'number', min: 1, whole: true },
        fusion: {
          is: 'object',
          keys: {
            strategy: { is: 'text', oneOf: ['rrf', 'reciprocal_rank_fusion', 'weighted', 'max'] },
            k: { is: 'number', min: 1, whole: true },
            weights: { is: 'map', of: { is: 'number', min: 0, max: 1 } },
          },
        },
        reranking: {
          is: 'object',
          must: ['model'],
          keys: {
            model: { is: 'text', ref: 'model' },
            top_k: { is: 'number', min: 0, whole: true },
            threshold: { is: 'number', min: 0, max: 1 },
            criteria: TEXT,
          },
        },
        deduplicate: BOOLEAN,
        include_score: BOOLEAN,
        return_full_content: BOOLEAN,
      },
    },
    instruction: TEXT,
    tools: TEXTS,
    name: TEXT,
    defer: { is: 'either', of: [BOOLEAN, TEXTS] },
  },
};

const COMMANDS: Shape = {
  is: 'either',
  of: [
    { is: 'map', of: { is: 'either', of: [TEXT, COMMAND] } },
    { is: 'list', of: { is: 'map', of: { is: 'either', of: [TEXT, COMMAND] } } },
  ],
};

const SKILLS: Shape = { is: 'either', of: [BOOLEAN, { is: 'list', of: { is: 'either', of: [TEXT, INLINE_SKILL] } }] };

const METADATA: Shape = {
  is: 'object',
  keys: { author: TEXT, license: TEXT, readme: TEXT, description: TEXT, version: TEXT, tags: TEXTS },
};

const PERMISSIONS: Shape = { is: 'object', name: 'permissions', strict: true, keys: { allow: TEXTS, ask: TEXTS, deny: TEXTS } };

const RUNTIME_DEFAULTS: Shape = { is: 'object', keys: { sandbox: BOOLEAN, network_allowlist: TEXTS } };

export const DOCKER_FILE: ObjectShape = {
  is: 'object',
  name: 'file',
  keys: {
    version: { is: 'text', orNumber: true, oneOf: ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', '10', '11', '12'] },
    providers: { is: 'map', of: PROVIDER },
    agents: { is: 'map', of: AGENT },
    models: { is: 'map', of: MODEL },
    mcps: { is: 'map', of: MCP_TOOLSET },
    rag: { is: 'map', of: RAG_TOOLSET },
    commands: { is: 'map', of: COMMANDS },
    skills: { is: 'map', of: SKILLS },
    toolsets: { is: 'map', of: TOOLSET },
    metadata: METADATA,
    permissions: PERMISSIONS,
    runtime: RUNTIME_DEFAULTS,
  },
};
