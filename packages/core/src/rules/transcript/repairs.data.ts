/** A setting by the names under which vendors' refusals speak of it, and what is taken out of a request to be rid of it. */
export interface SettingRow {
  readonly name: string;
  /** Looked for in the provider's message. */
  readonly said: RegExp;
  /** Fields of the AI SDK's request. */
  readonly fields?: readonly string[];
  /** Fields under a vendor's `providerOptions`. */
  readonly options?: readonly string[];
  /** Betas (their beginnings) that come with these fields: both halves or neither (note 30). */
  readonly betas?: readonly string[];
  /** What the vendor's package must be told instead. */
  readonly set?: Readonly<Record<string, Readonly<Record<string, boolean | string>>>>;
}

/** Most specific first. */
export const SETTINGS: readonly SettingRow[] = [
  {
    name: 'effort',
    said: /output_config(?:\.effort)?['"`]?:|\beffort parameter/i,
    fields: ['reasoning'],
    options: ['effort'],
    betas: ['effort'],
  },
  { name: 'thinking-display', said: /thinking\.(?:\w+\.)?display/i, betas: ['thinking-display'] },
  {
    name: 'reasoning',
    said: /reasoning[_.]?effort|reasoning\.(?:effort|summary)|['"`]effort['"`]|output_config\.effort|thinking(?:_config|Config|_budget|_level|\.\w|:)|['"`]thinking['"`]/i,
    fields: ['reasoning'],
    options: ['reasoningEffort', 'reasoningSummary', 'effort', 'thinking', 'thinkingConfig', 'reasoning_effort'],
    betas: ['interleaved-thinking', 'effort'],
  },
  // Asked for by us: the record wants usage.
  { name: 'stream-options', said: /stream_options|include_usage/i, set: { openaiCompatible: { streamOptions: false } } },
  { name: 'encrypted-reasoning', said: /encrypted[ _]content is not supported/i, set: { openai: { encryptedReasoning: false } } },
  { name: 'max-tokens', said: /max_completion_tokens/i },
  { name: 'temperature', said: /temperature/i, fields: ['temperature'] },
  { name: 'top-p', said: /top_?p\b/i, fields: ['topP'] },
  { name: 'top-k', said: /top_?k\b/i, fields: ['topK'] },
  { name: 'stop', said: /stop_?sequences|['"`]stop['"`]|parameter:? stop\b/i, fields: ['stopSequences'] },
  { name: 'penalties', said: /(?:presence|frequency)_?penalty/i, fields: ['presencePenalty', 'frequencyPenalty'] },
  { name: 'seed', said: /['"`]seed['"`]/i, fields: ['seed'] },
  {
    name: 'parallel',
    said: /parallel_?tool_?calls|disable_parallel_tool_use/i,
    options: ['parallelToolCalls', 'parallel_tool_calls', 'disableParallelToolUse'],
  },
  { name: 'context-management', said: /context[_-]management/i, options: ['contextManagement'], betas: ['context-management', 'compact'] },
  {
    name: 'tool-streaming',
    said: /eager_input_streaming|fine-grained-tool-streaming/i,
    betas: ['fine-grained-tool-streaming'],
    set: { anthropic: { toolStreaming: false } },
  },
  { name: 'strict', said: /['"`]strict['"`]|\bstrict\b:|\.strict\b/i, fields: ['strict'], betas: ['structured-outputs'] },
  {
    name: 'tool-search',
    said: /defer_loading|allowed_callers|input_examples|advanced-tool-use|tool-search-tool/i,
    betas: ['advanced-tool-use', 'tool-search-tool'],
  },
  { name: 'task-budget', said: /task_budget/i, options: ['taskBudget'], betas: ['task-budget'] },
  { name: 'speed', said: /['"`]?speed['"`]?:|fast-mode/i, options: ['speed'], betas: ['fast-mode'] },
  {
    name: 'cache-ttl',
    said: /cache_control\.[\w.]*(?:ttl|scope)|extended-cache-ttl/i,
    options: ['cacheControl'],
    betas: ['extended-cache-ttl', 'prompt-caching-scope'],
  },
  { name: 'mcp-servers', said: /mcp_servers|mcp-client/i, options: ['mcpServers'], betas: ['mcp-client'] },
  { name: 'verbosity', said: /verbosity/i, options: ['textVerbosity'] },
  { name: 'service-tier', said: /service_tier/i, options: ['serviceTier'] },
  {
    name: 'prompt-cache',
    said: /prompt_cache_(?:key|retention|options)/i,
    options: ['promptCacheKey', 'promptCacheRetention', 'promptCacheOptions'],
  },
  { name: 'safety-identifier', said: /safety_identifier/i, options: ['safetyIdentifier'] },
  { name: 'metadata', said: /['"`]metadata['"`]/i, options: ['metadata'] },
  { name: 'logprobs', said: /logprobs/i, options: ['logprobs'] },
  { name: 'logit-bias', said: /logit_bias/i, options: ['logitBias'] },
];
