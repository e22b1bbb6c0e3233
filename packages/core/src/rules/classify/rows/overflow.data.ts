import type { Row } from '../row.ts';

/** Words that say overflow and nothing else, wherever a provider puts them. */
const SURE: readonly number[] = [0, 400, 413, 422, 429, 500];
/** Words that on a 429 speak of tokens per minute. */
const MAYBE: readonly number[] = [0, 400, 413, 422];
const kind = 'context-length';

/** The request is longer than the model's window: structured codes first, then the words of every vendor and server known. */
export const OVERFLOW: readonly Row[] = [
  {
    id: 'overflow/code',
    code: [
      'context_length_exceeded',
      'context_too_large',
      'context_length_error',
      'model_context_window_exceeded',
      'exceed_context_size_error',
      'prompt_too_long',
      'tokens_limit_reached',
      'model_max_prompt_tokens_exceeded',
      'contextoverflowerror',
      'contextlengtherror',
      'contextwindowexceedederror',
      'input_too_long',
    ],
    kind,
  },
  { id: 'overflow/prompt-too-long', status: SURE, match: /prompt (?:is )?too long/i, kind },
  { id: 'overflow/maximum-context', status: SURE, match: /max(?:imum)? context (?:length|window|size)/i, kind },
  { id: 'overflow/context-exceeded', status: SURE, match: /context[ _-]?(?:length|window|size)[ _-]?(?:was |has been |is )?exceed/i, kind },
  {
    id: 'overflow/exceeds-context',
    status: SURE,
    match: /exceed(?:s|ed|ing)? (?:the |this |its |your )?(?:model'?s? )?(?:available |input )?context (?:window|length|size|limit)/i,
    kind,
  },
  { id: 'overflow/context-only', status: SURE, match: /context (?:window|length) is only/i, kind },
  { id: 'overflow/input-too-long', status: SURE, match: /input (?:is |was )?too long|input token length too long/i, kind },
  { id: 'overflow/max-length', status: SURE, match: /prompt exceeds (?:the )?(?:max(?:imum)? )?length/i, kind },
  { id: 'overflow/input-token-count', status: SURE, match: /input token count[^\n]{0,60}exceed/i, kind },
  { id: 'overflow/maximum-prompt', status: SURE, match: /maximum (?:prompt|model) length is/i, kind },
  { id: 'overflow/reduce-messages', status: SURE, match: /reduce the length of (?:the |your )?(?:messages|prompt|input)/i, kind },
  { id: 'overflow/prompt-token-count', status: SURE, match: /prompt token count of [\d,]+ exceeds the limit/i, kind },
  {
    id: 'overflow/longer-than-context',
    status: SURE,
    match: /(?:greater|longer|larger) than the (?:model'?s? )?context (?:length|window|size)/i,
    kind,
  },
  { id: 'overflow/model-token-limit', status: SURE, match: /exceeded model token limit/i, kind },
  {
    id: 'overflow/too-large-for-model',
    status: SURE,
    match: /too large for (?:the )?model with|body too large for [^\n]{1,60}max size: [\d,]+ tokens/i,
    kind,
  },
  { id: 'overflow/configured-context', status: SURE, match: /configured context (?:size|length)|\bn_ctx\b/i, kind },
  { id: 'overflow/input-range', status: SURE, match: /range of input length should be/i, kind },
  { id: 'overflow/more-than-allowed', status: SURE, match: /tokens in request more than max tokens allowed/i, kind },
  { id: 'overflow/maximum-input', status: SURE, match: /max(?:imum)? (?:allowed )?input (?:length|tokens)/i, kind },
  { id: 'overflow/content-length', status: SURE, match: /content length exceeds/i, kind },
  { id: 'overflow/model-max-token', status: SURE, match: /exceeds the model'?s max(?:imum)? token/i, kind },
  { id: 'overflow/chinese', status: SURE, match: /(?:上下文|输入|提示词|prompt)[^\n]{0,12}(?:超长|过长|超出|超过)/i, kind },
  { id: 'overflow/tgi-inputs', status: MAYBE, match: /`inputs` (?:must have less than|tokens \+)/i, kind },
  {
    id: 'overflow/too-many-tokens',
    status: MAYBE,
    match: /too many (?:input |prompt )?tokens/i,
    // Bedrock throttles with "Too many tokens, please wait before trying again."
    unless: /wait|try(?:ing)? again|per (?:minute|min|day|second)/i,
    kind,
  },
  {
    id: 'overflow/tokens-number',
    status: MAYBE,
    match: /maximum number of (?:input |prompt )?tokens/i,
    unless: /per (?:minute|min|day|second)/i,
    kind,
  },
  { id: 'overflow/thinking-budget', status: MAYBE, match: /max_tokens[`'"]? must be greater than/i, kind },
  {
    id: 'overflow/token-limit',
    status: MAYBE,
    match: /token limit/i,
    unless: /per (?:minute|min|day|second)|rate|quota|plan|month|week|daily/i,
    kind,
  },
  { id: 'overflow/reduce-prompt', status: MAYBE, match: /reduce your prompt|reduce the length/i, kind },
];
