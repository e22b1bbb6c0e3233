import type { RunResult } from '@holdfast/agent';
import { EXIT } from './context.ts';

/** Failures after which nothing can answer now, and trying again makes sense. */
const LATER: ReadonlySet<string> = new Set(['resting', 'rate-limit', 'overload', 'server', 'network', 'timeout', 'local']);

export function exitOf({ why, failure }: RunResult): number {
  if (why === 'done') return EXIT.done;
  if (why === 'stopped') return EXIT.interrupted;
  return failure && LATER.has(failure.kind) ? EXIT.tryLater : EXIT.failed;
}
