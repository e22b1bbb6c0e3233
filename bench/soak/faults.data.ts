import type { Fault } from '@holdfast/lab';

/** What goes wrong, each as often as the others. Nothing that a person would have to mend: no key is refused, no money is spent. */
export const FAULTS: readonly Fault[] = [
  { do: 'status', status: 500 },
  { do: 'status', status: 503 },
  { do: 'status', reason: 'overload' },
  { do: 'status', reason: 'rate-limit', retryAfter: 1 },
  { do: 'refused' },
  { do: 'reset' },
  { do: 'no-headers' },
  { do: 'silence' },
  { do: 'pings' },
  { do: 'error-first' },
  { do: 'role-then-error' },
  { do: 'empty' },
  { do: 'json-error' },
  { do: 'html' },
  { do: 'reasoning-break' },
  { do: 'error-event' },
  { do: 'cut' },
  { do: 'clean-end' },
  { do: 'stall' },
  { do: 'bad-frame' },
  { do: 'half-call' },
  { do: 'call-then-break' },
  { do: 'cut-after-finish' },
];
