import type { FailureKind } from '../failure.ts';
import type { Protocol } from '../target.ts';

/** A finish reason that is a failure. What is not listed is a whole answer, or passes as `other` (field note 23). */
export interface FinishRow {
  readonly id: string;
  readonly protocol?: readonly Protocol[];
  /** Lower case. */
  readonly raw: readonly string[];
  readonly kind: FailureKind;
  /** Only while nothing was shown: afterwards it is passed on. */
  readonly beforeText?: true;
  readonly repair?: string;
  readonly say?: string;
}

export const FINISHES: readonly FinishRow[] = [
  {
    id: 'finish/safety',
    raw: [
      'safety',
      'prohibited_content',
      'blocklist',
      'spii',
      'recitation',
      'image_safety',
      'image_prohibited_content',
      'image_recitation',
      'model_armor',
      'jailbreak',
    ],
    kind: 'refusal',
    beforeText: true,
  },
  {
    id: 'finish/blocked',
    raw: ['blockreason', 'block_reason', 'block_reason_unspecified', 'blocked', 'prompt_blocked'],
    kind: 'refusal',
    beforeText: true,
  },
  { id: 'finish/google-other', protocol: ['google'], raw: ['language', 'image_other'], kind: 'refusal', beforeText: true },
  {
    id: 'finish/filter',
    raw: ['content_filter', 'content-filter', 'content_filtered', 'guardrail_intervened', 'sensitive', 'error_toxic', 'moderation'],
    kind: 'refusal',
    beforeText: true,
  },
  { id: 'finish/refusal', raw: ['refusal'], kind: 'refusal', beforeText: true },
  {
    id: 'finish/tool-call',
    raw: [
      'malformed_function_call',
      'unexpected_tool_call',
      'malformed_response',
      'malformed_tool_use',
      'malformed_model_output',
      'too_many_tool_calls',
      'function_call_error',
    ],
    kind: 'malformed',
    say: 'it wrote a broken tool call',
  },
  { id: 'finish/signature', raw: ['missing_thought_signature'], kind: 'bad-request', repair: 'signature' },
  { id: 'finish/error', raw: ['error', 'failed', 'network_error', 'server_error', 'internal_error'], kind: 'server' },
  { id: 'finish/overload', raw: ['insufficient_system_resource', 'overloaded', 'error_limit'], kind: 'overload' },
  { id: 'finish/cut', raw: ['abort', 'aborted', 'interrupted', 'cancelled', 'timeout', 'time_limit'], kind: 'truncated' },
];
