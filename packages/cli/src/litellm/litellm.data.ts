/** What LiteLLM's proxy file may hold, and where it goes here. Written after its documented file; a key that stands in no list is told as unknown. */

export interface Vendor {
  /** A provider known by name here. */
  readonly known?: string;
  /** What speaks OpenAI's chat completions at this address. */
  readonly url?: string;
  /** The variable LiteLLM reads where a deployment names none. */
  readonly variable?: string;
  /** What it speaks where the deployment says where it is. */
  readonly api?: 'openai-chat' | 'anthropic-messages' | 'google';
  /** Nothing here speaks it. */
  readonly not?: string;
}

const compatible = (url: string, variable: string): Vendor => ({ url, variable });
const CLOUD = 'it signs its requests with cloud credentials, which no provider entry here does';

/** By the word before the first `/` of a deployment's model. */
export const VENDORS: Readonly<Record<string, Vendor>> = {
  openai: { known: 'openai', variable: 'OPENAI_API_KEY' },
  anthropic: { known: 'anthropic', variable: 'ANTHROPIC_API_KEY', api: 'anthropic-messages' },
  gemini: { known: 'google', variable: 'GEMINI_API_KEY', api: 'google' },
  groq: { known: 'groq', variable: 'GROQ_API_KEY' },
  mistral: { known: 'mistral', variable: 'MISTRAL_API_KEY' },
  xai: { known: 'xai', variable: 'XAI_API_KEY' },
  deepseek: { known: 'deepseek', variable: 'DEEPSEEK_API_KEY' },
  openrouter: { known: 'openrouter', variable: 'OPENROUTER_API_KEY' },
  ollama: { known: 'ollama' },
  ollama_chat: { known: 'ollama' },
  azure: { variable: 'AZURE_API_KEY' },
  azure_ai: { variable: 'AZURE_AI_API_KEY' },
  custom_openai: {},
  openai_like: {},
  litellm_proxy: { variable: 'LITELLM_PROXY_API_KEY' },
  hosted_vllm: {},
  vllm: {},
  lm_studio: {},
  llamafile: {},
  databricks: {},
  cerebras: compatible('https://api.cerebras.ai/v1', 'CEREBRAS_API_KEY'),
  dashscope: compatible('https://dashscope-intl.aliyuncs.com/compatible-mode/v1', 'DASHSCOPE_API_KEY'),
  deepinfra: compatible('https://api.deepinfra.com/v1/openai', 'DEEPINFRA_API_KEY'),
  fireworks_ai: compatible('https://api.fireworks.ai/inference/v1', 'FIREWORKS_AI_API_KEY'),
  moonshot: compatible('https://api.moonshot.ai/v1', 'MOONSHOT_API_KEY'),
  nebius: compatible('https://api.studio.nebius.ai/v1', 'NEBIUS_API_KEY'),
  nvidia_nim: compatible('https://integrate.api.nvidia.com/v1', 'NVIDIA_NIM_API_KEY'),
  perplexity: compatible('https://api.perplexity.ai', 'PERPLEXITYAI_API_KEY'),
  sambanova: compatible('https://api.sambanova.ai/v1', 'SAMBANOVA_API_KEY'),
  together_ai: compatible('https://api.together.xyz/v1', 'TOGETHERAI_API_KEY'),
  bedrock: { not: CLOUD },
  sagemaker: { not: CLOUD },
  vertex_ai: { not: CLOUD },
  vertex_ai_beta: { not: CLOUD },
  watsonx: { not: CLOUD },
  cohere: { not: 'nothing here speaks its API' },
  cohere_chat: { not: 'nothing here speaks its API' },
  replicate: { not: 'nothing here speaks its API' },
  huggingface: { not: 'give its router an entry in "providers" with api: openai-chat' },
  'text-completion-openai': { not: 'only chat models are served' },
};

/** What is asked of a model, and what it is called here. */
export const SETTINGS: Readonly<Record<string, string>> = {
  max_tokens: 'max_tokens',
  max_completion_tokens: 'max_tokens',
  temperature: 'temperature',
  top_p: 'top_p',
  frequency_penalty: 'frequency_penalty',
  presence_penalty: 'presence_penalty',
  parallel_tool_calls: 'parallel_tool_calls',
};

/** Keys of `litellm_params` that are read elsewhere. */
export const READ_PARAMS = [
  'model',
  'api_base',
  'base_url',
  'api_key',
  'custom_llm_provider',
  'extra_headers',
  'rpm',
  'tpm',
  'max_parallel_requests',
  'order',
  'reasoning_effort',
  'input_cost_per_token',
  'output_cost_per_token',
  'litellm_credential_name',
];

