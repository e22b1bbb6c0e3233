import type { Row } from '../row.ts';

/** Anthropic's own ways of saying it; resellers of its protocol copy them. */
export const ANTHROPIC: readonly Row[] = [
  { id: 'anthropic/window-model', code: ['unified:rejected:model'], kind: 'quota', window: true, perModel: true },
  { id: 'anthropic/window', code: ['unified:rejected'], kind: 'quota', window: true },
  { id: 'anthropic/credit', status: [0, 400, 403, 429], match: /credit balance is too low/i, kind: 'quota' },
  { id: 'anthropic/spend-limit', status: [0, 400, 403, 429], match: /specified api usage limits|regain access/i, kind: 'quota' },
  { id: 'anthropic/spend-code', code: ['enforced_spend_limit_reached', 'billing_error'], kind: 'quota' },
  {
    id: 'anthropic/third-party',
    status: [0, 400, 403],
    match: /third-party apps?|only authorized for use with claude code/i,
    kind: 'access-denied',
  },
  {
    id: 'anthropic/subscription',
    status: [0, 400, 403, 429],
    match: /usage limit reached\||hit your (?:session |weekly |usage )?limit/i,
    kind: 'quota',
    window: true,
  },
  {
    id: 'anthropic/oauth-off',
    status: [0, 403],
    match: /oauth (?:authentication|token)[^\n]{0,40}(?:not (?:supported|allowed)|revoked|expired)/i,
    kind: 'auth',
  },
  { id: 'anthropic/org-disabled', status: [0, 400, 403], match: /organization has been disabled/i, kind: 'auth' },
  { id: 'anthropic/acceleration', status: [429], match: /acceleration limit|increase in usage/i, kind: 'rate-limit' },
  { id: 'anthropic/output-blocked', status: [0, 400], match: /blocked by content filtering policy/i, kind: 'refusal' },
];
