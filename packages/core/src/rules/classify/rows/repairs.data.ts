import type { Row } from '../row.ts';

const ON: readonly number[] = [0, 400, 409, 422, 429];

/** Refusals of something the request holds, that a known repair takes out. Resellers send some of them as 429. */
export const REPAIRS: readonly Row[] = [
  {
    id: 'repair/schema',
    status: ON,
    match:
      /invalid schema for response_?format|(?:output_config|output_format|response_?(?:json_?)?schema)[^\n]{0,60}(?:schema|invalid|too complex|too many)|schema[^\n]{0,60}(?:too (?:complex|many|large|deep)|states for serving)|failed to (?:generate|validate) json/i,
    kind: 'bad-request',
    repair: 'schema',
  },
  { id: 'repair/schema-groq', code: ['json_validate_failed'], kind: 'bad-request', repair: 'schema' },
  {
    id: 'repair/schema-mode',
    status: ON,
    match:
      /(?:response_?format|json_schema|json_object|output_config(?!\.effort)|output_format|response_?(?:json_?)?schema|response ?_?mime ?_?type|structured outputs?|json mode)[`'".\w]*[^\n]{0,80}(?:not (?:support|enabled|available|permitted|allowed)|unsupported|unavailable|must be)|(?:not support|unsupported|unknown (?:name|parameter|field))[^\n]{0,60}(?:response_?format|json_schema|response_?(?:json_?)?schema|structured output|json mode|output_config)|(?<!thinking[^\n]{0,60})tool_choice[^\n]{0,60}(?:forces? tool use|not compatible)(?![^\n]{0,40}thinking)/i,
    kind: 'bad-request',
    repair: 'schema-mode',
  },
  {
    id: 'repair/thinking-binding',
    status: ON,
    match: /bound to a different conversation/i,
    kind: 'bad-request',
    repair: 'thinking-binding',
  },
  {
    id: 'repair/signature',
    status: ON,
    match:
      /(?:invalid|missing|corrupted|unknown|validate)[^\n]{0,20}[`'"]?(?:thought[_ ]?)?signature|thought[_ ]?signature|signature[^\n]{0,40}thinking/i,
    kind: 'bad-request',
    repair: 'signature',
  },
  {
    id: 'repair/thinking-block',
    status: ON,
    match:
      /must start with a thinking block|expected [`'"]?thinking[`'"]?|thinking[`'"]? blocks?[^\n]{0,80}(?:cannot be modified|must remain|must be preserved|preserved unmodified)/i,
    kind: 'bad-request',
    repair: 'thinking-block',
  },
  {
    id: 'repair/thinking-mode',
    status: ON,
    match:
      /thinking[^\n]{0,60}(?:may not be enabled|is not supported|cannot be disabled|not compatible)|tool_choice[^\n]{0,60}thinking|^thinking\b[^\n]{0,60}(?:does not match any|input should be)/i,
    kind: 'bad-request',
    repair: 'thinking-mode',
  },
  {
    id: 'repair/prefill',
    status: ON,
    match:
      /prefill|(?:must|has to|should) end with a user (?:message|turn|role)|last message (?:must|cannot|can't|should)[^\n]{0,30}(?:user|assistant)|final (?:assistant|position)[^\n]{0,60}(?:white ?space|not supported|cannot)/i,
    kind: 'bad-request',
    repair: 'prefill',
  },
  {
    id: 'repair/context-1m',
    status: ON,
    match: /extra usage[^\n]{0,40}long context|long context beta[^\n]{0,60}not[^\n]{0,20}(?:available|enabled)/i,
    kind: 'bad-request',
    repair: 'context-1m',
    say: 'its long context is not open to this account',
  },
  { id: 'repair/beta', status: ON, match: /anthropic-beta|beta (?:header|flag)/i, kind: 'bad-request', repair: 'beta' },
  {
    id: 'repair/reasoning-item',
    status: [...ON, 404],
    match:
      /without its required[^\n]{0,20}(?:item|reasoning)|required 'reasoning' item|encrypted[_ ]content[^\n]{0,60}(?:could not|cannot|not be|invalid|verif|decrypt)|item with id '?(?:rs|msg|fc)_/i,
    kind: 'bad-request',
    repair: 'reasoning-item',
  },
  {
    id: 'repair/tool-id',
    status: ON,
    match:
      /tool[_ ]?(?:call|use)s?(?:[_ ]|\.|\[\d+\]\.)*id[^\n]{0,40}(?:must be|too long|maximum length|match pattern|invalid format|length of)|tool_use\.id: string should/i,
    kind: 'bad-request',
    repair: 'tool-id',
  },
  {
    id: 'repair/tool-pairing',
    status: ON,
    match:
      /number of function response parts|tool_(?:use|call)_ids?[`'"]?[^\n]{0,80}(?:without|not found|did not|missing|no corresponding|unexpected)|unexpected [`'"]?tool_(?:use|call)_id|(?:without|corresponding|following|preceding|each|each of)[^\n]{0,40}[`'"]?tool_(?:result|calls?|use|outputs?)[`'"]?|no tool (?:call|output) found|function call turn comes/i,
    kind: 'bad-request',
    repair: 'tool-pairing',
  },
  {
    id: 'repair/roles',
    status: ON,
    match:
      /roles? must alternate|alternate between|unexpected role|\.role: input should be|multiple system messages|system message must be at the beginning|first message must/i,
    kind: 'bad-request',
    repair: 'roles',
  },
  {
    id: 'repair/empty-content',
    status: ON,
    match: /(?:content|text)[^\n]{0,40}(?:must be non-?empty|must not be empty|cannot be empty|must contain non-whitespace|is empty)/i,
    kind: 'bad-request',
    repair: 'empty-content',
  },
  {
    id: 'repair/cache-marks',
    status: ON,
    match: /cache_control|cache ?point/i,
    kind: 'bad-request',
    repair: 'cache-marks',
  },
  {
    id: 'repair/output-limit',
    status: ON,
    match:
      /max_?(?:output_?|completion_?)?tokens[^\n]{0,30}(?:\d+ > \d+|too large|exceeds|must be (?:less|at most|in)|at most)[^\n]{0,80}|maximum allowed number of output tokens|supports at most \d+ (?:completion|output) tokens/i,
    unless: /context|prompt|budget/i,
    kind: 'bad-request',
    repair: 'output-limit',
  },
  {
    id: 'repair/images',
    status: [...ON, 404, 500],
    match:
      /(?:does not|doesn't|not) support (?:image|vision|multimodal)|(?:image|vision|multimodal)[^\n]{0,30}(?:not supported|unsupported)|support image input|text-only;/i,
    kind: 'bad-request',
    repair: 'images',
  },
  {
    id: 'repair/single-calls',
    status: [...ON, 500],
    match:
      /only supports single tool-?calls? at once|(?:parallel|multiple) (?:tool|function) (?:calls?|use)[^\n]{0,40}not (?:supported|allowed)/i,
    kind: 'bad-request',
    repair: 'single-calls',
  },
  {
    id: 'repair/tools',
    status: [...ON, 404],
    match:
      /(?:does not|doesn't|not) support (?:tools?|functions?)|(?:tool|function)[ _](?:use|calling|choice)[^\n]{0,30}not supported|support tool use|tools? (?:is|are) not supported/i,
    kind: 'bad-request',
    repair: 'tools',
  },
  {
    id: 'repair/parameter',
    status: ON,
    match:
      /unsupported (?:parameter|value|field)|does not support the [`'"]?\w+[`'"]? parameter|unsupported_(?:parameter|value)|(?:parameter|field|argument|value|option|setting|[`'"][\w.]+[`'"])(?: of [^\n]{0,30})? (?:is|are)(?: deprecated|(?: currently)? not (?:supported|allowed))|encrypted[ _]content is not supported|use ['"]?max_completion_tokens/i,
    unless: /\bmodel [`'"]?[\w./:@-]+[`'"]? (?:is|are) (?:currently )?not supported/i,
    kind: 'bad-request',
    repair: 'parameter',
  },
  {
    id: 'repair/unknown-field',
    status: ON,
    match:
      /extra inputs are not permitted|additional properties are not allowed|unrecognized (?:request )?(?:argument|field|key|parameter)|unknown (?:name|field|parameter)|unknown_parameter|unexpected (?:keyword|field)/i,
    kind: 'bad-request',
    repair: 'unknown-field',
  },
  {
    id: 'repair/reference',
    status: [404],
    match:
      /\b(?:item|response|previous_response|file|container|conversation|batch|thread|cached ?content)\b[^\n]{0,80}(?:not found|does not exist|no longer)|no (?:response|file|container) found/i,
    kind: 'bad-request',
    repair: 'reference',
  },
  {
    id: 'repair/previous-response',
    code: ['previous_response_not_found', 'file_not_found', 'container_expired'],
    kind: 'bad-request',
    repair: 'reference',
  },
];