const OWN_RETRIES = 'retries, timeouts and rests are a tier’s';
const NO_NEED = 'nothing to set here';

/** Known and not carried over: why, or what does it here. By section; `*` is the rest of a section. */
export const LEFT: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  litellm_params: {
    api_version: 'the address that ends in /openai/v1 needs none',
    weight: 'a chain asks in its order; several keys of one entry share by conversation',
    timeout: OWN_RETRIES,
    stream_timeout: OWN_RETRIES,
    max_retries: OWN_RETRIES,
    num_retries: OWN_RETRIES,
    cooldown_time: OWN_RETRIES,
    drop_params: NO_NEED,
    additional_drop_params: NO_NEED,
    organization: 'write it as a header of the provider: headers: { openai-organization: … }',
    mock_response: 'rehearse with the lab’s providers',
    tags: 'give each group of callers its tiers: server.keys',
    region_name: 'an endpoint of its own is an entry of its own',
    use_in_pass_through: 'only the APIs of chat models are served',
    configurable_clientside_auth_params: 'a client never brings a provider’s key',
    merge_reasoning_content_in_choices: 'reasoning is told as the client’s protocol tells it',
    cache_control_injection_points: 'marks are the client’s',
  },
  model_info: { '*': 'models are known by name; write what is not under "models": context, cost' },
  router_settings: {
    routing_strategy: 'a chain asks in its order; who rests is passed over; several keys of one entry share by conversation',
    routing_strategy_args: 'see routing_strategy',
    allowed_fails: 'how long a target rests follows from what went wrong',
    allowed_fails_policy: 'how long a target rests follows from what went wrong',
    retry_policy: 'what is tried again follows from what went wrong',
    model_group_retry_policy: 'what is tried again follows from what went wrong',
    retry_after: 'pauses follow the provider’s hint, else they are drawn',
    enable_pre_call_checks: 'what cannot fit is always passed over',
    disable_cooldowns: 'set a tier’s cooldown',
    redis_host: 'health is kept in the state folder, for all processes of this machine',
    redis_port: 'see redis_host',
    redis_password: 'see redis_host',
    redis_url: 'see redis_host',
    cache_responses: 'answers are not cached',
    max_fallbacks: 'set a tier’s max_attempts',
    default_max_parallel_requests: 'set lanes',
    set_verbose: 'set --log-level',
    debug_level: 'set --log-level',
    optional_pre_call_checks: NO_NEED,
    stream_timeout: 'set a tier’s timeouts: first_token, stall',
    provider_budget_config: 'set budgets',
    tag_filtering: 'give each group of callers its tiers: server.keys',
    enable_tag_filtering: 'give each group of callers its tiers: server.keys',
  },
  litellm_settings: {
    drop_params: NO_NEED,
    modify_params: NO_NEED,
    set_verbose: 'set --log-level',
    json_logs: 'stdout carries results only; records: holdfast calls --json',
    callbacks: 'calls are told by /metrics, OpenTelemetry and holdfast calls',
    success_callback: 'calls are told by /metrics, OpenTelemetry and holdfast calls',
    failure_callback: 'calls are told by /metrics, OpenTelemetry and holdfast calls',
    service_callbacks: 'calls are told by /metrics, OpenTelemetry and holdfast calls',
    turn_off_message_logging: 'prompts and answers are never stored unless a key says so',
    redact_user_api_key_info: 'keys are never stored',
    cache: 'answers are not cached',
    cache_params: 'answers are not cached',
    allowed_fails: 'how long a target rests follows from what went wrong',
    max_budget: 'set budgets',
    budget_duration: 'set budgets',
    default_team_settings: 'see docs/coming-from/litellm-and-portkey.md',
    ssl_verify: 'certificates are always checked',
    telemetry: NO_NEED,
    json_schema_validation: NO_NEED,
    enable_json_schema_validation: NO_NEED,
    forward_traceparent_to_llm_provider: NO_NEED,
    custom_provider_map: 'provider code is not loaded',
    upperbound_key_generate_params: 'keys are written in the file',
    default_internal_user_params: 'keys are written in the file',
  },
  general_settings: {
    '*': 'keys, budgets and records are in the file and in the state folder; there is no database',
  },
  environment_variables: { '*': 'set it where holdfast is started' },
};
