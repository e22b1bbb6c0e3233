import type { Row } from '../row.ts';

/** OpenAI's own, and what its protocol carries everywhere. */
export const OPENAI: readonly Row[] = [
  { id: 'openai/flex', status: [0, 429, 503], match: /resource unavailable|flex[^\n]{0,40}(?:capacity|unavailable)/i, kind: 'overload' },
  { id: 'openai/flex-code', code: ['resource_unavailable'], kind: 'overload' },
  { id: 'openai/slow-down', status: [503], match: /slow down/i, kind: 'overload' },
  { id: 'openai/plan', code: ['usage_not_included'], kind: 'access-denied' },
  { id: 'openai/usage-limit', code: ['usage_limit_reached', 'usage_limit_exceeded'], kind: 'quota', window: true },
  { id: 'openai/verify', status: [0, 400, 403, 404], match: /must be verified to/i, kind: 'access-denied' },
  { id: 'openai/scopes', status: [0, 403], match: /missing scopes|insufficient permissions for this operation/i, kind: 'access-denied' },
  {
    id: 'openai/no-model',
    status: [0, 400, 404],
    match: /model[^\n]{0,120}does not exist or you do not have access/i,
    kind: 'model-missing',
  },
  { id: 'openai/no-model-access', status: [0, 403], match: /does not have access to model/i, kind: 'access-denied' },
  {
    id: 'openai/account-off',
    code: ['account_deactivated', 'invalid_organization', 'organization_deactivated', 'key_disabled'],
    kind: 'auth',
  },
  { id: 'openai/prompt-policy', code: ['invalid_prompt'], match: /flagged|policy|violat/i, kind: 'refusal' },
  { id: 'openai/wrong-path', status: [404], match: /invalid url \(/i, kind: 'malformed', say: 'no such path: is the base URL right?' },
];
