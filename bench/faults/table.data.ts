import type { Fault } from '@holdfast/lab';

/** The fault table: what befalls the first target of each call. */
export const BEFORE: Readonly<Record<string, Fault>> = {
  '401': { do: 'status', status: 401 },
  '402': { do: 'status', status: 402 },
  '404': { do: 'status', status: 404 },
  '429 without a hint': { do: 'status', status: 429 },
  '429, try again in 20 s': { do: 'status', status: 429, retryAfter: 20 },
  '429, quota spent': { do: 'status', reason: 'quota' },
  '400, too long for its window': { do: 'status', reason: 'overflow' },
  '500': { do: 'status', status: 500 },
  '503': { do: 'status', status: 503 },
  '529': { do: 'status', status: 529 },
  '502 with HTML': { do: 'html' },
  '200 with HTML': { do: 'html', status: 200 },
  'connection refused': { do: 'refused' },
  'connection reset': { do: 'reset' },
  'no headers': { do: 'no-headers' },
  'headers, then silence': { do: 'silence' },
  'pings for ever': { do: 'pings' },
  'error as the first event': { do: 'error-first' },
  'role, then an error': { do: 'role-then-error' },
  'an empty answer': { do: 'empty' },
  '200 with a JSON error': { do: 'json-error' },
  'reasoning, then a break': { do: 'reasoning-break' },
};

export const AFTER: Readonly<Record<string, Fault>> = {
  'error event': { do: 'error-event' },
  'socket cut': { do: 'cut' },
  'clean end without a finish': { do: 'clean-end' },
  silence: { do: 'stall' },
  'a frame that does not parse': { do: 'bad-frame' },
  'tool call cut in half': { do: 'half-call' },
  'break after a completed call': { do: 'call-then-break' },
  'cut between finish and end': { do: 'cut-after-finish' },
};
