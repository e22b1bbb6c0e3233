/** What one call can cost a provider's patience, at worst. */
export interface WorstCase {
  /** First tries and further ones, over all targets (P2). */
  readonly tries: number;
  /** Attempts after a break in mid-answer: the broken targets may be asked once more (P9). */
  readonly takeovers: number;
  readonly maxAttempts: number;
  /** Asked beside a target that is silent, and then let go: one for each beginning of the answer, where there is somebody else to ask. */
  readonly races: number;
  /** Requests that can reach providers: no more than `maxAttempts` and those races, whatever happens. */
  readonly requests: number;
}

/** P9. */
const MOST_TAKEOVERS = 3;

export interface WorstCaseInput {
  readonly targets: number;
  readonly retries: number;
  readonly maxAttempts: number;
  readonly onPartial: 'continue' | 'restart' | 'fail';
}

/** Retries of this machine's own failures (`local`) do not count: they reach nobody. The clients' own retries are off. */
export function worstCase({ targets, retries, maxAttempts, onPartial }: WorstCaseInput): WorstCase {
  const tries = targets * (1 + retries);
  const takeovers = onPartial === 'fail' || targets === 0 ? 0 : MOST_TAKEOVERS;
  const races = targets > 1 ? 1 + takeovers : 0;
  return { tries, takeovers, maxAttempts, races, requests: Math.min(maxAttempts, tries + takeovers) + races };
}
