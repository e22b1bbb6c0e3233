import { DEFAULT_TOTAL } from './limits.ts';

/** What holds for a chain of which nothing else is said, whoever composes it. Durations in ms (P2, P4, C4). */
export const CHAIN_DEFAULTS = {
  retries: 2,
  maxAttempts: 20,
  patience: 30_000,
  total: DEFAULT_TOTAL,
  onRefusal: 'pass',
} as const;
