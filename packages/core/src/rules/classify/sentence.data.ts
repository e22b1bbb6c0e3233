import type { FailureKind } from '../failure.ts';

/** One sentence of ours for each kind; it stands after the target's name: "anthropic/… overloaded". */
export const SENTENCES: Readonly<Record<FailureKind, string>> = {
  'rate-limit': 'rate limited',
  quota: 'quota used up',
  overload: 'overloaded',
  server: 'server error',
  network: 'no connection',
  timeout: 'timed out',
  auth: 'the key was refused',
  'access-denied': 'access denied',
  'model-missing': 'model not found',
  'context-length': "the request is longer than the model's window",
  'too-large': 'the request is too large',
  refusal: 'refused to answer',
  'bad-request': 'the request was not accepted',
  empty: 'empty answer',
  truncated: 'the answer broke off',
  malformed: 'no answer this protocol knows',
  local: 'this machine cannot reach the network',
  cancelled: 'cancelled',
  unknown: 'failed in an unknown way',
  resting: 'resting',
};
