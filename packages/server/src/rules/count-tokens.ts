import { isLong, knownModel } from '@holdfast/core/engine';

/** Above the estimate: a client that compacts too early loses less than one that compacts too late. */
const MARGIN = 1.05;

export const estimatedCount = (estimate: number): number => Math.ceil(estimate * MARGIN);

/** The window, in tokens, that a client takes a model of this name to have: Claude Code knows Claudes, and takes the unknown for small ones. */
export function assumedWindow(asked: string): number | undefined {
  if (!asked.startsWith('claude')) return undefined;
  return knownModel('anthropic', asked)?.window ?? (isLong(asked) ? 1_000_000 : 200_000);
}

/**
 * Note 32: clients weigh a count against the window of the model they named. Over a chain of several windows it is told so that it fills that
 * window as the request fills the chain's largest. `windows`: of the chain's targets.
 */
export function scaledCount(count: number, client: number | undefined, windows: readonly (number | undefined)[]): number {
  const known = windows.filter((window) => window !== undefined);
  if (client === undefined || known.length < windows.length || new Set(known).size < 2) return count;
  return Math.ceil((count * client) / Math.max(...known));
}
