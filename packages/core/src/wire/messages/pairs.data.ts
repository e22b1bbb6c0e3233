/**
 * Note 30: a beta and the fields of a body that it opens: both halves or neither. A beta is known by its beginning: its date changes. Rows of one
 * name go together where their setting is refused; of a beta that is refused only its own row goes.
 * `fields`: `a` and `a.b` at the top · `tools.*.a` on every tool · `marks.a` in every cache mark · `tools:T` tools of a type.
 */
export interface PairRow {
  /** As repairs name it (`setting:NAME`): `rules/transcript/repairs.data.ts`. */
  readonly name: string;
  readonly betas: readonly string[];
  readonly fields: readonly string[];
  /** Without it another thing is asked for: better refused than left out where nobody named it. */
  readonly matters?: true;
}

export const PAIRS: readonly PairRow[] = [
  { name: 'reasoning', betas: [], fields: ['thinking', 'output_config.effort'] },
  { name: 'reasoning', betas: ['interleaved-thinking', 'thinking-token-count'], fields: [] },
  { name: 'reasoning', betas: ['thinking-binding-controls'], fields: ['thinking.block_binding'] },
  { name: 'reasoning', betas: ['effort'], fields: ['output_config.effort'] },
  { name: 'reasoning', betas: ['thinking-display'], fields: ['thinking.display'] },
  { name: 'effort', betas: ['effort'], fields: ['output_config.effort'] },
  { name: 'thinking-display', betas: ['thinking-display'], fields: ['thinking.display'] },
  { name: 'temperature', betas: [], fields: ['temperature'] },
  { name: 'top-p', betas: [], fields: ['top_p'] },
  { name: 'top-k', betas: [], fields: ['top_k'] },
  { name: 'stop', betas: [], fields: ['stop_sequences'] },
  { name: 'parallel', betas: [], fields: ['tool_choice.disable_parallel_tool_use'] },
  { name: 'context-management', betas: ['context-management', 'compact'], fields: ['context_management'] },
  { name: 'tool-streaming', betas: ['fine-grained-tool-streaming'], fields: ['tools.*.eager_input_streaming'] },
  { name: 'strict', betas: ['structured-outputs'], fields: ['tools.*.strict'] },
  { name: 'output-format', betas: ['structured-outputs'], fields: ['output_format', 'output_config.format'], matters: true },
  {
    name: 'tool-search',
    betas: ['advanced-tool-use', 'tool-search-tool'],
    fields: ['tools.*.defer_loading', 'tools.*.allowed_callers', 'tools.*.input_examples'],
  },
  { name: 'task-budget', betas: ['task-budget'], fields: ['output_config.task_budget'] },
  { name: 'speed', betas: ['fast-mode'], fields: ['speed'] },
  { name: 'cache-ttl', betas: ['extended-cache-ttl', 'prompt-caching-scope'], fields: ['marks.ttl', 'marks.scope'] },
  { name: 'mcp-servers', betas: ['mcp-client'], fields: ['mcp_servers', 'tools:mcp_toolset'], matters: true },
  { name: 'service-tier', betas: [], fields: ['service_tier'] },
  { name: 'metadata', betas: [], fields: ['metadata'] },
  { name: 'fallbacks', betas: ['server-side-fallback'], fields: ['fallbacks'] },
  { name: 'safeguards', betas: ['dangerous-tool-use'], fields: ['safeguards'], matters: true },
];
