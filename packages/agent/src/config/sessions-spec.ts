import { parseDuration } from '@holdfast/core/engine';
import type { RetentionSpec } from '../rules/retention.ts';

/** `sessions` of a file, as written. */
export interface RawSessions {
  readonly keep?: string | number;
  readonly max?: number;
}

/** Of a section that passed the check: its duration can be read. */
export function sessionsOf({ keep, max }: RawSessions): RetentionSpec {
  const kept = keep === undefined ? undefined : parseDuration(keep);
  return { ...(kept && 'ms' in kept && { keep: kept.ms }), ...(max !== undefined && { max }) };
}
