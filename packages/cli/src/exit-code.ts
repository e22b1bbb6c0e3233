import type { RunResult } from '@holdfast/agent';
import { NEEDS_MENDING } from '@holdfast/core/engine';
import { CommandError, EXIT } from './context.ts';

/** Failures after which nothing can answer now, and trying again makes sense. */
const LATER: ReadonlySet<string> = new Set(['resting', 'rate-limit', 'overload', 'server', 'network', 'timeout', 'local']);

/**
 * A stop exits as the signal that asked for it does: 130 or 143. A quota makes sense to try again only when its end was told, and a rest
 * only where something rests that waiting mends.
 */
export function exitOf({ why, failure }: RunResult, signal: AbortSignal): number {
  if (why === 'done') return EXIT.done;
  if (why === 'stopped') return stopCode(signal);
  const dead = failure?.kind === 'resting' && failure.blamed?.length && failure.blamed.every(({ kind }) => NEEDS_MENDING.has(kind));
  const later = failure && !dead && (LATER.has(failure.kind) || (failure.kind === 'quota' && failure.retryAt !== undefined));
  return later ? EXIT.tryLater : EXIT.failed;
}

/** Of a failure that is known by its kind alone. */
export const exitOfKind = (kind: string): number => (LATER.has(kind) ? EXIT.tryLater : EXIT.failed);

/** The exit code of whoever stopped us. */
export const stopCode = ({ reason }: AbortSignal): number => (reason instanceof CommandError ? reason.exit : EXIT.interrupted);
