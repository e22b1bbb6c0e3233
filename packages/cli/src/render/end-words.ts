import type { RunEvent } from '@holdfast/agent';

/** How a run ended, for people; undefined for the end that everybody hopes for. */
export function endWords({ why, failure }: Pick<RunEvent & { readonly type: 'run-end' }, 'why' | 'failure'>): string | undefined {
  return {
    done: undefined,
    failed: `failed: ${failure?.message ?? 'no reason given'}`,
    'out-of-turns': 'stopped: the limit of turns (max_iterations) is reached',
    'over-limit': `stopped: ${failure?.message ?? 'a limit of the run is reached'}`,
    stopped: 'stopped',
  }[why];
}
